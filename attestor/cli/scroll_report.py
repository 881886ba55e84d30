"""What `attestor scroll` prints: a line per block and batch, or all of it as JSON."""

from typing import Any

from attestor.core.scroll.binding import BoundBatch
from attestor.core.text import one_line, to_hex
from attestor.errors import (
    AttestorError,
    ExecutionLimit,
    ExecutorCrashed,
    Misconfigured,
    Transient,
)
from attestor.errors.scroll import ScrollBlobRequired, ScrollIndexRequired
from attestor.scroll.batches import Missing
from attestor.scroll.probe import Probe
from attestor.scroll.verification import Verdict

REFUSED, FAILED, LACKING = "REFUSED", "FAILED", "LACKING"
"""Something differs; a node or our executor failed; something has to be given or changed first."""
_SHOWN_DIGITS = 16


def block_line(verdict: Verdict) -> str:
    """One block: verified with what it came to, refused with the reason, or failed, where a node
    gave nothing to verify or the executor found nothing out."""
    found = verdict.executed
    if found is None:
        assert verdict.error is not None
        name = one_line(verdict.file) if verdict.file else f"block {verdict.number}"
        return f"{name}  {word(verdict.error)}  {error_text(verdict.error)}"
    parts = [
        f"block {found.number}  verified  {found.fork}",
        f"hash {_short(found.hash)}",
        f"{found.transactions} tx",
        f"{found.gas_used:,} gas",
        f"state {_short(found.post_state_root)}",
        f"withdraw {_short(found.withdraw_root)}",
        f"{1000 * verdict.cpu_seconds:.1f} ms",
    ]
    if not verdict.pre_state_checked:
        parts.append("(the state before it is the file's claim)")
    return "  ".join(parts)


def block_json(verdict: Verdict) -> dict[str, Any]:
    """One block as JSON; roots and hashes whole."""
    found = verdict.executed
    if found is None:
        place = {} if verdict.file is None else {"file": verdict.file}
        failed = verdict.error is not None and is_failure(verdict.error)
        told = {"number": verdict.number, **place, "verified": False, "failed": failed}
        return {**told, **error_json(verdict.error)}
    return {
        "number": found.number,
        "verified": True,
        "hash": to_hex(found.hash),
        "parent_hash": to_hex(found.parent_hash),
        "timestamp": found.timestamp,
        "fork": found.fork,
        "transactions": found.transactions,
        "l1_messages": found.l1_messages,
        "gas_used": found.gas_used,
        "pre_state_root": to_hex(found.pre_state_root),
        "pre_state_checked": verdict.pre_state_checked,
        "post_state_root": to_hex(found.post_state_root),
        "withdraw_root": to_hex(found.withdraw_root),
        "transactions_root": to_hex(found.transactions_root),
        "receipts_root": to_hex(found.receipts_root),
        "cpu_seconds": round(verdict.cpu_seconds, 6),
    }


def batch_line(batch: BoundBatch, is_finalized: bool) -> str:
    """One batch whose blocks are verified, and bound to it."""
    finalized = "  finalization agrees" if is_finalized else ""
    return (
        f"batch {batch.index}  verified  {to_hex(batch.hash)}  codec v{batch.version}  blocks "
        f"{batch.first_block}-{batch.last_block}  {batch.transactions} tx  bound by: "
        f"{batch.bound_by.value}{finalized}"
    )


def batch_json(batch: BoundBatch, is_finalized: bool) -> dict[str, Any]:
    """One batch as JSON."""
    return {
        "index": batch.index,
        "verified": True,
        "hash": to_hex(batch.hash),
        "codec_version": batch.version,
        "first_block": batch.first_block,
        "last_block": batch.last_block,
        "transactions": batch.transactions,
        "l1_messages": batch.l1_messages,
        "bound_by": batch.bound_by.value,
        "finalization_checked": is_finalized,
    }


def refused_batch_line(first: int, last: int, error: AttestorError) -> str:
    """A batch that is not vouched for."""
    return f"batch of blocks {first}-{last}  {word(error)}  {error_text(error)}"


def refused_batch_json(first: int, last: int, error: AttestorError) -> dict[str, Any]:
    """The same as JSON."""
    return {"first_block": first, "last_block": last, "verified": False, **error_json(error)}


def missing_batch_line(batch: Missing) -> str:
    """A batch of a commit whose blob could not be looked at."""
    name = "batch" if batch.index is None else f"batch {batch.index}"
    return f"{name}  {word(batch.error)}  {error_text(batch.error)}"


def missing_batch_json(batch: Missing) -> dict[str, Any]:
    """The same as JSON."""
    told = {"index": batch.index, "versioned_hash": to_hex(batch.versioned_hash)}
    return {**told, "verified": False, **error_json(batch.error)}


def probe_lines(found: Probe) -> list[str]:
    """What a node serves, and what to change."""
    served = [
        name
        for name, is_served in (
            ("debug_executionWitness", found.has_witness),
            ("scroll_getBlockTraceByNumberOrHash", found.has_trace),
        )
        if is_served
    ]
    return [
        f"{'node':<9} {found.kind.value}: {found.version}",
        f"{'chain':<9} {found.chain_id}, {found.chain}",
        f"{'head':<9} {found.head}",
        f"{'serves':<9} {', '.join(served) or 'none of the methods that give witnesses'}",
        f"{'verifies':<9} {found.range}",
        *(f"{'to do':<9} {line}" for line in found.advice),
    ]


def probe_json(found: Probe) -> dict[str, Any]:
    """The same as JSON."""
    return {**vars(found), "kind": found.kind.value, "advice": list(found.advice)}


def is_failure(error: AttestorError) -> bool:
    """Whether it is no fault of what was to be verified: a node's, or our executor's."""
    return isinstance(error, (Transient, ExecutorCrashed, ExecutionLimit))


def word(error: AttestorError) -> str:
    """What became of whatever has this error."""
    if isinstance(error, (Misconfigured, ScrollBlobRequired, ScrollIndexRequired)):
        return LACKING
    return FAILED if is_failure(error) else REFUSED


def counted(count: int, name: str) -> str:
    """A number of things: `name` is one of them."""
    plural = name + ("es" if name.endswith("ch") else "s")
    return f"{count:,} {name if count == 1 else plural}"


def error_text(error: AttestorError) -> str:
    """An error as one line, with its code."""
    return f"{one_line(str(error))} [{error.code}]"


def error_json(error: AttestorError | None) -> dict[str, Any]:
    assert error is not None
    return {"error": error.code, "message": one_line(error.message), "hint": error.hint}


def _short(value: bytes) -> str:
    return f"{to_hex(value)[: 2 + _SHOWN_DIGITS]}…"
