"""Histograms and figures of jobs: nothing is lost by adding, nothing foreign comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from attestor.core.histogram import CALL_SECONDS, Histogram
from attestor.core.job_figures import PROVEN, UNKNOWN, JobFigures
from attestor.http import metrics
from attestor.http.metric_table import COUNTER, HISTOGRAM, METRICS

SECONDS = st.lists(st.floats(0, 1e4, allow_nan=False))
CODES = frozenset({"exec_time_limit", "queue_full"})
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def of(seconds: list[float]) -> Histogram:
    found = Histogram.empty(CALL_SECONDS)
    for one in seconds:
        found = found.took(one)
    return found


@given(SECONDS, SECONDS)
def test_histogram__two_together__are_as_one(first: list[float], second: list[float]) -> None:
    both = of(first).plus(of(second))
    assert both.counts == of([*first, *second]).counts
    assert sum(both.counts) == len(first) + len(second)
    assert both.total == pytest.approx(sum(first) + sum(second))


@given(st.floats(0, 100, allow_nan=False))
def test_histogram__one_value__is_under_the_first_bound_that_is_not_less(seconds: float) -> None:
    at = of([seconds]).counts.index(1)
    assert all(bound < seconds for bound in CALL_SECONDS[:at])
    assert at == len(CALL_SECONDS) or seconds <= CALL_SECONDS[at]


@given(SECONDS)
def test_histogram__sent__comes_back(seconds: list[float]) -> None:
    found = of(seconds)
    assert Histogram.from_header(found.to_header(), CALL_SECONDS) == found


@given(st.dictionaries(st.text(max_size=20), st.integers(-5, 1 << 70)), st.lists(st.text()))
def test_figures__from_a_process_that_lies__have_no_foreign_label(
    told: dict[str, int], killed: list[str]
) -> None:
    header = JobFigures().to_header() | {"outcomes": told, "kills": dict.fromkeys(killed, 1)}
    found = JobFigures.from_header(header, CODES)
    assert {*found.outcomes, *found.kills} <= CODES | {PROVEN, UNKNOWN}
    assert all(0 <= count <= 1 << 60 for count in found.outcomes.values())


@given(ANYTHING)
def test_figures__any_header__is_read_or_refused(header: object) -> None:
    try:
        JobFigures.from_header(header, CODES)  # type: ignore[arg-type]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return
    assert isinstance(header, dict)


@given(st.data())
def test_text__any_labels__parses_to_what_was_measured(data: st.DataObject) -> None:
    known = data.draw(st.sampled_from([one for one in METRICS if one.kind != HISTOGRAM]))
    labels = {name: data.draw(st.text(max_size=12)) for name in known.labels}
    value = data.draw(st.floats(0, 1e300, allow_nan=False))
    one = metrics.sample(known.name.removeprefix("attestor_"), value, **labels)
    text = metrics.text([one], process=False)
    (family,) = text_string_to_metric_families(text)
    assert (family.type == "counter") is (known.kind == COUNTER)
    (found,) = family.samples
    assert (found.name, found.value, found.labels) == (known.name, value, labels)
    assert family.documentation == known.help


@given(SECONDS)
def test_text__histogram__has_cumulated_buckets(seconds: list[float]) -> None:
    text = metrics.text([metrics.sample("endpoint_call_seconds", of(seconds))], process=False)
    (family,) = text_string_to_metric_families(text)
    buckets = [one.value for one in family.samples if one.name.endswith("_bucket")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == len(seconds)
    counts = {one.name: one.value for one in family.samples}
    assert counts["attestor_endpoint_call_seconds_count"] == len(seconds)
