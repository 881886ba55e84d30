"""The JSON-RPC calls that attestor makes, with checked results, at one endpoint or several."""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from attestor.chain import fee_market, quorum, sending, wire
from attestor.chain.calls import Require, anything, call_query, place, transaction
from attestor.chain.endpoint import Endpoint, Query, Transport
from attestor.chain.newest import NewestBlock
from attestor.chain.pool import Pool, everyone
from attestor.chain.rpc import Rpc
from attestor.core.blocks import Block
from attestor.core.text import to_hex
from attestor.core.transaction import Log, Receipt
from attestor.errors import (
    AttestorError,
    BlockUnknown,
    EndpointsDisagree,
    RpcAnswerInvalid,
    RpcError,
    Transient,
    WrongChain,
)
from attestor.net import Deadline

T = TypeVar("T")


class Node:
    """The chain `chain_id` as its endpoints show it. A read is made at the best endpoint, and at
    the others when that has no answer. Safe to use from several threads.

    Without `check_headers` blocks are taken as they come, whatever their headers hash to.
    """

    def __init__(self, rpc: Transport | Pool, chain_id: int, check_headers: bool = True) -> None:
        self.pool = rpc if isinstance(rpc, Pool) else Pool([rpc], chain_id)
        self.chain_id = chain_id
        self.check_headers = check_headers
        self._newest = NewestBlock(self.pool)
        self._deadline: Deadline | None = None

    @classmethod
    def of(cls, urls: Sequence[str], chain_id: int, check_headers: bool = True) -> "Node":
        """The node behind some URLs, each an endpoint of the same chain."""
        return cls(Pool([Rpc(url) for url in urls], chain_id), chain_id, check_headers)

    @property
    def rpc(self) -> Any:
        """The first endpoint, for methods that only it is to be asked."""
        return self.pool.endpoints[0].rpc

    def within(self, bound: Deadline | float) -> "Node":
        """The same node, all of whose calls together end by a deadline, or that many seconds from
        now: for all that serves one decision. A part of one has no more time than the whole."""
        view = copy.copy(self)
        if not isinstance(bound, Deadline):
            bound = Deadline(bound, self.pool.clock)
        view._deadline = bound if self._deadline is None else self._deadline.earlier(bound)
        return view

    def close(self) -> None:
        """End calls that run, in whatever thread, and refuse new ones: with `RpcUnreachable`."""
        self.pool.close()

    def require_chain(self) -> None:
        """Raise `WrongChain` unless the endpoints are of the configured chain."""
        self.pool.require_chain(self._deadline)

    def head(self) -> Block:
        """The newest block: with several endpoints, one that a majority of them has if any is."""
        latest = self._block_query("latest", lambda block: block)
        return self._newest.ask(latest, self._at_number, self._deadline)

    def block_by_hash(self, block_hash: bytes) -> Block:
        """The block with that hash. Raises `BlockUnknown` when no endpoint has it."""

        def decode(found: Any) -> Block:
            if found is None:
                raise BlockUnknown(f"no endpoint has block {to_hex(block_hash)}")
            block = wire.block(found, self.check_headers)
            if block.hash != block_hash:
                raise RpcAnswerInvalid(f"asked for block {to_hex(block_hash)}, got another")
            return block

        return self._read("eth_getBlockByHash", [to_hex(block_hash), False], decode)

    def block(self, number: int) -> Block:
        """The block that has that number at this moment."""
        return self.pool.read(self._at_number(number), self._deadline)

    def agrees(self, block: Block) -> bool:
        """Whether more endpoints have this block at its number than have another; one that does
        not answer has no vote. A single endpoint is asked itself."""
        return quorum.agrees(self.pool, self._at_number(block.number), block, self._deadline)

    def header_fields(self, number: int) -> dict[str, Any]:
        """The block with that number as JSON, for the header codec."""

        def decode(found: Any) -> dict[str, Any]:
            fields = wire.fields(found, "block")
            if wire.block(fields, check_hash=True).number != number:
                raise RpcAnswerInvalid(f"asked for block {number}, got another")
            return fields

        return self._read("eth_getBlockByNumber", [hex(number), False], decode)

    def call(
        self,
        to: bytes | None,
        calldata: bytes,
        sender: bytes | None = None,
        at: bytes | None = None,
        value: int = 0,
        gas_price: int | None = None,
        gas: int | None = None,
        require: Require = anything,
    ) -> bytes:
        """`eth_call` at the block of the hash `at`, or at the newest. An answer for which `require`
        raises `RpcAnswerInvalid` is none, and another endpoint is asked.

        Without `to` the calldata is code that runs. A revert is an `RpcError` with its data. Raises
        `BlockUnknown` when no endpoint has that block on its canonical chain.
        """
        called = transaction(to, calldata, sender, value, gas_price, gas)
        return self.pool.read(call_query(called, at, require), self._deadline)

    def confirmed_call(
        self,
        to: bytes,
        calldata: bytes,
        at: Block,
        sender: bytes | None = None,
        require: Require = anything,
        insists: bool = False,
    ) -> bytes:
        """What a majority of all endpoints, or all that answer, say to a call at a block; a single
        endpoint is asked again, on another connection. One of several that answers alone has to
        have that block at its number still. One that `insists` asks those that rest as well.

        A revert that they agree on is an `RpcError`. Raises `EndpointsDisagree`, which names them,
        and as `call` does when none of them answers.
        """
        called, bound = transaction(to, calldata, sender), self._deadline
        query = call_query(called, at.hash, require, insists)

        def has_block(endpoint: Endpoint) -> bool:
            with suppress(RpcError, Transient, WrongChain):
                found = endpoint.ask(self._at_number(at.number), bound, last_resort=True)
                return found.hash == at.hash
            return False

        return quorum.confirmed(self.pool, query, bound, has_block)

    def estimate_gas(self, sender: bytes, to: bytes | None, calldata: bytes, value: int = 0) -> int:
        """Gas that the transaction would use now."""
        called = transaction(to, calldata, sender, value)
        return self._count("eth_estimateGas", [called], "gas estimate")

    def priority_fee(self) -> int:
        """What to pay the proposer, wei per gas: see `fee_market`."""
        return fee_market.priority_fee(self._read)

    def nonce(self, account: bytes, at: bytes | None = None) -> int:
        """The next nonce, counting mined transactions only: a stuck one is to be replaced."""
        return self.pool.read(_nonce_query(account, at), self._deadline)

    def balance(self, account: bytes, at: bytes | None = None) -> int:
        """The account's balance in wei."""
        params = [to_hex(account), place(at)]
        return self._read("eth_getBalance", params, lambda found: wire.quantity(found, "balance"))

    def code(self, account: bytes, at: bytes | None = None) -> bytes:
        """The code at an address."""
        params = [to_hex(account), place(at)]
        return self._read("eth_getCode", params, lambda found: wire.data(found, "code"))

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """The receipt, as most endpoints give it that have one; None when all endpoints that answer
        have none."""
        return quorum.found(self.pool, _receipt_query(transaction_hash), self._deadline)

    def confirms(self, receipt: Receipt, of_all: bool = False) -> bool:
        """Whether more endpoints give this receipt than say that there is another, or none; or a
        majority `of_all`."""
        query = _receipt_query(receipt.transaction_hash)
        return quorum.confirms(self.pool, query, receipt, self._deadline, of_all)

    def lacks(self, transaction_hash: bytes, of_all: bool = False) -> bool:
        """Whether more endpoints have no receipt of it than have one; or a majority `of_all`."""
        query = _receipt_query(transaction_hash)
        return quorum.confirms(self.pool, query, None, self._deadline, of_all)

    def has_nonce(self, account: bytes, nonce: int, at: bytes) -> bool:
        """Whether more endpoints give that as an account's next nonce at a block than another."""
        query = _nonce_query(account, at)
        return quorum.confirms(self.pool, query, nonce, self._deadline)

    def sender(self, transaction_hash: bytes, block_hash: bytes) -> bytes:
        """Who sent a transaction of that block."""
        return self._read(
            "eth_getTransactionByHash",
            [to_hex(transaction_hash)],
            lambda found: wire.sender(found, transaction_hash, block_hash),
        )

    def sent(self, transaction_hash: bytes) -> tuple[bytes | None, bytes] | None:
        """Receiver, None for a creation, and calldata; None for one that no node has."""
        return self._read(
            "eth_getTransactionByHash",
            [to_hex(transaction_hash)],
            lambda found: None if found is None else wire.sent(found, transaction_hash),
        )

    def logs(self, address: bytes, first_block: int, last_block: int) -> list[Log]:
        """All events of a contract in a range of blocks, both ends included."""
        return self.pool.read(_logs_query(address, first_block, last_block), self._deadline)

    def logs_of_most(self, address: bytes, first_block: int, last_block: int) -> list[Log]:
        """The same, of several endpoints (`quorum.gathered`). One that not all of them have counts
        if most have it in the receipt of its transaction; raises `EndpointsDisagree` where as many
        have not."""
        query = _logs_query(address, first_block, last_block)
        return quorum.gathered(self.pool, query, self._is_in_receipt, self._deadline)

    def _is_in_receipt(self, log: Log) -> bool:
        def decode(found: Any) -> bool:
            shown = None if found is None else wire.receipt(found, log.transaction_hash)
            return shown is not None and log in shown.logs

        query = Query("eth_getTransactionReceipt", [to_hex(log.transaction_hash)], decode)
        have, lack = quorum.votes(self.pool, query, True, self._deadline)
        if have == lack:
            raise EndpointsDisagree(
                f"as many endpoints have an event in transaction {to_hex(log.transaction_hash)} of "
                f"block {log.block_number} as have not"
            )
        return have > lack

    def poll(
        self, query: Query[T], is_asked: Callable[[Endpoint], bool] = everyone
    ) -> Iterator[tuple[Endpoint, T | AttestorError]]:
        """What each endpoint says, the best first, or its error: see `Pool.poll`."""
        return self.pool.poll(query, self._deadline, is_asked)

    def send(self, raw: bytes, transaction_hash: bytes) -> None:
        """Send it to all endpoints. One that any of them takes, or knows already, counts as sent;
        otherwise the most telling refusal is raised."""
        sending.send(self.pool, raw, transaction_hash, self._deadline)

    def _at_number(self, number: int) -> Query[Block]:
        def require_number(block: Block) -> Block:
            if block.number != number:
                raise RpcAnswerInvalid(f"asked for block {number}, got another")
            return block

        return self._block_query(hex(number), require_number)

    def _block_query(self, tag: str, require: Callable[[Block], Block]) -> Query[Block]:
        def decode(found: Any) -> Block:
            if found is None and tag != "latest":
                raise BlockUnknown(f"it has no block {tag}")
            return require(wire.block(found, self.check_headers))

        return Query("eth_getBlockByNumber", [tag, False], decode)

    def _count(self, method: str, params: list[Any], what: str) -> int:
        return self._read(method, params, lambda found: wire.count(found, what))

    def _read(self, method: str, params: list[Any], decode: Callable[[Any], T]) -> T:
        return self.pool.read(Query(method, params, decode), self._deadline)


def _nonce_query(account: bytes, at: bytes | None) -> Query[int]:
    params = [to_hex(account), place(at)]
    return Query("eth_getTransactionCount", params, lambda found: wire.count(found, "nonce"))


def _logs_query(address: bytes, first: int, last: int) -> Query[list[Log]]:
    def decode(found: Any) -> list[Log]:
        if not isinstance(found, list):
            raise RpcAnswerInvalid("the node's logs are not a list")
        logs = [wire.log(item) for item in found]
        if not all(log.address == address and first <= log.block_number <= last for log in logs):
            raise RpcAnswerInvalid("the node gave logs that were not asked for")
        return logs

    blocks = {"fromBlock": hex(first), "toBlock": hex(last)}
    return Query("eth_getLogs", [{"address": to_hex(address), **blocks}], decode)


def _receipt_query(transaction_hash: bytes) -> Query[Receipt | None]:
    def decode(found: Any) -> Receipt | None:
        return None if found is None else wire.receipt(found, transaction_hash)

    return Query("eth_getTransactionReceipt", [to_hex(transaction_hash)], decode)
