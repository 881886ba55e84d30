"""A context as JSON (upstream's SuccinctPobList, sgx-prover 0.5.0): byte strings interned in one
table, quantities of blocks as 0x text, numbers beside them as JSON numbers.

    {"pob": [{"block": {…}, "data": {…}, "hash": …}], "interning": 0x…, "hash": …}

`data.parent_header` is our own, and may be missing: upstream's provers read over it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import rlp

from attestor.core import header
from attestor.core.avs import interning
from attestor.core.avs.context import BlockContext, Context
from attestor.core.avs.interning import Table
from attestor.core.avs.json_fields import Fields
from attestor.core.text import to_hex
from attestor.errors import HeaderInvalid
from attestor.errors.avs import ContextInvalid

MAX_BLOCKS = 4096
MAX_HEADER_BYTES = 4096
MAX_REFERENCED_BYTES = 256 << 20
"""Of all strings that blocks name, each time that they do: all of it is hashed."""
_QUANTITIES = ("difficulty", "number", "gasLimit", "timestamp", "gasUsed", "baseFeePerGas")
_ORDER = (
    *("miner", "stateRoot", "difficulty", "number", "gasLimit", "timestamp", "extraData"),
    *("parentHash", "unclesHash", "transactionsRoot", "receiptsRoot", "logsBloom", "nonce"),
    *("gasUsed", "mixHash", "baseFeePerGas"),
)
_HEADER_NAMES = {"unclesHash": "sha3Uncles"}
_RLP_ORDER = [name for name, _ in header.FIELDS] + ["baseFeePerGas"]


def encode(context: Context) -> dict[str, Any]:
    """The context as provers send it. The hashes of single PoBs are zero, as upstream leaves
    them."""
    table = Table(string for block in context.blocks for string in (*block.mpt_nodes, *block.codes))
    return {
        "pob": [_encode_block(block, table) for block in context.blocks],
        "interning": to_hex(table.packed()),
        "hash": to_hex(context.hash),
    }


def decode(value: object) -> Context:
    """The context in JSON that came from outside, every block checked against its hash.

    Raises `ContextInvalid`, which names the place. The hashes of single PoBs are not read.
    """
    found = Fields(value, "the context")
    items = found.items("pob", MAX_BLOCKS)
    if not items:
        raise ContextInvalid("the context has no blocks")
    reader = _Reader(interning.unpack(found.data("interning")))
    context = Context.of(
        tuple(reader.block(Fields(item, f"pob[{place}]")) for place, item in enumerate(items))
    )
    named = found.data("hash", 32)
    if named != context.hash:
        raise ContextInvalid(
            f"the context says that its hash is {to_hex(named)}, and has {to_hex(context.hash)}"
        )
    return context


class _Reader:
    """Reads blocks that share a table, and counts what they take of it."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._left = MAX_REFERENCED_BYTES

    def block(self, item: Fields) -> BlockContext:
        block, data = item.object("block"), item.object("data")
        for name in ("linea_traces", "linea_proofs"):
            if data.get(name):
                raise ContextInvalid(f"{data.place}.{name} is of a Linea task, which is not served")
        made = BlockContext(
            header=_header(block),
            block_hash=block.data("blockHash", 32),
            transactions=tuple(block.data_items("transactions")),
            chain_id=data.number("chain_id"),
            coinbase=None if data.get("coinbase") is None else data.data("coinbase", 20),
            prev_state_root=data.data("prev_state_root", 32),
            block_hashes=tuple(sorted(data.hashes_by_number("block_hashes").items())),
            mpt_nodes=self._strings(data, "mpt_nodes"),
            codes=self._strings(data, "codes"),
            start_l1_queue_index=data.number("start_l1_queue_index"),
            withdrawal_root=data.data("withdrawal_root", 32),
            parent_header=_parent_header(data),
        )
        made.require_bound()
        return made

    def _strings(self, data: Fields, name: str) -> tuple[bytes, ...]:
        found = []
        for place, offset in enumerate(data.items(name)):
            string = self._table.string(offset, f"{data.place}.{name}[{place}]")
            self._left -= len(string) + 8
            if self._left < 0:
                raise ContextInvalid(
                    f"the context's blocks name more than {MAX_REFERENCED_BYTES} bytes together"
                )
            found.append(string)
        return tuple(found)


def _parent_header(data: Fields) -> bytes | None:
    if data.get("parent_header") is None:
        return None
    found = data.data("parent_header")
    if len(found) > MAX_HEADER_BYTES:
        raise ContextInvalid(f"{data.place}.parent_header has {len(found)} bytes")
    return found


def _header(block: Fields) -> bytes:
    fields = {_HEADER_NAMES.get(name, name): block.get(name) for name in _ORDER}
    try:
        return header.encode(fields)
    except HeaderInvalid as error:
        raise ContextInvalid(f"{block.place}: {error.message}") from None


def _encode_block(block: BlockContext, table: Table) -> dict[str, Any]:
    # Only where it is known: contexts of before are what they were.
    parent = {} if block.parent_header is None else {"parent_header": to_hex(block.parent_header)}
    return {
        "block": {
            **_encode_header(block.header),
            "blockHash": to_hex(block.block_hash),
            "transactions": [to_hex(raw) for raw in block.transactions],
        },
        "data": {
            "chain_id": block.chain_id,
            "coinbase": None if block.coinbase is None else to_hex(block.coinbase),
            "prev_state_root": to_hex(block.prev_state_root),
            "block_hashes": {str(number): to_hex(one) for number, one in block.block_hashes},
            "mpt_nodes": [table.offset(node) for node in block.mpt_nodes],
            "codes": [table.offset(code) for code in block.codes],
            "start_l1_queue_index": block.start_l1_queue_index,
            "withdrawal_root": to_hex(block.withdrawal_root),
            "linea_traces": [],
            "linea_proofs": [],
            "linea_zkroot": to_hex(bytes(32)),
            **parent,
        },
        "hash": to_hex(bytes(32)),
    }


def _encode_header(encoded: bytes) -> Mapping[str, str | None]:
    """In upstream's order. Raises `ContextInvalid` for fields that the form has no place for."""
    items: Sequence[bytes] = rlp.decode(encoded)
    if len(items) > len(_RLP_ORDER):
        raise ContextInvalid(
            f"a header has {len(items)} fields; a context holds {len(_RLP_ORDER)} at most"
        )
    found = dict(zip(_RLP_ORDER, items, strict=False))
    return {name: _text(name, found.get(_HEADER_NAMES.get(name, name))) for name in _ORDER}


def _text(name: str, item: bytes | None) -> str | None:
    if item is None:
        return None
    return hex(int.from_bytes(item)) if name in _QUANTITIES else to_hex(item)
