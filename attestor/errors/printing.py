"""Errors of what commands print."""

from attestor.errors.base import Transient


class OutputUnwritten(Transient):
    """What a command prints could not be written: the disk is full, for one."""

    code = "output_unwritten"
    advice = "What the command does otherwise is done. Make room, or send its output elsewhere."
