"""Report data binds everything that goes into it."""

from hypothesis import assume, given
from hypothesis import strategies as st

from attestor.core.report_data import Binding, Layout

Subject = tuple[bytes, int, bytes]

bindings = st.builds(
    Binding,
    st.integers(0, 2**64),
    st.binary(min_size=20, max_size=20),
    st.sampled_from(Layout),
)
signers = st.binary(min_size=20, max_size=20).filter(any)
numbers = st.integers(0, 2**64 - 1)
hashes = st.binary(min_size=32, max_size=32).filter(any)
subjects = st.tuples(signers, numbers, hashes)


@given(bindings, subjects, subjects)
def test_encode__two_subjects__never_give_the_same_bytes(
    binding: Binding, one: Subject, other: Subject
) -> None:
    assume(one != other)
    assert binding.encode(*one) != binding.encode(*other)


@given(bindings, bindings, subjects)
def test_encode__two_places__give_the_same_bytes_only_in_upstreams_layout(
    one: Binding, other: Binding, subject: Subject
) -> None:
    assume(one != other)
    same = one.encode(*subject) == other.encode(*subject)
    assert same == (one.layout is other.layout is Layout.UPSTREAM)


@given(bindings, subjects)
def test_encode__any_subject__starts_with_what_tells_the_layout(
    binding: Binding, subject: Subject
) -> None:
    encoded = binding.encode(*subject)
    if binding.layout is Layout.UPSTREAM:
        assert encoded[:32] == bytes(12) + subject[0]
    else:
        assert encoded[:32] == subject[0] + subject[1].to_bytes(8, "big") + b"ATT1"
