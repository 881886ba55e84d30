"""A development chain that makes a block of each transaction as soon as it has it."""

from typing import Any

from attestor.chain.endpoint import Transport


class MinedAtOnce:
    """In front of anvil, for who sends one transaction after the other and waits for each: blocks
    go on by the clock as well. A block that is made so has the time of the one before, or now."""

    def __init__(self, rpc: Transport) -> None:
        self._rpc = rpc

    @property
    def label(self) -> str:
        return self._rpc.label

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        """As the node answers it."""
        answer = self._rpc.call(method, params, *bounds)
        if method == "eth_sendRawTransaction":
            self._rpc.call("evm_mine", [])
        return answer
