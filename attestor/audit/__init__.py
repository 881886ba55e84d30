"""Reading the history back: as a report, and against its hash chain and the chain's events."""
