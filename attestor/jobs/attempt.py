"""A job's run and the note of its result, in one thread: whoever waits for the proof does not wait
until a second one is woken."""

from collections.abc import Callable

from attestor.core.job import Work
from attestor.core.proof import Proof
from attestor.errors import DatabaseUnavailable


def prove_and_note(
    prove: Callable[[Work], Proof],
    note: Callable[[Proof], None],
    work: Work,
    is_stopping: Callable[[], bool],
) -> tuple[Proof, bool]:
    """The proof, and whether it is noted: not where the database cannot be written now, nor at the
    end, where the job may be given back at this moment. Raises what the two raise."""
    proof = prove(work)
    if is_stopping():
        return proof, False
    try:
        note(proof)
    except DatabaseUnavailable:
        return proof, False
    return proof, True
