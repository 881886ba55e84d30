"""Contexts as they come from outside: what is taken, and what is refused with the place of it."""

import copy
import gzip
import json
import resource
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import rlp
from cases.contexts import CODE, MPT_LEAF, ZKTRIE_BRANCH, ZKTRIE_LEAF, block_of, context_of
from eth_utils.crypto import keccak

from attestor.core.avs import context_json, interning, nodes
from attestor.core.avs.context import BlockContext, Context
from attestor.core.text import to_hex
from attestor.errors.avs import ContextInvalid

Json = dict[str, Any]
BOMB_BYTES = 1 << 30


def sent() -> Json:
    return context_json.encode(context_of())


def test_context__sent_and_read__is_the_same() -> None:
    context = context_of()
    assert context_json.decode(json.loads(json.dumps(context_json.encode(context)))) == context


def test_context__with_a_base_fee__is_the_same() -> None:
    context = Context.of((block_of(1000, base_fee=40),))
    found = context_json.encode(context)
    assert found["pob"][0]["block"]["baseFeePerGas"] == "0x28"
    assert context_json.decode(found) == context


def test_context__as_json__has_upstreams_keys_in_upstreams_order() -> None:
    found = sent()
    assert list(found) == ["pob", "interning", "hash"]
    assert list(found["pob"][0]) == ["block", "data", "hash"]
    assert list(found["pob"][0]["block"]) == [
        *("miner", "stateRoot", "difficulty", "number", "gasLimit", "timestamp", "extraData"),
        *("parentHash", "unclesHash", "transactionsRoot", "receiptsRoot", "logsBloom", "nonce"),
        *("gasUsed", "mixHash", "baseFeePerGas", "blockHash", "transactions"),
    ]
    assert list(found["pob"][0]["data"]) == [
        *("chain_id", "coinbase", "prev_state_root", "block_hashes", "mpt_nodes", "codes"),
        *("start_l1_queue_index", "withdrawal_root", "linea_traces", "linea_proofs"),
        "linea_zkroot",
    ]
    assert found["pob"][0]["hash"] == "0x" + "00" * 32


def test_hashes__are_over_the_documented_bytes() -> None:
    block = block_of(7)
    u64 = [number.to_bytes(8) for number in (534352, 1, 6, 3, 1, 3)]
    data = u64[0] + b"p" * 32 + u64[1] + u64[2] + b"h" * 32 + u64[3]
    data += MPT_LEAF.join((ZKTRIE_LEAF + ZKTRIE_BRANCH, b"")) + u64[4] + CODE + u64[5] + b"w" * 32
    assert block.data_hash == keccak(data)
    assert block.hash == keccak(block.block_hash + keccak(data))
    assert Context.of((block, block)).hash == keccak(block.hash * 2)


def test_data_hash__hashes_in_another_order__is_over_them_by_number() -> None:
    found = [(number, bytes([number]) * 32) for number in (3, 200, 7)]
    block = block_of(7, block_hashes=tuple(found))
    assert block.data_hash == block_of(7, block_hashes=tuple(sorted(found))).data_hash


def changed(change: Callable[[Json], object]) -> Json:
    found = copy.deepcopy(sent())
    change(found)
    return found


def data(found: Json) -> Json:
    return dict.__getitem__(found["pob"][0], "data")


def block(found: Json) -> Json:
    return dict.__getitem__(found["pob"][1], "block")


def repack(table: bytes) -> str:
    return to_hex(gzip.compress(table))


