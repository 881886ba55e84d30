"""Questions to a node that may lie, and the registry read through it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.chain.pool import Pool
from attestor.chain.registry import Registry
from attestor.config import ROOT
from attestor.core.blocks import Block
from attestor.core.bloom import bits_of
from attestor.core.registration import Registration, Terms
from attestor.core.report_data import Layout
from attestor.core.text import from_hex, to_hex
from attestor.errors import (
    EndpointsDisagree,
    HeaderInvalid,
    RegistrationRejected,
    RegistryInvalid,
    RpcAnswerInvalid,
    RpcError,
    WrongChain,
)

HASH = "0x" + "ab" * 32
REGISTRY = b"\x77" * 20
SIGNER = b"\x11" * 20
PAYER = b"\x09" * 20


class Answers:
    """An endpoint that answers by method; an exception is raised instead."""

    label = "http://node.example"

    def __init__(self, **answers: Any) -> None:
        self.answers = {"eth_chainId": "0x7a69", **answers}
        self.asked: list[tuple[str, list[Any]]] = []

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        self.asked.append((method, params))
        answer = self.answers[method]
        if callable(answer):
            answer = answer(*params)
        if isinstance(answer, Exception):
            raise answer
        return answer


def node(check_headers: bool = False, **answers: Any) -> Node:
    endpoint: Any = Answers(**answers)
    return Node(endpoint, 31337, check_headers)


def block(**changes: Any) -> dict[str, Any]:
    plain = {"number": "0x5", "hash": HASH, "parentHash": HASH, "timestamp": "0x64"}
    return {**plain, **changes}


def test_require_chain__the_configured_one__passes() -> None:
    node(eth_chainId="0x7a69").require_chain()


def test_require_chain__another__names_both() -> None:
    with pytest.raises(WrongChain, match=r"node\.example is on chain id 1, expected 31337"):
        node(eth_chainId="0x1").require_chain()


def test_head__header_that_does_not_hash__is_refused_when_checked() -> None:
    assert node(eth_getBlockByNumber=block()).head().number == 5
    with pytest.raises(HeaderInvalid):
        node(check_headers=True, eth_getBlockByNumber=block()).head()


@pytest.mark.parametrize("answer", [None, [], "0x1"])
def test_head__no_block__is_refused(answer: Any) -> None:
    with pytest.raises(RpcAnswerInvalid):
        node(eth_getBlockByNumber=answer).head()


def test_block_by_hash__another_block__is_refused() -> None:
    assert node(eth_getBlockByHash=block()).block_by_hash(b"\xab" * 32).number == 5
    with pytest.raises(RpcAnswerInvalid, match="got another"):
        node(eth_getBlockByHash=block()).block_by_hash(b"\xcd" * 32)


def test_receipt__none__is_not_mined() -> None:
    assert node(eth_getTransactionReceipt=None).receipt(bytes(32)) is None


def log(**changes: Any) -> dict[str, Any]:
    plain = {
        "address": to_hex(REGISTRY),
        "topics": [],
        "data": "0x",
        "blockNumber": "0x5",
        "blockHash": HASH,
        "transactionHash": HASH,
    }
    return {**plain, **changes}


def test_logs__asked_range__is_given() -> None:
    assert len(node(eth_getLogs=[log()]).logs(REGISTRY, 5, 6)) == 1


@pytest.mark.parametrize(
    "changes", [{"address": "0x" + "00" * 20}, {"blockNumber": "0x4"}, {"blockNumber": "0x7"}]
)
def test_logs__not_asked_for__are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RpcAnswerInvalid, match="not asked for"):
        node(eth_getLogs=[log(**changes)]).logs(REGISTRY, 5, 6)


def test_logs__not_a_list__is_refused() -> None:
    with pytest.raises(RpcAnswerInvalid, match="not a list"):
        node(eth_getLogs={}).logs(REGISTRY, 1, 2)


def test_send__taken__is_sent() -> None:
    node(eth_sendRawTransaction=HASH).send(b"raw", b"\xab" * 32)


def test_send__taken_under_another_hash__is_refused() -> None:
    with pytest.raises(RpcAnswerInvalid, match="another hash"):
        node(eth_sendRawTransaction=HASH).send(b"raw", bytes(32))


def test_send__known_already__counts_as_sent() -> None:
    known = node(
        eth_sendRawTransaction=RpcError("already known"), eth_getTransactionByHash={"hash": HASH}
    )
    known.send(b"raw", b"\xab" * 32)


def test_send__refused_and_unknown__is_the_nodes_error() -> None:
    refusing = node(eth_sendRawTransaction=RpcError("nonce too low"), eth_getTransactionByHash=None)
    with pytest.raises(RpcError, match="nonce too low"):
        refusing.send(b"raw", b"\xab" * 32)


def selector(signature: str) -> str:
    return to_hex(keccak(text=signature)[:4])


def registry(results: dict[str, Any]) -> Registry:
    """A registry whose calls give what is listed by function signature."""
    by_selector = {selector(signature): result for signature, result in results.items()}

    def answer(transaction: dict[str, str], tag: str) -> Any:
        result = by_selector.get(transaction["data"][:10], b"")
        return result if isinstance(result, Exception) else to_hex(result)

    return Registry(node(eth_call=answer), REGISTRY)


def test_terms__of_a_registry__are_its_settings() -> None:
    found = registry(
        {
            "attestValiditySeconds()": encode(["uint256"], [3600]),
            "maxBlockNumberDiff()": encode(["uint256"], [100]),
        }
    )
    assert found.terms() == Terms(3600, 100)


def test_terms__no_contract_there__names_the_address() -> None:
    with pytest.raises(RegistryInvalid, match="no TEERegistry answers at 0x7777"):
        registry({}).terms()


def test_terms__another_contract__is_refused() -> None:
    reverting = registry({"attestValiditySeconds()": RpcError("execution reverted")})
    with pytest.raises(RegistryInvalid, match="execution reverted"):
        reverting.terms()


@pytest.mark.parametrize("answer", [True, False])
def test_vouches_for__is_what_the_contract_says(answer: bool) -> None:
    found = registry({"verifyAttestedProver(address)": encode(["bool"], [answer])})
    assert found.vouches_for(SIGNER) is answer


def test_registration__record__is_decoded_by_name() -> None:
    record = (10, 20, b"\x0a" * 32, b"\x0b" * 32, 7, False)
    result = encode(["(uint64,uint64,bytes32,bytes32,uint32,bool)"], [record])
    found = registry({"registration(address)": result})
    assert found.registration(SIGNER) == Registration(10, 20, b"\x0a" * 32)


REGISTER = "register((uint256,bytes32,address),bytes)"


def test_simulate__would_pass__is_silent() -> None:
    found = registry({REGISTER: b""})
    found.simulate(found.register_calldata(SIGNER, 7, bytes(32), b"quote"), PAYER)


def test_simulate__would_revert__names_the_contracts_error() -> None:
    data = keccak(text="MeasurementNotAllowed(bytes32)")[:4] + b"\x0a" * 32
    found = registry({REGISTER: RpcError("execution reverted", data=data)})
    calldata = found.register_calldata(SIGNER, 7, bytes(32), b"quote")
    with pytest.raises(RegistrationRejected, match=r"MeasurementNotAllowed\(0x0a0a"):
        found.simulate(calldata, PAYER)


def test_simulate__revert_without_data__keeps_the_nodes_words() -> None:
    found = registry({REGISTER: RpcError("execution reverted")})
    calldata = found.register_calldata(SIGNER, 7, bytes(32), b"quote")
    with pytest.raises(RegistrationRejected, match="execution reverted"):
        found.simulate(calldata, PAYER)


def test_simulate__node_refuses_by_itself__says_nothing_of_the_registration() -> None:
    """A renewal was given up for it, and the next signer admitted for three times the gas."""
    found = registry({REGISTER: RpcError("internal error", number=-32603)})
    calldata = found.register_calldata(SIGNER, 7, bytes(32), b"quote")
    with pytest.raises(RpcError, match="internal error"):
        found.simulate(calldata, PAYER)


def test_logs__place_in_the_block__is_told_where_the_node_says() -> None:
    found = node(eth_getLogs=[log(logIndex="0x3"), log()]).logs(REGISTRY, 5, 6)
    assert [one.index for one in found] == [3, None]


def transaction(**changes: Any) -> dict[str, Any]:
    plain = {"hash": HASH, "blockHash": HASH, "from": to_hex(REGISTRY)}
    return {**plain, **changes}


def test_sender__of_the_transaction__is_given() -> None:
    asked = node(eth_getTransactionByHash=transaction())
    assert asked.sender(from_hex(HASH), from_hex(HASH)) == REGISTRY


@pytest.mark.parametrize(
    "found",
    [
        None,
        transaction(hash="0x" + "00" * 32),
        transaction(blockHash="0x" + "00" * 32),
        transaction(blockHash=None),
        transaction(**{"from": "0x11"}),
    ],
)
def test_sender__of_another_or_malformed__is_refused(found: object) -> None:
    with pytest.raises(RpcAnswerInvalid):
        node(eth_getTransactionByHash=found).sender(from_hex(HASH), from_hex(HASH))


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_registration__one_endpoint_gives_what_is_none__another_is_asked(
    is_confirmed: bool,
) -> None:
    """A record of one word is none, though it is good data."""
    record = encode(
        ["(uint64,uint64,bytes32,bytes32,uint32,bool)"], [(10, 20, bytes(32), bytes(32), 7, False)]
    )
    zero = to_hex(bytes(32))
    known = {"number": "0x5", "hash": zero, "parentHash": zero, "timestamp": "0x0"}
    endpoints: list[Any] = [
        Answers(eth_call=to_hex(data), eth_getBlockByNumber=known) for data in (bytes(32), record)
    ]
    pool = Pool(endpoints, 31337)
    found = Registry(Node(pool, 31337, check_headers=False), REGISTRY)
    head = Block(5, bytes(32), bytes(32), 0)
    found = found.confirmed_at(head) if is_confirmed else found.at(head)
    assert found.registration(SIGNER).valid_until == 20
    assert pool.endpoints[0].health.is_demoted


def test_confirmed_at__two_endpoints_say_different_things__neither_is_believed() -> None:
    endpoints: list[Any] = [
        Answers(eth_call=to_hex(encode(["uint256"], [number]))) for number in (0, 100)
    ]
    found = Registry(Node(Pool(endpoints, 31337), 31337), REGISTRY)
    with pytest.raises(EndpointsDisagree):
        found.confirmed_at(Block(5, bytes(32), bytes(32), 0)).terms()


def block_with(*events: str, address: bytes = REGISTRY) -> Block:
    topics = Contract.named("TEERegistry").topics(frozenset(events))
    assert len(topics) == len(events)
    return Block(5, bytes(32), bytes(32), 0, 0, bits_of(address, *topics) if events else 0)


def test_may_have_changed__registrations_of_others__end_no_signer() -> None:
    found = registry({})
    assert not found.may_have_changed(block_with())
    assert not found.may_have_changed(block_with("SignerRegistered", "SignerRenewed"))
    for event in ("SignerRevoked", "AdmissionKept", "AdmissionEvicted", "EpochRaised", "Paused"):
        assert found.may_have_changed(block_with("SignerRenewed", event))
        assert not found.may_have_changed(block_with(event, address=b"\x78" * 20))
    assert found.may_have_changed(replace(block_with(), logs_bloom=None))


def test_may_have_changed__registry_without_events__always() -> None:
    found: Any = Registry(node(), REGISTRY, Layout.UPSTREAM)
    assert found.may_have_changed(block_with())


def test_events__whatever_the_registry_emits__is_in_its_abi() -> None:
    sources = (ROOT / "contracts" / "src").glob("registry/*.sol")
    emitted = {name for path in sources for name in re.findall(r"emit (\w+)", path.read_text())}
    assert len(emitted) > 10
    assert emitted <= Contract.named("TEERegistry").events
