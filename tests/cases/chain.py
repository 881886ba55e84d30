"""A development chain that answers many calls at once, for tables and thousands of mutations."""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import requests

BATCH_BYTES = 1_500_000
"""anvil refuses requests of more than 2 MB."""
SENDER = "0x" + "5e" * 20
GAS = 16_000_000
"""Below what EIP-7825 allows one transaction."""
RECEIPT_TRIES = 5_000


@dataclass(frozen=True)
class Outcome:
    """What a call came to: return data, or revert data."""

    succeeded: bool
    data: bytes


class Chain:
    """JSON-RPC batches to an anvil whose accounts need no signatures."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._ids = itertools.count(1)
        self.ask("anvil_autoImpersonateAccount", [True])
        self.ask("anvil_setBalance", [SENDER, hex(10**24)])

    def ask(self, method: str, parameters: list[Any]) -> Any:
        """The result of one request."""
        (answer,) = self._post([(method, parameters)])
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def set_time(self, timestamp: int) -> None:
        """Mine a block of that time, in Unix seconds; calls are made in it."""
        self.ask("evm_setNextBlockTimestamp", [hex(timestamp)])
        self.ask("evm_mine", [])

    def deploy(self, creation: bytes) -> str:
        """The address of a new contract; `creation` is its code with the arguments."""
        receipt = self._send({"from": SENDER, "data": "0x" + creation.hex(), "gas": hex(GAS)})
        if receipt["status"] != "0x1":
            raise AssertionError("the contract was not deployed")
        return str(receipt["contractAddress"])

    def send(self, to: str, calldata: bytes) -> dict[str, Any]:
        """The receipt of a transaction, whatever became of it."""
        return self._send(
            {"from": SENDER, "to": to, "data": "0x" + calldata.hex(), "gas": hex(GAS)}
        )

    def call(self, to: str, calldata: bytes) -> Outcome:
        return self.calls(to, [calldata])[0]

    def calls(self, to: str, calldatas: Sequence[bytes]) -> list[Outcome]:
        """The outcome of each call, in order."""
        requests_ = [
            ("eth_call", [{"from": SENDER, "to": to, "data": "0x" + data.hex()}, "latest"])
            for data in calldatas
        ]
        return [_outcome(answer) for part in _parts(requests_) for answer in self._post(part)]

    def _send(self, transaction: dict[str, str]) -> dict[str, Any]:
        hash_ = self.ask("eth_sendTransaction", [transaction])
        for _ in range(RECEIPT_TRIES):
            receipt: dict[str, Any] | None = self.ask("eth_getTransactionReceipt", [hash_])
            if receipt is not None:
                return receipt
            time.sleep(0.002)
        raise AssertionError(f"transaction {hash_} was not mined")

    def _post(self, calls: Sequence[tuple[str, list[Any]]]) -> list[dict[str, Any]]:
        batch: Any = [
            {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": parameters}
            for method, parameters in calls
        ]
        response = self._session.post(self._url, json=batch, timeout=120)
        response.raise_for_status()
        by_id = {answer["id"]: answer for answer in response.json()}
        return [by_id[request["id"]] for request in batch]


def _parts(calls: list[tuple[str, list[Any]]]) -> Iterator[list[tuple[str, list[Any]]]]:
    """The calls in batches that anvil takes."""
    part: list[tuple[str, list[Any]]] = []
    size = 0
    for call in calls:
        length = len(call[1][0]["data"]) + 300
        if part and size + length > BATCH_BYTES:
            yield part
            part, size = [], 0
        part.append(call)
        size += length
    if part:
        yield part


def _outcome(answer: dict[str, Any]) -> Outcome:
    if "error" not in answer:
        return Outcome(True, bytes.fromhex(answer["result"][2:]))
    data = answer["error"].get("data")
    if not isinstance(data, str):
        raise AssertionError(f"a call failed without revert data: {answer['error']}")
    return Outcome(False, bytes.fromhex(data[2:]))
