"""Report data binds everything that goes into it."""

from hypothesis import assume, given
from hypothesis import strategies as st

from attestor.core import report_data
from attestor.errors import ReportDataInvalid

signers = st.binary(min_size=20, max_size=20).filter(any)
numbers = st.integers(0, 2**64 - 1)
hashes = st.binary(min_size=32, max_size=32).filter(any)
bindings = st.tuples(signers, numbers, hashes)


@given(bindings)
def test_encode__any_binding__decodes_to_its_signer_and_matches(binding) -> None:
    encoded = report_data.encode(*binding)
    signer, digest = report_data.decode(encoded)
    assert signer == binding[0]
    assert encoded == bytes(12) + signer + digest
    assert report_data.matches(encoded, *binding)


@given(bindings, bindings)
def test_encode__two_bindings__never_give_the_same_bytes(one, other) -> None:
    assume(one != other)
    assert report_data.encode(*one) != report_data.encode(*other)
    assert not report_data.matches(report_data.encode(*one), *other)


@given(bindings, st.integers(0, 511))
def test_matches__one_bit_flipped__is_false(binding, bit: int) -> None:
    encoded = bytearray(report_data.encode(*binding))
    encoded[bit // 8] ^= 1 << bit % 8
    assert not report_data.matches(bytes(encoded), *binding)


@given(st.binary(max_size=80))
def test_decode__any_bytes__give_a_signer_or_the_typed_refusal(data: bytes) -> None:
    try:
        signer, digest = report_data.decode(data)
    except ReportDataInvalid:
        return
    assert bytes(12) + signer + digest == data
