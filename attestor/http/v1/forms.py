"""The forms in which a result is signed."""

from enum import StrEnum

from attestor.core.served import Served


class ProofForm(StrEnum):
    """A form, by its name in requests and answers."""

    STATEMENT = "statement"
    """The EIP-712 statement."""
    UPSTREAM = "upstream"
    """The message of Automata's sp1-tee-prover."""
    SP1_TEE = "sp1-tee"
    """That of Succinct's sp1-tee."""


def forms_of(served: Served) -> tuple[ProofForm, ...]:
    """Those that are signed for a registration."""
    if served.has_statements:
        return tuple(ProofForm)
    return (ProofForm.UPSTREAM, ProofForm.SP1_TEE)
