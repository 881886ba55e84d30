"""A chain that makes a block of each transaction: which calls it makes of one."""

from typing import Any

import pytest

from attestor.devnet.mined_at_once import MinedAtOnce
from attestor.errors import RpcError


class Scripted:
    """A node that answers with the method's name, or refuses."""

    label = "scripted"

    def __init__(self, refuses: bool = False) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self._refuses = refuses

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        self.asked.append((method, params, *bounds))
        if self._refuses:
            raise RpcError("no", number=-32000)
        return method


def test_call__transaction__a_block_is_made_of_it_once_it_is_taken() -> None:
    node = Scripted()
    chain = MinedAtOnce(node)
    assert chain.call("eth_sendRawTransaction", ["0x02"], "deadline") == "eth_sendRawTransaction"
    assert node.asked == [("eth_sendRawTransaction", ["0x02"], "deadline"), ("evm_mine", [])]
    assert chain.label == "scripted"


def test_call__anything_else__no_block() -> None:
    node = Scripted()
    assert MinedAtOnce(node).call("eth_chainId", []) == "eth_chainId"
    assert node.asked == [("eth_chainId", [])]


def test_call__transaction_that_is_refused__no_block() -> None:
    node = Scripted(refuses=True)
    with pytest.raises(RpcError):
        MinedAtOnce(node).call("eth_sendRawTransaction", ["0x02"])
    assert len(node.asked) == 1
