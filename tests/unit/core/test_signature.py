"""Signatures as the contracts take them."""

import coincurve
import pytest
from cases.signing import sign

from attestor.core import signature
from attestor.errors import ProofRefused, SignatureInvalid

SECRET = bytes(31) + b"\x01"
DIGEST = bytes(range(32))
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def test_recover__signature_of_key_one__gives_its_known_address() -> None:
    signed = sign(SECRET, DIGEST)
    assert signature.recover(DIGEST, signed).hex() == "7e5f4552091a69125d5dfcb7b8c2659029395bdf"
    assert signed[64] in (27, 28)
    assert len(signed) == 65


def test_recover__high_s_twin__is_refused() -> None:
    signed = sign(SECRET, DIGEST)
    s = ORDER - int.from_bytes(signed[32:64], "big")
    twin = signed[:32] + s.to_bytes(32, "big") + bytes([55 - signed[64]])
    with pytest.raises(SignatureInvalid, match="upper half"):
        signature.recover(DIGEST, twin)


@pytest.mark.parametrize("length", [0, 1, 64, 66])
def test_recover__wrong_length__is_refused(length: int) -> None:
    with pytest.raises(SignatureInvalid, match="65 bytes"):
        signature.recover(DIGEST, bytes([27]) * length)


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_recover__wrong_v__is_refused(v: int) -> None:
    with pytest.raises(SignatureInvalid, match="27 or 28"):
        signature.recover(DIGEST, sign(SECRET, DIGEST)[:64] + bytes([v]))


@pytest.mark.parametrize("r", [bytes(32), b"\xff" * 32])
def test_recover__no_point__is_refused(r: bytes) -> None:
    with pytest.raises(SignatureInvalid, match="no key signed"):
        signature.recover(DIGEST, r + bytes(31) + b"\x01" + b"\x1b")


def test_recover__other_digest__gives_another_address() -> None:
    signed = sign(SECRET, DIGEST)
    assert signature.recover(bytes(32), signed) != signature.recover(DIGEST, signed)


def test_signature_invalid__is_a_refused_proof() -> None:
    assert issubclass(SignatureInvalid, ProofRefused)


def test_address_of__key_two__is_known() -> None:
    key = coincurve.PrivateKey(bytes(31) + b"\x02").public_key
    assert signature.address_of(key).hex() == "2b5ad5c4795c026514f8317c7a215e218dccd6cf"
