"""Sending a signed transaction to every endpoint."""

from collections import Counter
from typing import Any

from attestor.chain import wire
from attestor.chain.endpoint import Endpoint, Query
from attestor.chain.pool import Pool, most_telling
from attestor.core.text import to_hex
from attestor.errors import (
    AttestorError,
    RpcAnswerInvalid,
    RpcError,
    Transient,
    WrongChain,
)
from attestor.net import Deadline


def send(pool: Pool, raw: bytes, transaction_hash: bytes, deadline: Deadline | None = None) -> None:
    """Offer the same bytes to all endpoints. Passes when any of them has the transaction.

    Raises the refusal that most of them give, an `RpcError` with the node's words, or the most
    telling other error when none refused. Those that rest are offered it where no other takes it.
    """
    failed: list[AttestorError] = []
    whole = pool.whole(deadline)
    rounds = ((pool.turns(pool.ranked(), whole), False), (pool.resting(whole), True))
    for turns, last_resort in rounds:
        taken = False
        for endpoint, bound in turns:
            try:
                _offer(endpoint, raw, transaction_hash, bound, last_resort)
                taken = True
            except (RpcError, Transient, WrongChain) as error:
                failed.append(error)
        if taken:
            return
    raise _refusal(failed)


def _offer(
    endpoint: Endpoint,
    raw: bytes,
    transaction_hash: bytes,
    deadline: Deadline | None,
    last_resort: bool,
) -> None:
    def decode(answer: Any) -> None:
        if wire.data(answer, "transaction hash", 32) != transaction_hash:
            raise RpcAnswerInvalid("the node returned another hash for our transaction")

    query = Query("eth_sendRawTransaction", [to_hex(raw)], decode)
    try:
        endpoint.ask(query, deadline, last_resort)
    except RpcError:
        if not _knows(endpoint, transaction_hash, deadline, last_resort):
            raise


def _knows(
    endpoint: Endpoint, transaction_hash: bytes, deadline: Deadline | None, last_resort: bool
) -> bool:
    """Whether the endpoint has the transaction, whatever it says of being sent it again."""

    def decode(answer: Any) -> bool:
        if answer is None:
            return False
        found = wire.fields(answer, "transaction")
        return wire.data(found.get("hash"), "transaction hash", 32) == transaction_hash

    query = Query("eth_getTransactionByHash", [to_hex(transaction_hash)], decode)
    return endpoint.ask(query, deadline, last_resort)


def _refusal(failed: list[AttestorError]) -> AttestorError:
    """The words that most endpoints refuse with come first: a single one may lie."""
    refused = [error for error in failed if isinstance(error, RpcError)]
    if not refused:
        return most_telling(failed)
    said = Counter(_words(error) for error in refused)
    common, _ = said.most_common(1)[0]
    return next(error for error in refused if _words(error) == common)


def _words(error: RpcError) -> str:
    """A refusal without the endpoint's name."""
    return error.message.rpartition("eth_sendRawTransaction: ")[2]
