"""Witnesses and traces, as they were recorded, and as whoever would like to break something."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rlp
from cases.ordered_trie import ordered_root
from cases.scroll_node import transaction_json

from attestor.core.text import to_hex
from attestor.errors import ConfigurationInvalid
from attestor.errors.scroll import ScrollWitnessUnreadable
from attestor.scroll import headers, keeping, transactions, witness
from attestor.scroll.fields import Fields, number
from attestor.scroll.witness import Trie, Witness

WITNESSES = [
    "euclidv2-14919991",
    "euclidv2-14919992",
    "euclidv2-14919993",
    "euclidv2-devnet333333-2",
    "euclidv2-devnet333333-4",
    "feynman-19604670",
    "feynman-19604675",
    "feynman-19604676",
    "feynman-shadow-16525002",
    "galileo-20239156",
    "galileo-20239168",
]
TRACES = [
    "devnet-527",
    "devnet-528",
    "devnet-531",
    "mainnet-1",
    "mainnet-1341",
    "mainnet-1360",
    "mainnet-1367",
    "mainnet-2640",
    "mainnet-2643",
    "mainnet-5224657",
]


def recorded(vectors: Path, name: str) -> Witness:
    folder = "witnesses" if name in WITNESSES else "traces"
    return keeping.read(vectors / "scroll" / folder / f"{name}.json")


@pytest.mark.parametrize("name", [*WITNESSES, *TRACES])
def test_witness__recorded__has_the_transactions_that_its_header_commits_to(
    vectors: Path, name: str
) -> None:
    found = recorded(vectors, name)
    assert found.trie is (Trie.MPT if name in WITNESSES else Trie.ZKTRIE)
    assert ordered_root(found.transactions) == rlp.decode(found.header)[4]
    assert found.number == int(name.rsplit("-")[-1])
    if found.hash is not None:
        assert found.hash == found.block_hash


def test_headers__of_consecutive_blocks__are_linked_by_hash(vectors: Path) -> None:
    for before, after in (
        ("euclidv2-14919991", "euclidv2-14919992"),
        ("euclidv2-14919992", "euclidv2-14919993"),
        ("feynman-19604675", "feynman-19604676"),
    ):
        one, two = recorded(vectors, before), recorded(vectors, after)
        assert headers.parent_hash(two.header) == one.block_hash
        assert two.pre_state_root == headers.state_root(one.header)


@pytest.mark.parametrize("name", [*WITNESSES[:5], *WITNESSES[6:], "devnet-527", "mainnet-5224657"])
def test_kept__and_read_again__is_the_same(vectors: Path, tmp_path: Path, name: str) -> None:
    found = recorded(vectors, name)
    found = replace(found, parent=found.header)
    path = keeping.keep(tmp_path / "deep" / "folder", found)
    assert keeping.read(path) == found
    assert keeping.files_in(tmp_path / "deep" / "folder") == [path]


@pytest.mark.parametrize("name", ["euclidv2-14919993", "feynman-19604670", "galileo-20239156"])
def test_transactions__as_nodes_write_them__are_the_same_bytes(vectors: Path, name: str) -> None:
    for raw in recorded(vectors, name).transactions:
        assert transactions.encode(transaction_json(raw), "it") == raw


def test_transactions__of_types_1_and_4__are_the_same_bytes(vectors: Path) -> None:
    for name in ("devnet-527", "euclidv2-devnet333333-4"):
        (raw,) = recorded(vectors, name).transactions
        assert raw[0] == (1 if name == "devnet-527" else 4)
        assert transactions.encode(transaction_json(raw), "it") == raw


def test_trace__without_codes__has_those_that_were_executed(vectors: Path) -> None:
    assert len(recorded(vectors, "mainnet-5224657").codes) == 6
    text = (vectors / "scroll" / "traces" / "mainnet-5224657.json").read_bytes()
    assert b'"codes"' not in text


def test_trace__magic_node__is_left_out(vectors: Path) -> None:
    text = (vectors / "scroll" / "traces" / "mainnet-1341.json").read_bytes()
    assert witness.MAGIC_NODE.hex().encode() in text
    assert witness.MAGIC_NODE not in recorded(vectors, "mainnet-1341").nodes


def trace(vectors: Path) -> dict[str, Any]:
    text = (vectors / "scroll" / "traces" / "mainnet-1341.json").read_text()
    found: dict[str, Any] = json.loads(text)["result"]
    return found


def test_trace__with_one_list_of_all_nodes__has_the_same(vectors: Path) -> None:
    value = trace(vectors)
    found = witness.from_trace(Fields(value, "it"))
    storage = value["storageTrace"]
    before = {"rootBefore": storage["rootBefore"], "rootAfter": storage["rootAfter"]}
    listed = [to_hex(node) for node in (*found.nodes, witness.MAGIC_NODE)]
    for nodes in (listed, {str(place): node for place, node in enumerate(listed)}):
        value["storageTrace"] = {**before, "flattenProofs": nodes}
        assert witness.from_trace(Fields(value, "it")) == found


def test_trace__with_another_root_than_its_header__is_refused(vectors: Path) -> None:
    value = trace(vectors)
    value["storageTrace"]["rootAfter"] = value["storageTrace"]["rootBefore"]
    with pytest.raises(ScrollWitnessUnreadable, match="rootAfter"):
        witness.from_trace(Fields(value, "it"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "neither a block witness"),
        (b'{"states": [], "header": {}}', "chain_id"),
        (b'{"states": [], "chain_id": 1, "header": 7}', "header"),
        (b'{"states": [], "chain_id": 1, "header": {}}', "parentHash"),
        (b'{"storageTrace": {}, "chainID": 1, "header": {}}', "rootBefore|parentHash"),
    ],
)
def test_witness__malformed__names_what_is_wrong(text: bytes, said: str) -> None:
    with pytest.raises(ScrollWitnessUnreadable, match=said):
        witness.from_text(text, "a.json")


def test_transaction__with_another_hash__is_refused() -> None:
    raw = bytes.fromhex("7e") + rlp.encode([1, 2, b"\1" * 20, 0, b"", b"\2" * 20])
    value = transaction_json(raw)
    assert transactions.encode(value, "it") == raw
    with pytest.raises(ScrollWitnessUnreadable, match="hashes to"):
        transactions.encode({**value, "gas": "0x3"}, "it")


@pytest.mark.parametrize("kind", [3, 5, 0x7D, 0xFF])
def test_transaction__of_a_type_that_scroll_has_not__is_refused_by_name(kind: int) -> None:
    value = {"type": hex(kind), "chainId": "0x1", "nonce": "0x0", "gas": "0x0", "value": "0x0"}
    value |= {"input": "0x", "r": "0x1", "s": "0x1", "yParity": "0x0"}
    with pytest.raises(ScrollWitnessUnreadable, match=f"type {kind}"):
        transactions.encode(value, "it")


@pytest.mark.parametrize(
    ("given", "expected"), [(5, 5), ("0x5", 5), ("0x05", 5), ("0xff", 255), (0, 0), ("0x0", 0)]
)
def test_number__in_either_form__is_read(given: Any, expected: int) -> None:
    assert number(given, "it") == expected


@pytest.mark.parametrize(
    "given", [-1, True, 1.5, "5", "0x", "0x-1", "0x1_0", "0x 1", None, 1 << 64]
)
def test_number__anything_else__is_refused(given: Any) -> None:
    with pytest.raises(ScrollWitnessUnreadable, match="it is"):
        number(given, "it")


def test_legacy_transaction__by_parity_or_by_v__is_the_same() -> None:
    inner = {"chain_id": "0x82750", "nonce": 7, "gas_price": 1, "gas_limit": 2, "value": "0x0"}
    inner |= {"to": "0x" + "11" * 20, "input": "0x"}
    signature = {"r": "0x1", "s": "0x2", "yParity": "0x1", "v": "0x1"}
    by_parity = transactions.encode(
        {"Legacy": {"signature": signature, "transaction": inner}}, "it"
    )
    flat = {**inner, "type": 0, "v": hex(534352 * 2 + 36), "r": "0x1", "s": "0x2"}
    assert transactions.encode(flat, "it") == by_parity
    before = {name: value for name, value in inner.items() if name != "chain_id"}
    old = transactions.encode({"Legacy": {"signature": signature, "transaction": before}}, "it")
    assert rlp.decode(old)[6] == bytes([28])


def test_header__with_a_later_field_missing_between__is_refused() -> None:
    value: dict[str, Any] = {name: "0x" + "00" * (length or 0) for name, length in _lengths()}
    value |= {name: "0x0" for name, length in _lengths() if length is None}
    encoded = headers.encode(Fields(value, "it"))
    assert headers.encode(Fields(headers.decode(encoded), "it")) == encoded
    with pytest.raises(ScrollWitnessUnreadable, match="baseFeePerGas"):
        headers.encode(Fields({**value, "requestsHash": "0x" + "00" * 32}, "it"))


def _lengths() -> tuple[tuple[str, int | None], ...]:
    from attestor.core.header import FIELDS

    return FIELDS


def test_keep__folder_that_is_a_file__says_so(vectors: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationInvalid, match="cannot be kept"):
        keeping.keep(tmp_path / "file", recorded(vectors, "mainnet-1"))


def test_read__file_that_is_missing__says_so(tmp_path: Path) -> None:
    with pytest.raises(ScrollWitnessUnreadable, match="cannot be read"):
        keeping.read(tmp_path / "a.json")
    with pytest.raises(ConfigurationInvalid, match="no witness files"):
        keeping.files_in(tmp_path)


def test_read__file_with_a_byte_order_mark__says_so(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "a.json").write_text("{}", encoding=encoding)
        with pytest.raises(ScrollWitnessUnreadable, match=r"a\.json is not JSON: .* order mark"):
            keeping.read(tmp_path / "a.json")


def test_read__pipe__is_refused_with_what_to_do_instead(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(ScrollWitnessUnreadable, match="it is a pipe") as refused:
        keeping.read(tmp_path / "a.json")
    assert "write into" in str(refused.value.hint)


def test_files_in__folder_with_a_pipe__does_not_wait_for_who_writes_to_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("{}")
    assert keeping.files_in(tmp_path) == [tmp_path / "b.json"]


def test_to_text__is_json_with_hex_text(vectors: Path) -> None:
    found = recorded(vectors, "mainnet-1")
    value = json.loads(witness.to_text(found))
    assert value["trie"] == "zktrie"
    assert value["header"]["state_root"] == to_hex(headers.state_root(found.header))
