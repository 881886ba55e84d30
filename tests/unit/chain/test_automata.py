"""Automata's reasons in words."""

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from attestor.chain import automata

SELECTORS = {
    "a78bf21a": "TcbEvalExpiredOrNotFound",
    "0a2a9142": "QEIdentityExpiredOrNotFound",
    "343385cf": "FmspcTcbExpiredOrNotFound",
    "5705a2ef": "TcbEvalNumberMismatch",
    "cc16ebed": "CertExpiredOrNotFound",
    "482b7129": "CrlExpiredOrNotFound",
    "e2990eed": "PckNotFound",
    "ee90c468": "Forbidden",
    "9bb42d4b": "Insufficient_Funds",
}
"""As they stand in Automata's sources."""


def wrapped(name: str, reason: bytes) -> bytes:
    """As our registry gives it on."""
    return keccak(text=f"{name}(bytes)")[:4] + encode(["bytes"], [reason])


def reverted(selector: str) -> bytes:
    (signature,) = (s for s in automata.REVERTS if s.startswith(SELECTORS[selector] + "("))
    return bytes.fromhex(selector) + bytes(32) * signature.count("uint")


def test_reverts__selectors__are_those_of_automatas_sources() -> None:
    ours = {keccak(text=signature)[:4].hex(): signature for signature in automata.REVERTS}
    assert {selector: name.partition("(")[0] for selector, name in ours.items()} == SELECTORS


@pytest.mark.parametrize("selector", SELECTORS)
def test_meaning__revert_of_its_pccs__is_the_same_bare_and_inside_of_our_error(
    selector: str,
) -> None:
    bare = automata.meaning(reverted(selector))
    assert bare is not None
    assert SELECTORS[selector] in bare
    assert automata.meaning(wrapped("AutomataReverted", reverted(selector))) == bare


@pytest.mark.parametrize("code", automata.CODES)
def test_meaning__code_of_its_verifier__has_words_and_who_can_change_it(code: str) -> None:
    told = automata.meaning(wrapped("AutomataRefused", code.encode()))
    assert told is not None
    assert f"({code}); " in told


def test_meaning__tcbr__says_both_causes_and_who_can_refresh_what() -> None:
    told = automata.meaning(wrapped("AutomataRefused", bytes.fromhex("54434252")))
    assert told is not None
    for words in ("TCB is revoked", "no TCB info for its FMSPC", "ATTESTER_ROLE", "BIOS"):
        assert words in told


def test_meaning__revert_without_a_reason__is_a_wrong_signature() -> None:
    told = automata.meaning(wrapped("AutomataReverted", b""))
    assert told is not None
    assert "wrong signature" in told


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"TCBR",
        keccak(text="MeasurementNotAllowed(bytes32)")[:4] + bytes(32),
        wrapped("AutomataRefused", b""),
        wrapped("AutomataRefused", b"NEW"),
        wrapped("AutomataReverted", b"\x01\x02\x03\x04"),
        wrapped("AutomataReverted", b"TCBR")[:20],
        bytes.fromhex("a78bf21a"),
        bytes.fromhex("e2990eed") + bytes(32),
    ],
)
def test_meaning__something_else__is_none(data: bytes) -> None:
    assert automata.meaning(data) is None


@given(st.binary(max_size=200), st.sampled_from(["AutomataRefused", "AutomataReverted"]))
def test_meaning__any_bytes__never_raises(data: bytes, name: str) -> None:
    automata.meaning(data)
    automata.meaning(wrapped(name, data))
    automata.meaning(keccak(text=f"{name}(bytes)")[:4] + data)
