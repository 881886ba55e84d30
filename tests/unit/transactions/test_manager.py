"""Transactions of the payer."""

from typing import Any

import pytest
from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes

from attestor.core.fees import Fees
from attestor.core.text import from_hex
from attestor.core.transaction import Pending
from attestor.errors import FeeCapReached, PayerEmpty
from attestor.transactions.manager import GWEI, Payments

ACCOUNT = Account.from_key("0x" + "00" * 31 + "01")
TO = b"\x77" * 20
CAP = 100 * GWEI


class Node:
    chain_id = 31337

    def __init__(self) -> None:
        self.funds = 10**18
        self.next_nonce = 5
        self.sent: list[bytes] = []

    def nonce(self, account: bytes) -> int:
        return self.next_nonce

    def priority_fee(self) -> int:
        return 2 * GWEI

    def estimate_gas(self, sender: bytes, to: bytes | None, calldata: bytes) -> int:
        return 100_000

    def balance(self, account: bytes) -> int:
        return self.funds

    def send(self, raw: bytes, transaction_hash: bytes) -> None:
        self.sent.append(raw)


def payments(node: Any, cap: int = CAP) -> Payments:
    return Payments(node, ACCOUNT, cap)


def decoded(raw: bytes) -> dict[str, Any]:
    return TypedTransaction.from_bytes(HexBytes(raw)).as_dict()


def test_prepare__signed__is_what_a_node_decodes() -> None:
    node = Node()
    signed = payments(node).prepare(TO, b"\x01\x02", base_fee=10 * GWEI)
    fields = decoded(signed.raw)
    assert (fields["chainId"], fields["nonce"], fields["gas"]) == (31337, 5, 130_000)
    assert fields["maxFeePerGas"] == 22 * GWEI
    assert fields["maxPriorityFeePerGas"] == 2 * GWEI
    assert bytes(fields["data"]) == b"\x01\x02"
    assert Account.recover_transaction(signed.raw) == ACCOUNT.address
    assert node.sent == []


def test_prepare__contract_creation__has_no_receiver() -> None:
    fields = decoded(payments(Node()).prepare(None, b"\x01", base_fee=1).raw)
    assert fields["to"] == b""


def test_prepare__pending_with_that_nonce__is_outbid() -> None:
    pending = Pending(b"\x01" * 32, 5, Fees(max_fee=50 * GWEI, priority_fee=10 * GWEI))
    signed = payments(Node()).prepare(TO, b"", base_fee=1 * GWEI, pending=pending)
    assert signed.fees.max_fee >= 55 * GWEI
    assert signed.fees.priority_fee >= 11 * GWEI


def test_prepare__pending_with_an_older_nonce__is_left_alone() -> None:
    pending = Pending(b"\x01" * 32, 4, Fees(max_fee=50 * GWEI, priority_fee=10 * GWEI))
    signed = payments(Node()).prepare(TO, b"", base_fee=1 * GWEI, pending=pending)
    assert signed.fees == Fees(max_fee=4 * GWEI, priority_fee=2 * GWEI)


@pytest.mark.parametrize("funds", [0, 1, 130_000 * 22 * GWEI - 1])
def test_prepare__not_enough_funds__names_payer_and_amounts(funds: int) -> None:
    node = Node()
    node.funds = funds
    with pytest.raises(PayerEmpty, match=f"{ACCOUNT.address} holds {funds} wei"):
        payments(node).prepare(TO, b"", base_fee=10 * GWEI)


def test_prepare__just_enough_funds__passes() -> None:
    node = Node()
    node.funds = 130_000 * 22 * GWEI
    assert payments(node).prepare(TO, b"", base_fee=10 * GWEI)


def test_prepare__base_fee_at_the_cap__is_not_sent() -> None:
    with pytest.raises(FeeCapReached, match=r"base fee is 100\.000 gwei, the cap 100\.000"):
        payments(Node()).prepare(TO, b"", base_fee=CAP)


def test_send__hands_over_the_very_bytes() -> None:
    node = Node()
    made = payments(node)
    signed = made.prepare(TO, b"", base_fee=1)
    made.send(signed)
    assert node.sent == [signed.raw]


def test_payer__is_the_accounts_address() -> None:
    assert payments(Node()).payer == from_hex(ACCOUNT.address)
