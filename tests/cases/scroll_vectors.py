"""Recorded blocks of Scroll with their witnesses (vectors/scroll/witnesses), as requests to execute
them. The files have the names of two versions of Scroll's own prover."""

import json
from pathlib import Path
from typing import Any

import rlp

from attestor.core import header
from attestor.executor.scroll import Block, BlockRange, Chain
from attestor.scroll import keeping

NAMES = ("bernoulli", "curie", "euclid", "euclid_v2", "feynman", "galileo", "galileo_v2")
TYPES = {"Legacy": 0, "Eip2930": 1, "Eip1559": 2, "Eip7702": 4, "TxL1Message": 0x7E}
MAINNET = 534352
HEADER_NAMES = {
    "parentHash": ("parent_hash",),
    "sha3Uncles": ("ommers_hash", "sha3Uncles"),
    "miner": ("beneficiary", "miner"),
    "stateRoot": ("state_root",),
    "transactionsRoot": ("transactions_root",),
    "receiptsRoot": ("receipts_root",),
    "logsBloom": ("logs_bloom",),
    "difficulty": ("difficulty",),
    "number": ("number",),
    "gasLimit": ("gas_limit",),
    "gasUsed": ("gas_used",),
    "timestamp": ("timestamp",),
    "extraData": ("extra_data",),
    "mixHash": ("mix_hash",),
    "nonce": ("nonce",),
    "baseFeePerGas": ("base_fee_per_gas",),
}


def files(vectors: Path, pattern: str = "*") -> list[Path]:
    return sorted((vectors / "scroll" / "witnesses").glob(f"{pattern}.json"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def chain_of(path: Path) -> Chain:
    """Two of the sets are of copies of mainnet that took a later fork at once, one is of a
    development chain."""
    latest = {"galileo-": "galileo", "feynman-shadow": "feynman", "euclidv2-devnet": "euclid_v2"}
    for beginning, name in latest.items():
        if path.name.startswith(beginning):
            return Chain(_number(read(path)["chain_id"]), up_to(name))
    return Chain(MAINNET)


def trace(*paths: Path) -> tuple[Chain, BlockRange]:
    """Consecutive traces of before Euclid, of mainnet or of a development chain, as one request."""
    found = [keeping.read(path) for path in paths]
    forks = {"bernoulli": 0, "curie": 0} if paths[0].name.startswith("devnet") else None
    return Chain(found[0].chain_id, forks), BlockRange(
        blocks=tuple(Block(one.header, one.transactions, one.hash) for one in found),
        pre_state_root=found[0].pre_state_root,
        parent=None,
        nodes=frozenset().union(*(one.nodes for one in found)),
        codes=frozenset().union(*(one.codes for one in found)),
    )


def up_to(name: str) -> dict[str, int]:
    """Forks until this one, from the beginning."""
    return dict.fromkeys(NAMES[: NAMES.index(name) + 1], 0)


def block_range(*witnesses: dict[str, Any], parent: bytes | None = None) -> BlockRange:
    """Consecutive blocks as one request."""
    return BlockRange(
        blocks=tuple(Block(header_of(w), transactions_of(w)) for w in witnesses),
        pre_state_root=_bytes(_first(witnesses[0], "prev_state_root", "pre_state_root")),
        parent=parent,
        nodes={_bytes(node) for w in witnesses for node in w["states"]},
        codes={_bytes(code) for w in witnesses for code in w["codes"]},
    )


def header_of(witness: dict[str, Any]) -> bytes:
    given = witness["header"]
    fields = {name: _first(given, *names) for name, names in HEADER_NAMES.items()}
    numbers = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas")
    for name in numbers:
        if fields[name] is not None:
            fields[name] = hex(_number(fields[name]))
    return header.encode(fields)


def transactions_of(witness: dict[str, Any]) -> tuple[bytes, ...]:
    return tuple(map(_transaction, _first(witness, "transactions", "transaction") or []))


def _transaction(given: dict[str, Any]) -> bytes:
    if len(given) == 1:
        ((name, body),) = given.items()
        kind, fields, signature = TYPES[name], body["transaction"], body.get("signature")
    else:
        kind, fields, signature = given["transaction_type"], given, given["signature"]
    gas, data = _integer(_first(fields, "gas_limit", "gas")), _bytes(fields.get("input"))
    to, value = _bytes(fields.get("to")), _integer(fields["value"])
    if kind == 0x7E:
        index, sender = (
            _first(fields, "queueIndex", "queue_index"),
            _first(fields, "sender", "from"),
        )
        return _typed(kind, [_integer(index), gas, to, value, data, _bytes(sender)])
    parity = _number(_first(signature, "yParity", "y_parity"))
    signed = [_integer(signature["r"]), _integer(signature["s"])]
    nonce, chain = _integer(fields["nonce"]), fields.get("chain_id")
    if kind == 0:
        v = 27 + parity if chain is None else parity + 35 + 2 * _number(chain)
        price = _integer(fields["gas_price"])
        legacy: bytes = rlp.encode([nonce, price, gas, to, value, data, _integer(v), *signed])
        return legacy
    prices = ("gas_price",) if kind == 1 else ("max_priority_fee_per_gas", "max_fee_per_gas")
    items: list[object] = [_integer(chain), nonce, *(_integer(fields[name]) for name in prices)]
    items += [gas, to, value, data, [_access(entry) for entry in fields["access_list"]]]
    if kind == 4:
        items.append([_authorization(entry) for entry in fields["authorization_list"]])
    return _typed(kind, [*items, _integer(parity), *signed])


def _typed(kind: int, items: list[object]) -> bytes:
    encoded: bytes = rlp.encode(items)
    return bytes([kind]) + encoded


def _access(entry: dict[str, Any]) -> list[object]:
    keys = _first(entry, "storageKeys", "storage_keys") or []
    return [_bytes(entry["address"]), [_bytes(key) for key in keys]]


def _authorization(entry: dict[str, Any]) -> list[bytes]:
    inner = entry["inner"]
    signed = [_integer(entry[name]) for name in ("yParity", "r", "s")]
    return [
        _integer(_first(inner, "chain_id", "chainId")),
        _bytes(inner["address"]),
        _integer(inner["nonce"]),
        *signed,
    ]


def _first(fields: dict[str, Any], *names: str) -> Any:
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _bytes(text: str | None) -> bytes:
    return bytes.fromhex(text[2:]) if text else b""


def _number(value: int | str | bool) -> int:
    return int(value, 16) if isinstance(value, str) else int(value)


def _integer(value: int | str) -> bytes:
    number = _number(value)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
