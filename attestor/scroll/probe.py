"""What a node serves of what verification needs. Only its newest block is asked for: old ones make
some nodes stall."""

from dataclasses import dataclass

from attestor.core.scroll.eras import CHAINS
from attestor.errors.scroll import ScrollNodeFailed
from attestor.scroll.client_software import Kind
from attestor.scroll.node import TRACE, WITNESS, ScrollNode


@dataclass(frozen=True)
class Probe:
    """What was found. `advice` says what to change, a line for each method that is missing."""

    version: str
    kind: Kind
    chain_id: int
    chain: str
    head: int
    has_witness: bool
    has_trace: bool
    range: str
    advice: tuple[str, ...]


def probe(node: ScrollNode) -> Probe:
    """Raises `ScrollNodeFailed` for a node that does not answer at all."""
    software, chain_id, head = node.software, node.chain_id(), node.head()
    known = CHAINS.get(chain_id)
    has_witness, advice = _served(node, WITNESS, head)
    has_trace = False
    # reth has no such method, and no state that it could be for.
    if software.kind is not Kind.RETH:
        has_trace, more = _served(node, TRACE, head)
        advice += [] if has_witness else more
    return Probe(
        version=software.version,
        kind=software.kind,
        chain_id=chain_id,
        chain=known.name if known else "a chain that is not known here",
        head=head,
        has_witness=has_witness,
        has_trace=has_trace,
        range=_range(has_witness, has_trace),
        advice=tuple(advice),
    )


def _served(node: ScrollNode, method: str, head: int) -> tuple[bool, list[str]]:
    """Whether the node serves a method, and what to do if not: also where it is there but fails."""
    try:
        if node.serves(method, head):
            return True, []
    except ScrollNodeFailed as error:
        return False, [f"{method}: {error.message}"]
    return False, [f"{method}: {node.software.advice(method)}"]


def _range(has_witness: bool, has_trace: bool) -> str:
    parts = []
    if has_witness:
        parts.append("blocks since Euclid (April 2025), as far back as the node has their state")
    if has_trace:
        parts.append("blocks before Euclid, if it is an archive node of that time")
    return "; ".join(parts) or "no blocks"
