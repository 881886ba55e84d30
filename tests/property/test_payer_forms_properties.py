"""The payer's files and a remote signer's answers: read, or refused, whatever they are."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st
from property.test_wire_properties import JSON

from attestor.chain import automata
from attestor.errors import PayerInvalid, PayerUnavailable
from attestor.transactions import keystore
from attestor.transactions.environment import load_environment
from attestor.transactions.remote import RemotePayer

ACCOUNT = Account.from_key("0x" + "00" * 31 + "01")
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
SIGNED = bytes(ACCOUNT.sign_transaction(CALL).raw_transaction)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=40)


@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_parse__any_text__is_a_keystore_or_says_what_it_lacks(text: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        keystore.parse(text)


@given(st.lists(WORDS, max_size=5), st.integers(1, 2**255), st.sampled_from(["", "'", '"']))
def test_load_environment__among_other_lines__is_the_key(
    others: list[str], number: int, quote: str
) -> None:
    key = number.to_bytes(32, "big")
    lines = [line for line in others if "ATTESTOR_PAYER_KEY" not in line]
    lines.insert(len(lines) // 2, f"ATTESTOR_PAYER_KEY={quote}0x{key.hex()}{quote}")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "payer.env"
        path.touch(mode=0o600)
        path.write_text("\n".join(lines))
        assert load_environment(path).address == Account.from_key(key).address


@given(st.binary(max_size=200))
def test_load_environment__any_bytes__are_refused(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "payer.env"
        path.touch(mode=0o600)
        path.write_bytes(data)
        with pytest.raises(PayerInvalid):
            load_environment(path)


class Signer:
    """In the place of `Rpc`."""

    label = "http://signer.example"

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def call(self, method: str, params: list[Any]) -> Any:
        return self._answer


@st.composite
def altered(draw: st.DrawFn) -> str:
    """The right answer with some of its bytes changed, left out or added."""
    at = draw(st.integers(0, len(SIGNED) - 1))
    until = draw(st.integers(at, min(at + 3, len(SIGNED))))
    changed = SIGNED[:at] + draw(st.binary(max_size=3)) + SIGNED[until:]
    return "0x" + changed.hex()


@given(altered() | st.binary(max_size=200).map(lambda data: "0x02" + data.hex()) | JSON)
def test_sign__any_other_answer__is_not_used(answer: Any) -> None:
    signer: Any = Signer(answer)
    payer = RemotePayer(signer, bytes.fromhex(ACCOUNT.address[2:]), "payer.remote_url")
    try:
        assert payer.sign_transaction(CALL).raw_transaction == SIGNED
    except PayerUnavailable:
        assert answer != "0x" + SIGNED.hex()


@given(st.binary(max_size=200), st.sampled_from(sorted(automata._WRAPPED)))
def test_meaning__any_data__never_raises(data: bytes, selector: bytes) -> None:
    automata.meaning(data)
    automata.meaning(selector + data)
