"""Prometheus' text format, version 0.0.4: what is measured, by the names of `metric_table`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from attestor.core.duty import DutyRecord
from attestor.core.expiry import CollateralExpiry
from attestor.core.histogram import Histogram
from attestor.core.signers import Cover
from attestor.http.metric_table import BY_NAME, COUNTER, HISTOGRAM
from attestor.store.proofs import CrossCheckCount

PREFIX = "attestor_"
CONTENT_TYPE = "text/plain"


@dataclass(frozen=True)
class Counts:
    """What the database counts: proofs by what was checked of them, and disagreements."""

    proofs: list[CrossCheckCount]
    disagreements: int


@dataclass(frozen=True)
class Sample:
    """One value of a metric: a number, or how long things took."""

    name: str
    value: float | Histogram
    labels: Mapping[str, str]


def sample(name: str, value: float | Histogram, chain: str = "", **labels: str) -> Sample:
    """Of the metric `attestor_{name}`, with the chain's label where it has a name."""
    return Sample(PREFIX + name, value, {**labels, **({"chain": chain} if chain else {})})


def text(samples: Iterable[Sample], process: bool = True) -> str:
    """All of them, by metric in the order of the table, and those of this process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Fixed(tuple(samples)))
    if process:
        ProcessCollector(registry=registry)
    written: bytes = generate_latest(registry)
    return written.decode()


def of_signing(halted: bool) -> Iterator[Sample]:
    """Whether signing is halted."""
    yield sample("signing_halted", int(halted))


def of_chain(runs: bool, chain: str) -> Iterator[Sample]:
    """Whether a chain runs, which has a name."""
    yield sample("chain_running", int(runs), chain)


def of_cover(cover: Cover, chain: str = "") -> Iterator[Sample]:
    """Whether a signer signs, and until when the one that there is is registered; 0 without one."""
    until = cover.active.valid_until if cover.active is not None else 0
    yield sample("signer_active", int(cover.is_signing), chain)
    yield sample("signer_valid_until_timestamp_seconds", until, chain)


def of_counts(counts: Counts | None, chain: str = "") -> Iterator[Sample]:
    """What the database has; without it, that it does not answer."""
    yield sample("database_answering", int(counts is not None), chain)
    if counts is None:
        return
    yield sample("engine_disagreements_total", counts.disagreements, chain)
    for one in counts.proofs:
        checked = {"engine": one.engine, "cross_check": one.cross_check, "finding": one.finding}
        labels = {name: str(value or "none") for name, value in checked.items()}
        yield sample("proofs", one.count, chain, **labels)


def of_collateral(
    failing: bool, expiry: CollateralExpiry | None, chain: str = ""
) -> Iterator[Sample]:
    """Whether the last round failed, and when the first part ends."""
    yield sample("collateral_failing", int(failing), chain)
    if expiry is not None:
        yield sample("collateral_end_timestamp_seconds", expiry.ends_at, chain)


def of_api(internal_errors: int, connections: int, starts: int) -> Iterator[Sample]:
    """Of the API process: internal errors that jobs met, connections, and how often it started."""
    yield sample("worker_internal_errors_total", internal_errors)
    yield sample("api_connections", connections)
    yield sample("api_starts_total", starts)


def of_duties(records: Sequence[DutyRecord], monotonic: float, chain: str = "") -> Iterator[Sample]:
    """How each duty stands. The last success of one that never succeeded is 0."""
    for one in records:
        values = {
            "last_success_timestamp_seconds": one.last_success or 0.0,
            "last_start_timestamp_seconds": one.last_start or 0.0,
            "failures_total": one.failures,
            "consecutive_failures": one.consecutive_failures,
            "running_seconds": one.running_seconds(monotonic),
            "deadline_seconds": one.deadline,
        }
        for name, value in values.items():
            yield sample(f"duty_{name}", value, chain, duty=one.name)


class _Fixed(Collector):
    """What was measured already."""

    def __init__(self, samples: tuple[Sample, ...]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[Any]:
        """Each metric once, with all its samples."""
        order = {name: place for place, name in enumerate(BY_NAME)}
        found: dict[str, list[Sample]] = {}
        for one in self._samples:
            found.setdefault(one.name, []).append(one)
        for name in sorted(found, key=order.__getitem__):
            yield _family(name, found[name])


def _family(name: str, samples: list[Sample]) -> Any:
    known = BY_NAME[name]
    base = name.removesuffix("_total") if known.kind == COUNTER else name
    family = Metric(base, known.help, known.kind)
    for one in samples:
        if isinstance(one.value, Histogram):
            assert known.kind == HISTOGRAM
            _add_histogram(family, name, one.labels, one.value)
        else:
            family.add_sample(name, dict(one.labels), one.value)
    return family


def _add_histogram(family: Any, name: str, labels: Mapping[str, str], found: Histogram) -> None:
    bounds, below = (*found.bounds, float("inf")), 0
    for bound, count in zip(bounds, found.counts, strict=True):
        below += count
        le = "+Inf" if bound == float("inf") else f"{bound:g}"
        family.add_sample(f"{name}_bucket", {**labels, "le": le}, below)
    family.add_sample(f"{name}_count", dict(labels), below)
    family.add_sample(f"{name}_sum", dict(labels), found.total)
