"""Endpoints in front of a real chain that alter its answers."""

from collections.abc import Callable
from typing import Any

from measures.chain import GasChain
from measures.scenario import Deployment

from attestor.chain.node import Node
from attestor.chain.pool import Pool
from attestor.chain.registry import Registry
from attestor.core.report_data import Layout
from attestor.errors import RpcError, RpcUnreachable

Answer = Callable[[str, list[Any], Any], Any]
"""What an endpoint makes of the honest answer to a method with its parameters."""


class Altered:
    """A transport whose answers are altered on the way."""

    def __init__(self, rpc: Any, name: str, alter: Answer) -> None:
        self._rpc = rpc
        self._alter = alter
        self.label = name
        self.asked: list[str] = []

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        self.asked.append(method)
        return self._alter(method, params, self._rpc.call(method, params))


def honest(method: str, params: list[Any], answer: Any) -> Any:
    """As it is."""
    return answer


def broken(method: str, params: list[Any], answer: Any) -> Any:
    """Nothing but the head can be had of it."""
    if method in ("eth_chainId", "eth_getBlockByNumber"):
        return answer
    raise RpcUnreachable("broken")


def says(word: str, proof: Callable[[Any], Any] = lambda answer: None) -> Answer:
    """The same word to each call, with a proof made of the honest one."""

    def alter(method: str, params: list[Any], answer: Any) -> Any:
        match method:
            case "eth_call":
                return word
            case "eth_getProof":
                return proof(answer)
        return answer

    return alter


def proofless(method: str, params: list[Any], answer: Any) -> Any:
    """Honest, of a kind that makes no proofs."""
    if method == "eth_getProof":
        raise RpcError("the method does not exist", number=-32601)
    return answer


def view(
    deployment: Deployment[GasChain], *alters: Answer, layout: Layout = Layout.ATTESTOR
) -> tuple[Registry, list[Altered]]:
    """The registry at the head, through endpoints that alter their answers so."""
    rpc = deployment.chain.node.rpc
    ends = [Altered(rpc, f"end-{number}", alter) for number, alter in enumerate(alters)]
    node = Node(Pool(ends, deployment.chain.id), deployment.chain.id)
    head = deployment.chain.node.head()
    return Registry(node, deployment.registry.address, layout).at(head), ends
