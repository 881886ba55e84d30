"""Our payer signs as eth-account does."""

from typing import Any

from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.text import checksummed
from attestor.hardening.memory import SecretBuffer
from attestor.hardening.secret_key import SecretKey
from attestor.transactions.payer import Payer

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
words = st.integers(0, (1 << 64) - 1)
fees = st.integers(0, 1 << 90)
keys = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))


def payer(secret: bytes) -> Payer:
    buffer = SecretBuffer(32)
    buffer.data[0:32] = secret
    return Payer(SecretKey(buffer))


@given(
    keys,
    words,
    words,
    words,
    fees,
    fees,
    st.none() | st.binary(min_size=20, max_size=20),
    st.binary(max_size=100),
)
def test_sign_transaction__any_call__is_what_eth_account_signs(
    secret: bytes,
    chain: int,
    nonce: int,
    gas: int,
    fee: int,
    tip: int,
    to: bytes | None,
    data: bytes,
) -> None:
    fields: dict[str, Any] = {
        "type": 2,
        "chainId": chain or 1,
        "nonce": nonce,
        "value": 0,
        "data": data,
        "gas": gas,
        "maxFeePerGas": max(fee, tip),
        "maxPriorityFeePerGas": min(fee, tip),
    }
    if to is not None:
        fields["to"] = checksummed(to)
    account = Account.from_key(secret)
    theirs, ours = account.sign_transaction(fields), payer(secret)

    made = ours.sign_transaction(fields)

    assert ours.address == account.address
    assert made.raw_transaction == bytes(theirs.raw_transaction)
    assert made.hash == bytes(theirs.hash)
