"""What a process with a key does for it: memory that is kept apart, and rights that it gives up."""
