"""A payer whose key is with a remote signer, which is asked for each signature over HTTP.

    eth_signTransaction [{"from", "to", "gas", "value", "data", "nonce",
                          "maxFeePerGas", "maxPriorityFeePerGas", "chainId"}] → raw transaction

This is web3signer's JSON-RPC in its eth1 mode (`EthSignTransactionResultProvider`): the answer is
0x text. It takes the chain's id from its own configuration, and ignores ours. geth and clef answer
an object that has the transaction as `raw`.

Nothing is believed: an answer is used when it is the transaction that was asked for, byte for byte,
with a signature of the payer's.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import rlp
from rlp.exceptions import RLPException

from attestor.chain import wire
from attestor.chain.rpc import Rpc
from attestor.core.back_off import Delay
from attestor.core.signature import recover
from attestor.core.text import checksummed, to_hex
from attestor.errors import (
    PayerUnavailable,
    RpcAnswerInvalid,
    RpcError,
    RpcUnreachable,
    SignatureInvalid,
)
from attestor.transactions.payer import TYPE, RawTransaction, digest, fields_of, signed

TIMEOUT_SECONDS = 5.0
"""For one signature: the rotation waits for it, and has others to look after."""
DELAY = Delay(1.0, 60.0)
_PARTS = 12
"""Of a signed transaction of type 2."""


@dataclass(frozen=True)
class _Fault:
    """What went wrong last, how often in a row, and until when the signer is left alone."""

    words: str
    count: int
    until: float


class RemotePayer:
    """The account `address` at the signer behind `rpc`. One thread at a time. A signer that fails
    is left alone for a second, then two, up to a minute; `clock` counts seconds."""

    def __init__(
        self, rpc: Rpc, address: bytes, option: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.address = checksummed(address)
        self._rpc = rpc
        self._account = address
        self._option = option
        self._clock = clock
        self._fault: _Fault | None = None

    def sign_transaction(self, transaction: Mapping[str, Any]) -> RawTransaction:
        """The transaction with its signature. Raises `PayerUnavailable`."""
        self._require_rested()
        fields = fields_of(transaction)
        try:
            answer = self._rpc.call("eth_signTransaction", [_request(self.address, transaction)])
            found = _checked(answer, fields, self._account)
        except (RpcUnreachable, RpcAnswerInvalid, RpcError, SignatureInvalid) as error:
            raise self._failed(error.message) from None
        self._fault = None
        return found

    def _require_rested(self) -> None:
        now, fault = self._clock(), self._fault
        if fault is not None and now < fault.until:
            raise self._unavailable(f"{fault.words}; asked again in {fault.until - now:.0f} s")

    def _failed(self, words: str) -> PayerUnavailable:
        count = self._fault.count + 1 if self._fault is not None else 1
        self._fault = _Fault(words, count, self._clock() + DELAY.after(count))
        return self._unavailable(words)

    def _unavailable(self, words: str) -> PayerUnavailable:
        return PayerUnavailable(
            f"the remote signer {self._rpc.label} did not sign for {self.address}: {words}",
            hint=f"check the signer, {self._option}, and that both are of one chain",
        )


def _request(sender: str, transaction: Mapping[str, Any]) -> dict[str, str]:
    numbers = ("nonce", "gas", "value", "maxFeePerGas", "maxPriorityFeePerGas", "chainId")
    asked = {"from": sender, "data": to_hex(transaction["data"])}
    if "to" in transaction:
        asked["to"] = transaction["to"]
    return asked | {name: hex(transaction[name]) for name in numbers}


def _checked(answer: object, fields: list[Any], account: bytes) -> RawTransaction:
    """The answer, if it is what was asked for. Raises `RpcAnswerInvalid` and `SignatureInvalid`."""
    text = answer.get("raw") if isinstance(answer, dict) else answer
    raw = wire.data(text, "the signed transaction")
    found = signed(fields, _signature(raw))
    if found.raw_transaction != raw:
        raise RpcAnswerInvalid("it signed another transaction than it was asked for")
    signer = recover(digest(fields), _signature(raw))
    if signer != account:
        raise RpcAnswerInvalid(f"it signed with the key of {checksummed(signer)}")
    return found


def _signature(raw: bytes) -> bytes:
    """r ‖ s ‖ v of a transaction of type 2."""
    try:
        parts = rlp.decode(raw[1:]) if raw[:1] == TYPE else None
    except RLPException:
        parts = None
    if not isinstance(parts, list) or len(parts) != _PARTS:
        raise RpcAnswerInvalid("it answered with something that is no transaction of type 2")
    numbers = parts[-3:]
    if not all(isinstance(part, bytes) and len(part) <= 32 for part in numbers):
        raise RpcAnswerInvalid("it answered with a malformed signature")
    parity, r, s = (int.from_bytes(part, "big") for part in numbers)
    if parity > 1:
        raise RpcAnswerInvalid(f"it answered with a signature of parity {parity}")
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([27 + parity])
