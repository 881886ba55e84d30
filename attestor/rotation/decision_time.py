"""How long one look with all that follows from it may take."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from attestor.core.blocks import Block
from attestor.core.signers import Active

Bound = Callable[[float], AbstractContextManager[None]]
"""Ends what is asked inside of it within so many seconds, as `chain.decision` does."""


def unbounded(seconds: float) -> AbstractContextManager[None]:
    """For a chain that answers at once."""
    return nullcontext()


MOST_SECONDS = 60.0
"""Half of what the duty may take: quotes and collateral have deadlines of their own."""
LEAST_SECONDS = 20.0
"""Below that even endpoints that are well might not answer everything."""
LIFE_PARTS = 2
"""When one decision has used up its time, another one still fits into the signer's life."""
LOOK_PARTS = 4
"""Following, settling and reading have a part each at most, so that time is left to act."""


def decision_seconds(active: Active | None, head: Block | None) -> float:
    """By what is left of the active signer's life, in the chain's time as last seen."""
    if active is None or head is None:
        return MOST_SECONDS
    left = max(active.valid_until - head.timestamp, 0)
    return min(MOST_SECONDS, max(LEAST_SECONDS, left / LIFE_PARTS))
