"""SQLite: what is about to be done, what was done, and the proofs that were made."""
