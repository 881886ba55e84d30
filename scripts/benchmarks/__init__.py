"""What the bench-* scripts share: how a figure is printed, and how a process is measured."""
