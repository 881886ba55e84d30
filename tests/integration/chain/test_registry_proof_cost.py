"""What storage proofs cost: how often endpoints are asked, for how long, and for how much."""

from typing import Any

import pytest
from integration.chain.altered_endpoints import Altered, Answer, honest, proofless, says
from measures.chain import BLOCK_SECONDS, GasChain
from measures.scenario import Deployment

from attestor.chain.node import Node
from attestor.chain.pool import Pool
from attestor.chain.registry_proof import RegistryProof
from attestor.errors import RpcError

NO = "0x" + "00" * 32


class Clock:
    """Seconds that go by when somebody says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def proof_over(
    deployment: Deployment[GasChain], *alters: Answer, clock: Clock
) -> tuple[RegistryProof, list[Altered]]:
    rpc = deployment.chain.node.rpc
    ends = [Altered(rpc, f"end-{number}", alter) for number, alter in enumerate(alters)]
    node = Node(Pool(ends, deployment.chain.id, clock), deployment.chain.id)
    return RegistryProof(node, deployment.registry.address), ends


@pytest.mark.parametrize("refusing", [proofless, says(NO, lambda answer: {})], ids=["no", "junk"])
def test_vouches_for__endpoint_without_proofs__is_asked_ever_more_seldom(
    registered: Deployment[GasChain], refusing: Answer
) -> None:
    clock = Clock()
    proof, ends = proof_over(registered, refusing, clock=clock)
    signer, head = registered.latest_signer[1], registered.chain.node.head()
    for _ in range(24 * 3600 // BLOCK_SECONDS):
        clock.now += BLOCK_SECONDS
        assert proof.vouches_for(signer, head) is None
    assert ends[0].asked.count("eth_getProof") <= 36


def test_vouches_for__endpoint_that_learnt_to_prove__is_believed_within_the_hour(
    registered: Deployment[GasChain],
) -> None:
    clock, can = Clock(), [False]

    def learning(method: str, params: list[Any], answer: Any) -> Any:
        return answer if can[0] else proofless(method, params, answer)

    proof, _ = proof_over(registered, learning, clock=clock)
    signer, head = registered.latest_signer[1], registered.chain.node.head()
    for _ in range(1000):
        clock.now += BLOCK_SECONDS
        proof.vouches_for(signer, head)
    can[0] = True
    clock.now += 3600
    assert proof.vouches_for(signer, head) is True
    clock.now += 0.1
    can[0] = False
    assert proof.vouches_for(signer, head) is None
    can[0] = True
    clock.now += 2.0
    assert proof.vouches_for(signer, head) is True


def test_vouches_for__endpoint_behind__is_asked_again_at_once(
    registered: Deployment[GasChain],
) -> None:
    behind = [True]

    def lagging(method: str, params: list[Any], answer: Any) -> Any:
        if method == "eth_getProof" and behind[0]:
            raise RpcError("header not found", number=-32000)
        return answer

    proof, _ = proof_over(registered, lagging, clock=Clock())
    signer, head = registered.latest_signer[1], registered.chain.node.head()
    assert proof.vouches_for(signer, head) is None
    behind[0] = False
    assert proof.vouches_for(signer, head) is True


def test_vouches_for__endpoints_that_drip__end_by_one_deadline(
    registered: Deployment[GasChain],
) -> None:
    """Three calls to each of three endpoints would be 90 s."""
    clock, given = Clock(), list[float]()

    class Dripping(Altered):
        def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
            if method in ("eth_getProof", "eth_getCode"):
                left = bounds[0].remaining("answer")
                given.append(left)
                clock.now += left * 0.9
            return super().call(method, params)

    rpc = registered.chain.node.rpc
    ends = [Dripping(rpc, f"end-{number}", honest) for number in range(3)]
    node = Node(Pool(ends, registered.chain.id, clock), registered.chain.id)
    head = registered.chain.node.head()
    RegistryProof(node, registered.registry.address).vouches_for(registered.latest_signer[1], head)
    assert given
    assert clock.now <= 6.0


def test_vouches_for__proof__may_be_a_megabyte_at_most(registered: Deployment[GasChain]) -> None:
    class Bounded(Altered):
        def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
            if method == "eth_getProof":
                assert bounds[2].bytes <= 1 << 20
                assert bounds[2].tokens <= 4096
                self.asked.append("within bounds")
            return super().call(method, params)

    end = Bounded(registered.chain.node.rpc, "end", honest)
    node = Node(Pool([end], registered.chain.id), registered.chain.id)
    proof = RegistryProof(node, registered.registry.address)
    assert proof.vouches_for(registered.latest_signer[1], registered.chain.node.head()) is True
    assert "within bounds" in end.asked
