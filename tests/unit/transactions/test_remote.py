"""A remote signer: its answer is used when it is what was asked for, and signed by the payer."""

from typing import Any

import pytest
import rlp
from eth_account import Account

from attestor.errors import PayerUnavailable, RpcError, RpcUnreachable
from attestor.transactions.remote import RemotePayer

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
PAYER = Account.from_key("0x" + "00" * 31 + "01")
OTHER = Account.from_key("0x" + "00" * 31 + "02")
CALL: dict[str, Any] = {
    "type": 2,
    "chainId": 31337,
    "nonce": 7,
    "to": "0x" + "77" * 20,
    "value": 5,
    "data": b"data",
    "gas": 50_000,
    "maxFeePerGas": 10**9,
    "maxPriorityFeePerGas": 1,
}


def raw(account: Any = PAYER, **changes: Any) -> str:
    return "0x" + bytes(account.sign_transaction({**CALL, **changes}).raw_transaction).hex()


def altered(**parts: Any) -> str:
    """The right transaction with other parts of its signature: parity, r or s."""
    fields = rlp.decode(bytes.fromhex(raw()[4:]))
    names = ("parity", "r", "s")
    numbers = dict(zip(names, fields[-3:], strict=True)) | parts
    encoded: bytes = rlp.encode([*fields[:-3], *(numbers[name] for name in names)])
    return "0x02" + encoded.hex()


def high_s() -> str:
    parity, _, s = (
        int.from_bytes(part, "big") for part in rlp.decode(bytes.fromhex(raw()[4:]))[-3:]
    )
    return altered(parity=1 - parity, s=ORDER - s)


class Signer:
    """In the place of `Rpc`."""

    label = "http://signer.example"

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    def call(self, method: str, params: list[Any]) -> Any:
        self.asked.append((method, params))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def payer(signer: Any, clock: Any = None) -> RemotePayer:
    address = bytes.fromhex(PAYER.address[2:])
    return RemotePayer(signer, address, "payer.remote_url", clock or Clock())


@pytest.mark.parametrize("answer", [raw(), {"raw": raw(), "tx": {}}])
def test_sign__right_answer__is_the_transaction(answer: Any) -> None:
    signer = Signer(answer)
    signed = payer(signer).sign_transaction(CALL)
    expected = PAYER.sign_transaction(CALL)
    assert (signed.hash, signed.raw_transaction) == (
        bytes(expected.hash),
        bytes(expected.raw_transaction),
    )
    assert signer.asked == [
        (
            "eth_signTransaction",
            [
                {
                    "from": PAYER.address,
                    "to": "0x" + "77" * 20,
                    "data": "0x" + b"data".hex(),
                    "nonce": "0x7",
                    "gas": "0xc350",
                    "value": "0x5",
                    "maxFeePerGas": "0x3b9aca00",
                    "maxPriorityFeePerGas": "0x1",
                    "chainId": "0x7a69",
                }
            ],
        )
    ]


def test_sign__creation__has_no_recipient() -> None:
    call = {name: value for name, value in CALL.items() if name != "to"}
    answer = "0x" + bytes(PAYER.sign_transaction(call).raw_transaction).hex()
    signer = Signer(answer)
    assert payer(signer).sign_transaction(call).raw_transaction.hex() == answer[2:]
    assert "to" not in signer.asked[0][1][0]


WRONG: dict[str, Any] = {
    "another nonce": raw(nonce=8),
    "another chain": raw(chainId=1),
    "another recipient": raw(to="0x" + "66" * 20),
    "more value": raw(value=10**18),
    "other data": raw(data=b"atad"),
    "more gas": raw(gas=50_001),
    "a higher fee": raw(maxFeePerGas=10**10),
    "an access list": raw(accessList=[{"address": "0x" + "77" * 20, "storageKeys": []}]),
    "another key": raw(OTHER),
    "the other half of the order": high_s(),
    "no r": altered(r=b""),
    "a long s": altered(s=b"\x01" * 33),
    "a nested s": altered(s=[b"\x01"]),
    "a parity of 2": altered(parity=b"\x02"),
    "a leading zero": altered(parity=b"\x00"),
    "a tail": raw() + "00",
    "no signature": "0x02" + rlp.encode([b""] * 9).hex(),
    "a legacy transaction": "0x"
    + bytes(
        PAYER.sign_transaction(
            {"nonce": 7, "gasPrice": 1, "gas": 50_000, "to": "0x" + "77" * 20, "value": 5}
        ).raw_transaction
    ).hex(),
    "a signature alone": "0x" + "11" * 65,
    "nothing": None,
    "a list": [raw()],
    "an object without it": {"tx": {}},
    "no hexadecimal": "signed",
    "empty": "0x",
    "an error": RpcError("eth_signTransaction: From address does not match an account"),
    "no answer": RpcUnreachable("http://signer.example did not answer"),
}


@pytest.mark.parametrize("name", WRONG)
def test_sign__wrong_answer__is_a_passing_fault_that_names_the_signer(name: str) -> None:
    with pytest.raises(PayerUnavailable, match=r"signer http://signer\.example did not sign"):
        payer(Signer(WRONG[name])).sign_transaction(CALL)


def test_sign__after_a_failure__the_signer_is_left_alone_for_longer_and_longer() -> None:
    signer, clock = Signer(RpcUnreachable("no")), Clock()
    account, asked_at = payer(signer, clock), []
    for second in range(200):
        clock.now = float(second)
        before = len(signer.asked)
        with pytest.raises(PayerUnavailable):
            account.sign_transaction(CALL)
        if len(signer.asked) > before:
            asked_at.append(second)
    assert asked_at == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    with pytest.raises(PayerUnavailable, match="no; asked again in 44 s"):
        account.sign_transaction(CALL)


def test_sign__signer_is_back__the_pause_is_forgotten() -> None:
    signer, clock = Signer(RpcUnreachable("no")), Clock()
    account = payer(signer, clock)
    for second in (0, 1, 3):
        clock.now = float(second)
        with pytest.raises(PayerUnavailable):
            account.sign_transaction(CALL)
    clock.now, signer.answer = 7.0, raw()
    account.sign_transaction(CALL)
    signer.answer = RpcUnreachable("no")
    for second in (7, 8):
        clock.now = float(second)
        with pytest.raises(PayerUnavailable):
            account.sign_transaction(CALL)
    assert len(signer.asked) == 6
