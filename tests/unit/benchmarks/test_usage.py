"""Whether something grows, by `benchmarks.usage`."""

import os

import pytest
from benchmarks.usage import MIB, Usage, growth, rss_growth, slope, usage


def used(rss: list[float]) -> list[Usage]:
    """Samples ten seconds apart."""
    return [Usage(10.0 * place, int(one * MIB), 1, 1) for place, one in enumerate(rss)]


def test_rss_growth__steady_leak__its_mib_per_hour() -> None:
    assert rss_growth(used([100 + place / 36 for place in range(60)])) == pytest.approx(
        10, rel=0.01
    )


@pytest.mark.parametrize(
    "rss",
    [
        [100.0] * 60,
        [100.0] * 45 + [104.0] * 15,
        [100.0 + 30 * (place == 20) for place in range(60)],
        [100.0 + place % 2 for place in range(60)],
        [100.0],
        [],
    ],
    ids=("level", "one late step", "one peak", "back and forth", "one sample", "none"),
)
def test_rss_growth__no_leak__none(rss: list[float]) -> None:
    assert rss_growth(used(rss)) == pytest.approx(0, abs=0.5)


def test_slope__two_samples_of_one_moment__not_divided_by_zero() -> None:
    assert slope([(1.0, 5.0), (1.0, 9.0)]) == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([9, 9, 12, 9, 15, 9], 0),
        ([9, 10, 11, 12, 13, 14], 4),
        ([14, 13, 12, 11, 10, 9], -4),
        ([9, 10], 0),
    ],
    ids=("open for a moment", "never closed", "closed", "too few"),
)
def test_growth__of_descriptors__what_is_never_closed(values: list[int], expected: int) -> None:
    assert growth(values) == expected


def test_usage__this_process_and_one_that_ended__what_it_uses_and_nothing() -> None:
    own = usage(os.getpid(), 0.0)
    assert own is not None
    assert own.rss > MIB
    assert own.descriptors > 0
    assert own.threads >= 1
    assert usage(1 << 30, 0.0) is None
