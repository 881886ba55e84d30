"""What storage proofs say of signers, beside what the contract says, on a real chain."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from eth_utils.crypto import keccak
from integration.chain.altered_endpoints import Answer, broken, honest, proofless, says, view
from measures.chain import BLOCK_SECONDS, GasChain
from measures.scenario import Deployment

from attestor.chain.abi import Contract
from attestor.chain.registry import Registry
from attestor.chain.registry_proof import RegistryProof
from attestor.core.blocks import Block
from attestor.core.registry_state import SLOTS, is_valid
from attestor.core.report_data import Layout
from attestor.core.text import checksummed, to_hex
from attestor.errors import EndpointsDisagree

NO = "0x" + "00" * 32
YES = "0x" + "00" * 31 + "01"


@contextmanager
def unchanged(chain: GasChain) -> Iterator[None]:
    """What is done to the chain is undone."""
    snapshot = chain.snapshot()
    try:
        yield
    finally:
        chain.revert(snapshot)


# --- one honest endpoint is enough ----------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1, 2])
def test_vouches_for__one_honest_endpoint_of_three__is_believed(
    registered: Deployment[GasChain], place: int
) -> None:
    alters = [says(NO), broken]
    alters.insert(place, honest)
    registry, _ = view(registered, *alters)
    assert registry.vouches_for(registered.latest_signer[1]) is True


def test_vouches_for__two_that_lie_alike__are_outweighed(registered: Deployment[GasChain]) -> None:
    registry, _ = view(registered, says(NO), says(NO), honest)
    assert registry.vouches_for(registered.latest_signer[1]) is True


@pytest.mark.parametrize("place", [0, 1, 2])
def test_vouches_for__one_endpoint_of_three_lies_that_a_stranger_is_a_signer__is_outvoted(
    registered: Deployment[GasChain], place: int
) -> None:
    """A proof by a signer that was revoked would be handed out on the word of one."""
    alters: list[Answer] = [proofless, proofless]
    alters.insert(place, says(YES))
    registry, _ = view(registered, *alters)
    assert registry.vouches_for(b"\x11" * 20) is False


@pytest.mark.parametrize("place", [0, 1, 2])
def test_vouches_for__a_stranger_whom_a_lie_vouches_for__is_proven_to_be_none(
    registered: Deployment[GasChain], place: int
) -> None:
    alters: list[Answer] = [broken, honest]
    alters.insert(place, says(YES))
    registry, _ = view(registered, *alters)
    assert registry.vouches_for(b"\x11" * 20) is False


def test_vouches_for__a_stranger_and_nobody_proves__is_nobody_s_word(
    registered: Deployment[GasChain],
) -> None:
    registry, _ = view(registered, says(YES), broken, proofless)
    with pytest.raises(EndpointsDisagree):
        registry.vouches_for(b"\x11" * 20)


def test_vouches_for__yes__asks_for_no_proof(registered: Deployment[GasChain]) -> None:
    registry, ends = view(registered, honest, honest, honest)
    assert registry.vouches_for(registered.latest_signer[1])
    assert not any("eth_getProof" in end.asked for end in ends)


def test_vouches_for__no_of_all__costs_one_proof(registered: Deployment[GasChain]) -> None:
    registry, ends = view(registered, honest, honest, honest)
    assert registry.vouches_for(b"\x11" * 20) is False
    assert [end.asked.count("eth_getProof") for end in ends] == [1, 0, 0]


# --- without a proof all is as without proofs -----------------------------------------------------


def test_vouches_for__nodes_without_proofs__disagree(registered: Deployment[GasChain]) -> None:
    registry, _ = view(registered, says(NO), proofless, broken)
    with pytest.raises(EndpointsDisagree):
        registry.vouches_for(registered.latest_signer[1])


def test_vouches_for__nodes_without_proofs__are_counted(registered: Deployment[GasChain]) -> None:
    registry, _ = view(registered, says(NO), proofless, proofless)
    assert registry.vouches_for(registered.latest_signer[1]) is True


def test_vouches_for__headers_that_are_not_checked__prove_nothing(
    registered: Deployment[GasChain],
) -> None:
    head = registered.chain.node.head()
    bare = Block(head.number, head.hash, head.parent_hash, head.timestamp)
    proof = RegistryProof(registered.chain.node, registered.registry.address)
    assert proof.vouches_for(registered.latest_signer[1], bare) is None
    assert proof.vouches_for(registered.latest_signer[1], head) is True


def test_vouches_for__upstreams_registry__is_asked_for_no_proof(
    registered: Deployment[GasChain],
) -> None:
    registry, ends = view(registered, honest, layout=Layout.UPSTREAM)
    assert registry.vouches_for(b"\x11" * 20) is False
    assert "eth_getProof" not in ends[0].asked


def test_vouches_for__code_of_another_contract__is_not_read(
    registered: Deployment[GasChain],
) -> None:
    """It may have other things in these slots."""
    chain, address = registered.chain, registered.registry.address
    with unchanged(chain):
        code = bytearray(chain.node.code(address))
        code[100] ^= 1
        chain.node.rpc.call("anvil_setCode", [to_hex(address), to_hex(bytes(code))])
        chain.node.rpc.call("evm_mine", [])
        proof = RegistryProof(chain.node, address)
        assert proof.vouches_for(registered.latest_signer[1], chain.node.head()) is None


# --- hostile proofs -------------------------------------------------------------------------------


def _changed(answer: Any, **changes: Any) -> Any:
    return {**answer, **changes}


def _each(answer: Any, change: Callable[[list[str]], Any]) -> Any:
    storage = [{**one, "proof": change(one["proof"])} for one in answer["storageProof"]]
    return {**answer, "storageProof": storage}


def _flipped(nodes: list[str]) -> list[str]:
    last = bytearray.fromhex(nodes[-1][2:])
    last[-1] ^= 1
    return [*nodes[:-1], to_hex(bytes(last))]


HOSTILE: dict[str, Callable[[Any], Any]] = {
    "null": lambda answer: None,
    "text": lambda answer: "0x",
    "no proofs": lambda answer: _changed(answer, accountProof=[], storageProof=[]),
    "no account's proof": lambda answer: _changed(answer, accountProof=None),
    "account's proof cut": lambda answer: _changed(
        answer, accountProof=answer["accountProof"][:-1]
    ),
    "slots' proofs cut": lambda answer: _each(answer, lambda nodes: nodes[:-1]),
    "other values in the leaves": lambda answer: _each(answer, _flipped),
    "the first slot's proof for all": lambda answer: _changed(
        answer, storageProof=answer["storageProof"][:1] * len(answer["storageProof"])
    ),
    "the account's nodes for the slots": lambda answer: _each(
        answer, lambda nodes: answer["accountProof"]
    ),
    "more slots than asked": lambda answer: _changed(
        answer, storageProof=answer["storageProof"] * 2
    ),
    "a thousand nodes": lambda answer: _each(answer, lambda nodes: nodes * 1000),
    "a node of a megabyte": lambda answer: _each(
        answer, lambda nodes: [*nodes, "0x" + "00" * 2**20]
    ),
    "a node that is a number": lambda answer: _each(answer, lambda nodes: [1]),
    "a node that is no hexadecimal": lambda answer: _each(answer, lambda nodes: ["0xzz"]),
    "a slot that is a list": lambda answer: _changed(answer, storageProof=[[]]),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_vouches_for__hostile_proof_alone__proves_nothing(
    registered: Deployment[GasChain], hostile: Callable[[Any], Any]
) -> None:
    registry, _ = view(registered, says(NO, hostile), proofless, broken)
    with pytest.raises(EndpointsDisagree):
        registry.vouches_for(registered.latest_signer[1])


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=list(HOSTILE))
def test_vouches_for__hostile_proof_before_an_honest_one__changes_nothing(
    registered: Deployment[GasChain], hostile: Callable[[Any], Any]
) -> None:
    registry, _ = view(registered, says(NO, hostile), says(NO, hostile), honest)
    assert registry.vouches_for(registered.latest_signer[1]) is True


def test_vouches_for__proof_of_another_block__proves_nothing(
    registered: Deployment[GasChain],
) -> None:
    """Before the signer was registered it was right to say no."""
    chain, rpc = registered.chain, registered.chain.node.rpc
    old = to_hex(chain.node.block(chain.node.head().number - 1).hash)

    def earlier(method: str, params: list[Any], answer: Any) -> Any:
        if method in ("eth_call", "eth_getProof"):
            return rpc.call(method, [*params[:-1], {"blockHash": old}])
        return answer

    registry, _ = view(registered, earlier, proofless, broken)
    with pytest.raises(EndpointsDisagree):
        registry.vouches_for(registered.latest_signer[1])


# --- the same as the contract, whatever is stored -------------------------------------------------

FIELDS = {
    "bucket": ((0, 1), (1, 8), (9, 32), (70, 36), (106, 150)),
    "overflow": ((0, 1), (1, 8), (9, 32), (70, 36)),
    "admission": ((200, 24), (224, 8), (232, 8), (248, 8)),
    "terms": ((40, 24), (64, 24), (88, 8), (96, 160)),
    "platform": ((0, 8), (8, 24)),
}
"""The fields of each word: lowest bit and width."""


def valid_words(signer: bytes, now: int, is_elsewhere: bool, random: Random) -> dict[str, int]:
    """What is stored of a signer that is valid, under an admission of era 5; in the overflow where
    it `is_elsewhere`."""
    generation, policy = random.randrange(256), random.randrange(160)
    admission = random.randrange(1, 1 << 32)
    entry = generation << 1 | admission << 9 | (now + 1000) << 70
    rest = int.from_bytes(signer, "big") >> 10 << 106
    return {
        "number": admission,
        "bucket": random.choice([1, 1 | rest]) if is_elsewhere else entry | rest,
        "overflow": entry if is_elsewhere else 0,
        "admission": 5 << 200 | policy << 224 | generation << 232 | 1 << 248 | 99,
        "terms": random.choice([5, 6]) << 40 | 4 << 64 | 1 << 96 << policy,
        "platform": random.choice([0, 4, 5]) << 8,
    }


def near(value: int, mask: int, now: int) -> list[int]:
    """What a field may be changed to: by little, to other flags, to about now, to its ends."""
    times = (now, now + BLOCK_SECONDS, now + 2 * BLOCK_SECONDS)
    around = (value - 1, value + 1, value + 2, value ^ 1, value ^ 2)
    return [changed & mask for changed in (*around, *times, 0, mask)]


def alterations(words: dict[str, int], now: int) -> Iterator[dict[str, int]]:
    """The same words, and these with each field changed in each way."""
    yield words
    for name, fields in FIELDS.items():
        for lowest, width in fields:
            mask = (1 << width) - 1
            rest = words[name] & ~(mask << lowest)
            for value in near(words[name] >> lowest & mask, mask, now):
                yield {**words, name: rest | value << lowest}


def store(registry: Registry, signer: bytes, words: dict[str, int]) -> None:
    """Write them to where the contract reads them."""
    number = int.from_bytes(signer, "big")
    platform = int.from_bytes(keccak(signer), "big")

    def put(slot: int, word: int) -> None:
        text = to_hex(word.to_bytes(32, "big"))
        where = to_hex(slot.to_bytes(32, "big"))
        registry.node.rpc.call("anvil_setStorageAt", [to_hex(registry.address), where, text])

    def place(mapping: str, key: int) -> int:
        joined = key.to_bytes(32, "big") + SLOTS[mapping].to_bytes(32, "big")
        return int.from_bytes(keccak(joined), "big")

    put(place("_buckets", number % 1024), words["bucket"])
    put(place("_overflow", number), words["overflow"])
    put(place("_admissions", words["number"]), words["admission"])
    put(place("_admittedPlatforms", words["number"]), platform)
    put(place("_platforms", platform), words["platform"])
    put(SLOTS["_terms"], words["terms"])


@pytest.mark.parametrize("is_elsewhere", [False, True], ids=["bucket", "overflow"])
def test_vouches_for__whatever_is_stored__is_what_the_contract_says(
    registered: Deployment[GasChain], is_elsewhere: bool
) -> None:
    chain, registry = registered.chain, registered.registry
    proof, random = RegistryProof(chain.node, registry.address), Random(1)
    asked: list[bool] = []
    ways = len(list(alterations(valid_words(bytes(20), 0, is_elsewhere, random), 0)))
    with unchanged(chain):
        for way in range(ways):
            signer, now = random.randbytes(20), chain.node.head().timestamp
            valid = valid_words(signer, now, is_elsewhere, random)
            words = list(alterations(valid, now))[way]
            store(registry, signer, words)
            chain.node.rpc.call("evm_mine", [])
            head = chain.node.head()
            assert head.timestamp == now + BLOCK_SECONDS
            calldata = Contract.named("TEERegistry").encode(
                "verifyAttestedProver", checksummed(signer)
            )
            said = bool(int.from_bytes(chain.node.call(registry.address, calldata, at=head.hash)))
            assert proof.vouches_for(signer, head) is said, (signer.hex(), words)
            asked.append(said)
    assert min(asked.count(True), asked.count(False)) > ways / 10


def test_is_valid__unknown_signer__is_read_once() -> None:
    reads = []

    def read(slots: list[int]) -> list[int]:
        reads.append(slots)
        return [0] * len(slots)

    assert is_valid(b"\x07" * 20, 1000, read) is False
    assert [len(slots) for slots in reads] == [3]
