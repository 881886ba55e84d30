"""Keeping the collateral on chain fresh: what there is, what it should be, and the difference."""
