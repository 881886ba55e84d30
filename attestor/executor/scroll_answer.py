"""The answer of attestor-scroll, checked as untrusted input: the child processed untrusted
blocks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attestor.core.scroll.eras import FORKS
from attestor.errors import ExecutionMemoryLimit, ExecutorCrashed
from attestor.errors.base import AttestorError
from attestor.errors.scroll import (
    ScrollBlockInvalid,
    ScrollChainUnknown,
    ScrollEraUnsupported,
    ScrollError,
    ScrollMismatch,
    ScrollRequestInvalid,
    ScrollWitnessIncomplete,
    ScrollWitnessInvalid,
)
from attestor.executor import answer
from attestor.executor.child import Ended

_MAX_U64 = 2**64 - 1
_MAX_TEXT_CHARS = 600
_HEX = re.compile("0x[0-9a-fA-F]*")
_CLASSES: Mapping[str, tuple[type[ScrollError], str | None]] = {
    "invalid_request": (ScrollRequestInvalid, None),
    "unknown_chain": (ScrollChainUnknown, "name the chain's forks in the configuration"),
    "unsupported_era": (ScrollEraUnsupported, None),
    "invalid_block": (ScrollBlockInvalid, None),
    "mismatch": (ScrollMismatch, None),
    "missing_node": (ScrollWitnessIncomplete, "get the node by eth_getProof of the block before"),
    "missing_code": (ScrollWitnessIncomplete, "get the code by eth_getCode of the block before"),
    "bad_witness": (ScrollWitnessInvalid, "get the witness from another node"),
}
"""The failure classes of `executor/scroll/src/failure.rs`, but for those of every child."""


@dataclass(frozen=True)
class ExecutedBlock:
    """A block that was executed, and that is in everything as its header says.

    Hashes and roots have 32 bytes. `withdraw_root` is slot 0 of the L2MessageQueue after the block.
    `transactions_digest` is keccak(keccak(raw 0) ‖ keccak(raw 1) ‖ …) of what was executed.
    """

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int
    fork: str
    pre_state_root: bytes
    post_state_root: bytes
    withdraw_root: bytes
    gas_used: int
    transactions_root: bytes
    receipts_root: bytes
    transactions: int
    l1_messages: int
    transactions_digest: bytes


@dataclass(frozen=True)
class ExecutedRange:
    """Consecutive blocks. Unless `parent_checked`, the first pre-state root is the caller's word.
    `cpu_seconds` are those of the child."""

    blocks: tuple[ExecutedBlock, ...]
    parent_checked: bool
    cpu_seconds: float


def read(ended: Ended, count: int) -> ExecutedRange:
    """The result for `count` blocks. Raises the error that an answer without one encodes, and
    `ExecutorCrashed` for anything else."""
    header = answer.read_frame(ended).header
    if header.get("ok") is not True:
        raise _failure(header)
    blocks, checked, seconds = (header.get(n) for n in ("blocks", "parent_checked", "cpu_seconds"))
    if not isinstance(blocks, list) or len(blocks) != count:
        raise ExecutorCrashed(f"{ended.name} answered for other blocks than those it was asked for")
    if type(checked) is not bool or type(seconds) is not float:
        raise ExecutorCrashed(f"{ended.name} answered without parent_checked and cpu_seconds")
    return ExecutedRange(tuple(map(_block, blocks)), checked, seconds)


def _block(fields: object) -> ExecutedBlock:
    if not isinstance(fields, dict) or fields.get("fork") not in FORKS:
        raise ExecutorCrashed("the executor answered with something that is no block")
    return ExecutedBlock(
        number=_number(fields, "number"),
        hash=_word(fields, "hash"),
        parent_hash=_word(fields, "parent_hash"),
        timestamp=_number(fields, "timestamp"),
        fork=fields["fork"],
        pre_state_root=_word(fields, "pre_state_root"),
        post_state_root=_word(fields, "post_state_root"),
        withdraw_root=_word(fields, "withdraw_root"),
        gas_used=_number(fields, "gas_used"),
        transactions_root=_word(fields, "transactions_root"),
        receipts_root=_word(fields, "receipts_root"),
        transactions=_number(fields, "transactions"),
        l1_messages=_number(fields, "l1_messages"),
        transactions_digest=_word(fields, "transactions_digest"),
    )


def _failure(header: dict[str, Any]) -> AttestorError:
    name, detail = header.get("class"), header.get("detail")
    if header.get("ok") is not False or not isinstance(detail, str) or not isinstance(name, str):
        return ExecutorCrashed("the executor answered neither a result nor a failure")
    text = _printable(detail)
    if name == "limit_memory":
        return ExecutionMemoryLimit(
            f"the executor stopped: {text}", hint="raise the memory limit, or take fewer blocks"
        )
    if name not in _CLASSES:
        return ExecutorCrashed(f"the executor failed: {text}")
    leaf, hint = _CLASSES[name]
    block = None if header.get("block") is None else _number(header, "block")
    error = leaf(text if block is None else f"block {block}: {text}", hint=hint, block=block)
    if isinstance(error, ScrollBlockInvalid) and "transaction" in header:
        error.transaction = _number(header, "transaction")
    if isinstance(error, ScrollMismatch):
        error.field, error.expected, error.computed = (
            _printable(str(header.get(part))) for part in ("field", "expected", "computed")
        )
    if isinstance(error, ScrollWitnessIncomplete):
        missing = _word(header, "hash")
        error.node, error.code_hash = (missing, None) if name == "missing_node" else (None, missing)
        error.address = _optional(header, "address", 20)
        error.slot = _optional(header, "slot", 32)
    return error


def _number(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    if type(value) is not int or not 0 <= value <= _MAX_U64:
        raise ExecutorCrashed(f"the executor answered with {name} {value!r:.40}")
    return value


def _word(fields: Mapping[str, Any], name: str) -> bytes:
    found = _optional(fields, name, 32)
    if found is None:
        raise ExecutorCrashed(f"the executor answered without {name}")
    return found


def _optional(fields: Mapping[str, Any], name: str, length: int) -> bytes | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _HEX.fullmatch(value) or len(value) != 2 + 2 * length:
        raise ExecutorCrashed(f"the executor answered with {name} {value!r:.80}")
    return bytes.fromhex(value[2:])


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text[:_MAX_TEXT_CHARS])
