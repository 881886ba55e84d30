"""Whether `attestor avs` can work on this machine, with these nodes."""
