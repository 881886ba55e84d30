"""Keeping a registered signer at all times: the loop around the pure plan, and its effects."""
