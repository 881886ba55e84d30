"""Why there is no block."""


class BlockUnusable(Exception):
    """The block could not be made, or is not what the guest would be asked about."""