REFUSED: dict[str, tuple[Callable[[Json], object], str]] = {
    "no blocks": (lambda j: j.update(pob=[]), "has no blocks"),
    "no list": (lambda j: j.update(pob={}), "the context.pob is"),
    "a number for a block": (lambda j: j.update(pob=[1]), r"pob\[0\] is 1"),
    "another hash": (lambda j: j.update(hash="0x" + "11" * 32), "says that its hash is 0x1111"),
    "short hash": (lambda j: j.update(hash="0x11"), 'the context.hash is "0x11"'),
    "no gzip": (lambda j: j.update(interning="0x00"), "cannot be unpacked|within its gzip"),
    "empty interning": (lambda j: j.update(interning="0x"), "ends within its gzip"),
    "cut gzip": (lambda j: j.update(interning=j["interning"][:-20]), "ends within its gzip"),
    "two gzips": (
        lambda j: j.update(interning=j["interning"] + j["interning"][2:]),
        "after its gz",
    ),
    "length beyond": (lambda j: j.update(interning=repack(b"\0\0\0\x09ab")), "beyond its end"),
    "cut length": (lambda j: j.update(interning=repack(b"\0\0")), "beyond its end"),
    "string twice": (
        lambda j: j.update(interning=repack(b"\0\0\0\x01a" * 2)),
        "is not after the one before it",
    ),
    "offset outside": (lambda j: data(j).update(mpt_nodes=[1 << 40]), r"mpt_nodes\[0\] is 1099511"),
    "offset inside": (lambda j: data(j).update(codes=[1]), r"pob\[0\].data.codes\[0\] is 1, at"),
    "offset below": (lambda j: data(j).update(codes=[-1]), "is -1, at which"),
    "offset true": (lambda j: data(j).update(codes=[True]), "is true, at which"),
    "offset text": (lambda j: data(j).update(codes=["0"]), 'is "0", at which'),
    "chain id text": (lambda j: data(j).update(chain_id="0x1"), 'chain_id is "0x1", not a number'),
    "chain id large": (lambda j: data(j).update(chain_id=1 << 64), "not a number of 64 bits"),
    "coinbase short": (lambda j: data(j).update(coinbase="0x11"), "not 0x text of 20 bytes"),
    "number of hash": (lambda j: data(j).update(block_hashes={"x": "0x" + "11" * 32}), 'key "x"'),
    "number twice": (
        lambda j: data(j).update(block_hashes={"1": "0x" + "11" * 32, "01": "0x" + "11" * 32}),
        'key "01"',
    ),
    "linea": (lambda j: data(j).update(linea_traces=[0]), "Linea task"),
    "field of header": (lambda j: block(j).update(stateRoot="0x" + "11" * 32), "has the hash"),
    "header's field gone": (lambda j: block(j).pop("receiptsRoot"), r"pob\[1\].block: .*receiptsR"),
    "another block hash": (lambda j: block(j).update(blockHash="0x" + "11" * 32), "has the hash"),
    "no block hash": (lambda j: block(j).update(blockHash=None), "blockHash is null"),
    "no transactions": (lambda j: block(j).update(transactions=[]), "the transactions of block 8"),
    "other transactions": (lambda j: block(j)["transactions"].append("0x01"), "transactions of b"),
    "transaction no text": (lambda j: block(j).update(transactions=[1]), r"transactions\[0\] is 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_context__that_is_not_right__is_refused_with_the_place(name: str) -> None:
    change, told = REFUSED[name]
    with pytest.raises(ContextInvalid, match=told):
        context_json.decode(changed(change))


@pytest.mark.parametrize("value", [None, 1, "x", [], True])
def test_context__that_is_no_object__is_refused(value: object) -> None:
    with pytest.raises(ContextInvalid, match="the context is"):
        context_json.decode(value)


def test_context__gzip_bomb__is_refused_and_takes_no_memory() -> None:
    packed = gzip.compress(bytes(BOMB_BYTES // 8), 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ContextInvalid, match="more than 1000000 bytes"):
        interning.unpack(packed, 1_000_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_context__string_named_again_and_again__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context_json, "MAX_REFERENCED_BYTES", 1000)
    with pytest.raises(ContextInvalid, match="name more than 1000 bytes"):
        context_json.decode(changed(lambda j: data(j).update(codes=[0] * 1000)))


def test_context__empty_string_named_again_and_again__is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each time that one is named takes memory, however short it is."""
    monkeypatch.setattr(context_json, "MAX_REFERENCED_BYTES", 4000)
    nothing = context_json.encode(Context.of((block_of(codes=(b"", CODE)),)))
    nothing["pob"][0]["data"]["codes"] = [0] * 1000
    with pytest.raises(ContextInvalid, match="name more than 4000 bytes"):
        context_json.decode(nothing)


def test_context__parents_header_longer_than_any__is_refused() -> None:
    parent = b"\x01" * (context_json.MAX_HEADER_BYTES + 1)
    first = rlp.decode(block_of().header)
    header = bytes(rlp.encode([keccak(parent), *first[1:]]))
    block = block_of(header=header, block_hash=keccak(header), parent_header=parent)
    block.require_bound()
    with pytest.raises(ContextInvalid, match=r"parent_header has 4097 bytes"):
        context_json.decode(context_json.encode(Context.of((block,))))


def test_table__more_strings_than_there_may_be__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = interning.Table(bytes([place]) for place in range(9)).packed()
    monkeypatch.setattr(interning, "MAX_STRINGS", 9)
    interning.unpack(packed)
    monkeypatch.setattr(interning, "MAX_STRINGS", 8)
    with pytest.raises(ContextInvalid, match="more than 8 strings"):
        interning.unpack(packed)


def test_table__packed_by_zlib_and_not_by_gzip__is_refused() -> None:
    table = gzip.decompress(interning.Table([CODE]).packed())
    with pytest.raises(ContextInvalid, match="cannot be unpacked"):
        interning.unpack(zlib.compress(table))


@pytest.mark.parametrize("node", [ZKTRIE_BRANCH, ZKTRIE_LEAF, MPT_LEAF, b"\x05", b"\x80"])
def test_node__whole__is_one_and_nothing_longer_or_shorter_is(node: bytes) -> None:
    assert nodes.is_whole(node)
    assert not nodes.is_whole(node + b"\0")
    assert not nodes.is_whole(node[:-1])


def test_node__end_of_proof__is_taken_and_other_text_is_not() -> None:
    assert nodes.is_whole(nodes.PROOF_END)
    assert not nodes.is_whole(nodes.PROOF_END[:-1])
    assert not nodes.is_whole(b"\x7f")


def test_context__nodes_split_elsewhere__has_the_same_hash_and_is_refused() -> None:
    """Whoever uploads first must not be able to take the place of the right context."""
    right = block_of(7, mpt_nodes=(ZKTRIE_BRANCH, ZKTRIE_LEAF))
    wrong: BlockContext = block_of(
        7, mpt_nodes=(ZKTRIE_BRANCH[:40], ZKTRIE_BRANCH[40:] + ZKTRIE_LEAF)
    )
    assert wrong.hash == right.hash
    right.require_bound()
    with pytest.raises(ContextInvalid, match="node 0 of block 7 is no trie node"):
        wrong.require_bound()
