"""Calls into signed transactions."""

from typing import Any

import pytest
from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from attestor.core.blocks import Block
from attestor.core.fees import GWEI, Fees
from attestor.core.text import from_hex
from attestor.core.transaction import Attempt, Purpose, SignedTransaction
from attestor.errors import FeeCapReached, PayerEmpty, RegistrationRejected
from attestor.transactions.pricing import Call, Offer, Pricer, call_of
from attestor.transactions.replacement import FeePolicy

ACCOUNT = Account.from_key("0x" + "00" * 31 + "01")
TO = b"\x77" * 20
CAP = 100 * GWEI


class Node:
    chain_id = 31337

    def __init__(self) -> None:
        self.funds = 10**18
        self.next_nonce = 5
        self.base_fee = 10 * GWEI
        self.tip = 2 * GWEI

    def head(self) -> Block:
        return Block(7, b"\x07" * 32, b"\x06" * 32, 1000, self.base_fee)

    def nonce(self, account: bytes, at: bytes | None = None) -> int:
        return self.next_nonce

    def priority_fee(self) -> int:
        return self.tip

    def estimate_gas(self, sender: bytes, to: bytes | None, calldata: bytes) -> int:
        return 100_000

    def balance(self, account: bytes) -> int:
        return self.funds


def pricer(node: Any, cap: int = CAP) -> Pricer:
    return Pricer(node, ACCOUNT, FeePolicy(cap))


def stuck(nonce: int, max_fee: int = 50, priority_fee: int = 10) -> Attempt:
    fees = Fees(max_fee * GWEI, priority_fee * GWEI)
    sent = SignedTransaction(b"\x01" * 32, b"", b"", nonce, 1, fees)
    return Attempt("intent", Purpose.UPLOAD, 1, sent)


def decoded(raw: bytes) -> dict[str, Any]:
    return TypedTransaction.from_bytes(HexBytes(raw)).as_dict()


def test_prepare__signed__is_what_a_node_decodes() -> None:
    node = Node()
    signed = pricer(node).prepare(Call(TO, b"\x01\x02"), ())
    fields = decoded(signed.raw)
    assert (fields["chainId"], fields["nonce"], fields["gas"]) == (31337, 5, 130_000)
    assert fields["maxFeePerGas"] == 22 * GWEI
    assert fields["maxPriorityFeePerGas"] == 2 * GWEI
    assert bytes(fields["data"]) == b"\x01\x02"
    assert Account.recover_transaction(signed.raw) == ACCOUNT.address


def test_prepare__contract_creation__has_no_receiver() -> None:
    fields = decoded(pricer(Node()).prepare(Call(None, b"\x01"), ()).raw)
    assert fields["to"] == b""


def test_prepare__pending_with_that_nonce__is_outbid() -> None:
    signed = pricer(Node()).prepare(Call(TO, b""), [stuck(nonce=5)])
    assert signed.fees.max_fee >= 55 * GWEI
    assert signed.fees.priority_fee >= 11 * GWEI


def test_prepare__several_with_that_nonce__the_highest_of_each_field_is_outbid() -> None:
    rivals = [stuck(5, max_fee=60, priority_fee=1), stuck(5, max_fee=20, priority_fee=20)]
    signed = pricer(Node()).prepare(Call(TO, b""), rivals)
    assert signed.fees.max_fee >= 66 * GWEI
    assert signed.fees.priority_fee >= 22 * GWEI


def test_prepare__pending_with_another_nonce__is_left_alone() -> None:
    signed = pricer(Node()).prepare(Call(TO, b""), [stuck(nonce=4), stuck(nonce=6)])
    assert signed.fees == Fees(max_fee=22 * GWEI, priority_fee=2 * GWEI)


@pytest.mark.parametrize("funds", [0, 1, 130_000 * 22 * GWEI - 1])
def test_prepare__not_enough_funds__names_payer_and_amounts(funds: int) -> None:
    node = Node()
    node.funds = funds
    with pytest.raises(PayerEmpty, match=rf"{ACCOUNT.address} holds .* \({funds} wei\)"):
        pricer(node).prepare(Call(TO, b""), ())


def test_prepare__just_enough_funds__passes() -> None:
    node = Node()
    node.funds = 130_000 * 22 * GWEI
    assert pricer(node).prepare(Call(TO, b""), ())


def test_prepare__base_fee_above_the_cap__is_not_signed() -> None:
    node = Node()
    node.base_fee = CAP
    assert pricer(node).prepare(Call(TO, b""), ()).fees.priority_fee >= 0
    node.base_fee = CAP + GWEI
    with pytest.raises(FeeCapReached, match=r"base fee is 101\.000 gwei, the cap 100\.000"):
        pricer(node).prepare(Call(TO, b""), ())


def test_payer__is_the_accounts_address() -> None:
    assert pricer(Node()).payer == from_hex(ACCOUNT.address)


def test_prepare__callee_asks_for_a_share__is_sent_simulated_and_paid_for() -> None:
    node, seen = Node(), list[Offer | None]()
    call = Call(TO, b"", seen.append, fee_basis_points=500)
    signed = pricer(node).prepare(call, ())
    cost = signed.gas_limit * signed.fees.max_fee
    assert seen == [Offer(signed.gas_limit, signed.fees.max_fee, cost // 20)]
    assert call_of(signed) == Call(TO, b"", fee_basis_points=500)
    node.funds = cost + cost // 20 - 1
    with pytest.raises(PayerEmpty):
        pricer(node).prepare(call, ())


def test_prepare__refused_at_that_price__is_not_signed() -> None:
    def refuse(offer: Offer | None) -> None:
        raise RegistrationRejected("Insufficient_Funds")

    with pytest.raises(RegistrationRejected):
        pricer(Node()).prepare(Call(TO, b"", refuse), ())


def test_prepare__replacement__is_not_simulated_since_the_node_may_count_what_is_out() -> None:
    seen = list[Offer | None]()
    assert pricer(Node()).prepare(Call(TO, b"", seen.append), (), 100_000)
    assert seen == []


def test_prepare__node_suggests_a_monstrous_tip__first_offer_stays_sane() -> None:
    node = Node()
    node.tip = 10**6 * GWEI
    assert pricer(node).prepare(Call(TO, b""), ()).fees.priority_fee == 10 * GWEI


def test_prepare__chain_without_fees__is_signed() -> None:
    node = Node()
    node.base_fee = node.tip = 0
    assert pricer(node).prepare(Call(TO, b""), ()).fees.max_fee == 0
