"""The load of the block: who sends what, always the same, and within the block's gas."""

from collections import Counter

import pytest
import rlp
from benchmarks.block import chain, load, merkle, solidity, world
from benchmarks.block.kinds import KINDS
from benchmarks.block.world import Sizes, World
from eth_abi.abi import decode, encode
from eth_account import Account
from eth_keys.datatypes import Signature
from eth_utils.crypto import keccak

pytestmark = pytest.mark.slow

CODES = dict.fromkeys(["Token", "Pool", "Distributor", "Journal", "Bridge"], b"\x00")
SMALL = Sizes(bystanders=20, holders=20, claims=16)


@pytest.fixture(scope="module")
def small() -> World:
    return world.make(CODES, SMALL)


@pytest.fixture(scope="module")
def sent(small: World) -> list[bytes]:
    return load.transactions(small, load.COUNTS)


def test_transactions__all_kinds__as_many_as_are_asked_for(sent: list[bytes]) -> None:
    assert set(load.COUNTS) == set(KINDS)
    assert 150 <= len(sent) == sum(load.COUNTS.values()) <= 250
    assert len(set(sent)) == len(sent)


def test_transactions__made_twice__are_the_same(sent: list[bytes]) -> None:
    again = world.make(CODES, SMALL)
    assert load.transactions(again, load.COUNTS) == sent


def test_transactions__both_types__a_third_is_legacy(sent: list[bytes]) -> None:
    legacy = sum(raw[0] >= 0xC0 for raw in sent)
    assert 3 * legacy - len(sent) in (0, 1, 2)


def test_transactions__senders__have_consecutive_nonces(small: World, sent: list[bytes]) -> None:
    seen: Counter[str] = Counter()
    for raw in sent:
        who = Account.recover_transaction(raw)
        nonce = rlp.decode(raw)[0] if raw[0] >= 0xC0 else rlp.decode(raw[1:])[1]
        assert int.from_bytes(nonce, "big") == seen[who]
        seen[who] += 1
    assert len(seen) == len(small.senders)


def test_kinds__gas_limits__fit_into_the_block(small: World) -> None:
    total = sum(KINDS[kind](small, 0).gas * count for kind, count in load.COUNTS.items())
    assert total < chain.GAS_LIMIT


def test_permit__signature__is_of_the_owner_that_it_names(small: World) -> None:
    wanted = KINDS["permit"](small, 1)
    types = ["address", "address", "uint256", "uint256", "uint8", "bytes32", "bytes32"]
    owner, spender, value, deadline, v, r, s = decode(types, wanted.data[4:])
    domain_type = b"EIP712Domain(string name,uint256 chainId,address verifyingContract)"
    domain = [keccak(domain_type), keccak(b"Token"), 1, wanted.to]
    permit_type = (
        b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    )
    content = [keccak(permit_type), owner, spender, value, 0, deadline]
    hashed = keccak(encode(["bytes32", "bytes32", "uint256", "address"], domain))
    hashed += keccak(encode(["bytes32", "address", "address", *["uint256"] * 3], content))
    signature = Signature(r + s + bytes([v - 27]))
    recovered = signature.recover_public_key_from_msg_hash(keccak(b"\x19\x01" + hashed))
    assert recovered.to_address() == owner


def test_claim_tree__proof__leads_to_the_root() -> None:
    leaves = [merkle.leaf(n, bytes([n]) * 20, n) for n in range(8)]
    tree = merkle.tree(leaves)
    node = leaves[5]
    for level, sibling in enumerate(tree.proof(5)):
        node = keccak(sibling + node if 5 >> level & 1 else node + sibling)
    assert node == tree.root
    assert len(tree.proof(5)) == 3


def test_call__transfer__known_selector_and_words() -> None:
    data = solidity.call("transfer(address,uint256)", b"\xaa" * 20, 1)
    assert data.hex() == "a9059cbb" + "00" * 12 + "aa" * 20 + "00" * 31 + "01"


def test_mapping_slot__nested__hashes_the_inner_slot() -> None:
    inner = keccak((7).to_bytes(32, "big") + (1).to_bytes(32, "big"))
    outer = keccak((8).to_bytes(32, "big") + inner)
    assert solidity.mapping_slot(1, 7, 8) == int.from_bytes(outer, "big")
