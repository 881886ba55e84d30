"""Who changed what in a registry, when and in which transaction: its policy events as lines."""

from collections.abc import Callable, Iterator

from attestor.audit.verify import LOG_RANGE
from attestor.core.registration import PolicyEvent
from attestor.core.text import to_hex


def policy_events(
    first: int, head: int, fetch: Callable[[int, int], list[PolicyEvent]]
) -> Iterator[PolicyEvent]:
    """The events from block `first` to `head`, oldest first, asked for in ranges of blocks."""
    for start in range(first, head + 1, LOG_RANGE):
        yield from fetch(start, min(start + LOG_RANGE - 1, head))


def as_line(event: PolicyEvent) -> str:
    """Block, transaction, name and every argument in full."""
    told = ", ".join(f"{name} {_text(value)}" for name, value in event.arguments.items())
    return f"{event.block_number}  {to_hex(event.transaction_hash)}  {event.name}  {told}"


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, tuple):
        return f"({', '.join(_text(part) for part in value)})"
    return repr(value) if isinstance(value, str) and not value.startswith("0x") else str(value)
