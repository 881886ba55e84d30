"""Reading events block by block: nothing is left out, and it always goes on."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from attestor.core.block_ranges import LOG_RANGE, OVERLAP, RANGES_AT_ONCE, due, ranges

NUMBERS = st.integers(min_value=0, max_value=1 << 40)
WIDTHS = st.integers(min_value=1, max_value=LOG_RANGE)
SPANS = st.integers(min_value=0, max_value=5 * LOG_RANGE)


@given(NUMBERS, SPANS, WIDTHS)
def test_ranges__any_span__each_block_once_in_order(first: int, span: int, width: int) -> None:
    found = list(ranges(first, first + span, width))[:200]
    expected = first
    for one in found:
        assert one.first == expected
        assert one.first <= one.last < one.first + width
        expected = one.last + 1
    if len(found) < 200:
        assert expected == first + span + 1


@given(NUMBERS, st.none() | SPANS, SPANS, WIDTHS)
def test_due__any_state__goes_on_and_leaves_nothing_out(
    first: int, read: int | None, ahead: int, width: int
) -> None:
    read_to = None if read is None else first + read
    settled = (first if read_to is None else read_to) + ahead
    found = due(first, read_to, settled, width)
    if read_to is not None and ahead == 0:
        assert found == ()
        return
    begin = first if read_to is None else read_to + 1
    assert 1 <= len(found) <= RANGES_AT_ONCE
    assert first <= found[0].first <= begin, "a block would be left out"
    assert begin - found[0].first <= OVERLAP
    assert begin <= found[-1].last <= settled, "it would never get further, or too far"
    for before, after in itertools.pairwise(found):
        assert after.first == before.last + 1
    assert all(one.last - one.first < width for one in found)


@given(NUMBERS, SPANS, WIDTHS)
def test_due__nothing_settled__asks_for_nothing(first: int, behind: int, width: int) -> None:
    assert due(first + behind + 1, None, first, width) == ()
    assert due(0, first + behind, first, width) == ()


@given(NUMBERS, st.integers(0, 60_000), st.integers(50, LOG_RANGE))
def test_due__step_by_step__reaches_the_end(first: int, span: int, width: int) -> None:
    settled, read_to, steps = first + span, None, 0
    while found := due(first, read_to, settled, width):
        read_to, steps = found[-1].last, steps + 1
        assert steps <= 2 + span * 2 // (width * RANGES_AT_ONCE // 2)
    assert read_to == settled
