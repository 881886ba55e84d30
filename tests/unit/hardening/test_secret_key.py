"""Keys in locked memory sign as any others do."""

import coincurve
import pytest
from cases.signing import sign
from hypothesis import given
from hypothesis import strategies as st

from attestor.core import signature
from attestor.hardening.memory import SecretBuffer
from attestor.hardening.secret_key import SecretKey

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DIGEST = bytes(range(32))


def buffer_of(number: int) -> SecretBuffer:
    buffer = SecretBuffer(32)
    buffer.data[0:32] = number.to_bytes(32, "big")
    return buffer


@given(st.integers(1, ORDER - 1), st.binary(min_size=32, max_size=32))
def test_sign__any_key_and_digest__is_what_coincurve_signs(number: int, digest: bytes) -> None:
    secret = number.to_bytes(32, "big")
    key = SecretKey(buffer_of(number))
    assert key.sign(digest) == sign(secret, digest)
    assert key.address == signature.address_of(coincurve.PrivateKey(secret).public_key)


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, (1 << 256) - 1])
def test_key__not_of_the_curve__is_refused_and_overwritten(number: int) -> None:
    buffer = buffer_of(number)
    with pytest.raises(ValueError, match="no secp256k1 key"):
        SecretKey(buffer)
    with pytest.raises(ValueError, match="destroyed"):
        buffer.fill()


def test_random__keys__are_others_each_time() -> None:
    key = SecretKey.random()
    first, other = key.address, SecretKey.random().address
    key.renew()
    assert len({first, other, key.address}) == 3
    assert signature.recover(DIGEST, key.sign(DIGEST)) == key.address


@pytest.mark.parametrize("length", [0, 31, 33])
def test_sign__digest_of_another_length__is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"not {length}"):
        SecretKey.random().sign(bytes(length))


def test_destroy__key__signs_no_more() -> None:
    key = SecretKey.random()
    key.destroy()
    key.destroy()
    with pytest.raises(ValueError, match="destroyed"):
        key.sign(DIGEST)
