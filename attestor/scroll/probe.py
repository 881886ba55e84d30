"""What a node serves of what verification needs. Only its newest block is asked for: old ones make
some nodes stall."""

from dataclasses import dataclass

from attestor.core.scroll.eras import CHAINS
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
    has_witness = node.serves(WITNESS, head)
    # reth has no such method, and no state that it could be for.
    has_trace = software.kind is not Kind.RETH and node.serves(TRACE, head)
    advice = [] if has_witness else [f"{WITNESS}: {software.advice(WITNESS)}"]
    if not has_witness and not has_trace and software.kind is not Kind.RETH:
        advice.append(f"{TRACE}: {software.advice(TRACE)}")
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


def _range(has_witness: bool, has_trace: bool) -> str:
    parts = []
    if has_witness:
        parts.append("blocks since Euclid (April 2025), as far back as the node has their state")
    if has_trace:
        parts.append("blocks before Euclid, if it is an archive node of that time")
    return "; ".join(parts) or "no blocks"
