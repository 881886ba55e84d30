"""Pure decisions and formats: no I/O, no clock, no randomness."""
