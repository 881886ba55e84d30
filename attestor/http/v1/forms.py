"""The forms in which a result is signed."""

from enum import StrEnum


class ProofForm(StrEnum):
    """A form, by its name in requests and answers."""

    STATEMENT = "statement"
    """The EIP-712 statement."""
    UPSTREAM = "upstream"
    """The message of Automata's sp1-tee-prover."""
