"""Prometheus' text format, version 0.0.4: one function per group of metrics."""

from collections.abc import Iterable
from dataclasses import dataclass

from attestor.core.duty import DutyRecord
from attestor.core.expiry import CollateralExpiry
from attestor.core.signers import Cover
from attestor.store.proofs import CrossCheckCount


@dataclass(frozen=True)
class Counts:
    """What the database counts: proofs by what was checked of them, and disagreements."""

    proofs: list[CrossCheckCount]
    disagreements: int


def of_signing(halted: bool) -> list[str]:
    """Whether signing is halted."""
    return _metric("attestor_signing_halted", "gauge", [("", int(halted))])


def of_cover(cover: Cover) -> list[str]:
    """Whether a signer signs, and until when the one that there is is registered; 0 without one."""
    until = cover.active.valid_until if cover.active is not None else 0
    return [
        *_metric("attestor_signer_active", "gauge", [("", int(cover.is_signing))]),
        *_metric("attestor_signer_valid_until_timestamp_seconds", "gauge", [("", until)]),
    ]


def of_counts(counts: Counts | None) -> list[str]:
    """What the database has; without it, that it does not answer."""
    lines = _metric("attestor_database_answering", "gauge", [("", int(counts is not None))])
    if counts is None:
        return lines
    disagreements = [("", counts.disagreements)]
    proofs = [(_checked(one), one.count) for one in counts.proofs]
    lines += _metric("attestor_engine_disagreements_total", "counter", disagreements)
    return lines + _metric("attestor_proofs", "gauge", proofs)


def of_collateral(failing: bool, expiry: CollateralExpiry | None) -> list[str]:
    """Whether the last round failed, and when the first part ends."""
    lines = _metric("attestor_collateral_failing", "gauge", [("", int(failing))])
    if expiry is not None:
        end = "attestor_collateral_end_timestamp_seconds"
        lines += _metric(end, "gauge", [("", expiry.ends_at)])
    return lines


def of_api(internal_errors: int, connections: int, starts: int) -> list[str]:
    """Of the API process: internal errors that jobs met, connections, and how often it started."""
    return [
        *_metric("attestor_worker_internal_errors_total", "counter", [("", internal_errors)]),
        *_metric("attestor_api_connections", "gauge", [("", connections)]),
        *_metric("attestor_api_starts_total", "counter", [("", starts)]),
    ]


def of_duties(records: list[DutyRecord], monotonic: float) -> list[str]:
    """How each duty stands. The last success of one that never succeeded is 0."""
    if not records:
        return []
    named = [(f'{{duty="{record.name}"}}', record) for record in records]
    success = [(name, f"{record.last_success or 0:.3f}") for name, record in named]
    start = [(name, f"{record.last_start or 0:.3f}") for name, record in named]
    total = [(name, record.failures) for name, record in named]
    in_a_row = [(name, record.consecutive_failures) for name, record in named]
    running = [(name, f"{record.running_seconds(monotonic):.3f}") for name, record in named]
    return [
        *_metric("attestor_duty_last_success_timestamp_seconds", "gauge", success),
        *_metric("attestor_duty_last_start_timestamp_seconds", "gauge", start),
        *_metric("attestor_duty_failures_total", "counter", total),
        *_metric("attestor_duty_consecutive_failures", "gauge", in_a_row),
        *_metric("attestor_duty_running_seconds", "gauge", running),
    ]


def _metric(name: str, kind: str, values: Iterable[tuple[str, object]]) -> list[str]:
    return [f"# TYPE {name} {kind}", *(f"{name}{labels} {value}" for labels, value in values)]


def _checked(one: CrossCheckCount) -> str:
    labels = {"engine": one.engine, "cross_check": one.cross_check, "finding": one.finding}
    return "{" + ",".join(f'{name}="{value or "none"}"' for name, value in labels.items()) + "}"
