"""Prometheus' text format, version 0.0.4: one function per group of metrics."""

from collections.abc import Iterable, Sequence
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


Line = tuple[str, str, str]
"""A metric's name, its type, and the rest of one line: labels and value."""


def chain_label(name: str) -> str:
    """The label of a chain; none where it has no name."""
    return f'chain="{name}"' if name else ""


def joined(groups: Iterable[Iterable[Line]]) -> str:
    """All lines, those of one metric together."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, kind, line in (line for group in groups for line in group):
        found.setdefault((name, kind), []).append(f"{name}{line}")
    told = ("\n".join([f"# TYPE {name} {kind}", *lines]) for (name, kind), lines in found.items())
    return "\n".join(told) + "\n"


def of_signing(halted: bool) -> list[Line]:
    """Whether signing is halted."""
    return _metric("attestor_signing_halted", "gauge", [("", int(halted))])


def of_chain(runs: bool, chain: str) -> list[Line]:
    """Whether a chain runs, which has a name."""
    return _metric("attestor_chain_running", "gauge", [("", int(runs))], chain)


def of_cover(cover: Cover, chain: str = "") -> list[Line]:
    """Whether a signer signs, and until when the one that there is is registered; 0 without one."""
    until = cover.active.valid_until if cover.active is not None else 0
    end = "attestor_signer_valid_until_timestamp_seconds"
    return [
        *_metric("attestor_signer_active", "gauge", [("", int(cover.is_signing))], chain),
        *_metric(end, "gauge", [("", until)], chain),
    ]


def of_counts(counts: Counts | None, chain: str = "") -> list[Line]:
    """What the database has; without it, that it does not answer."""
    answers = [("", int(counts is not None))]
    lines = _metric("attestor_database_answering", "gauge", answers, chain)
    if counts is None:
        return lines
    disagreements = [("", counts.disagreements)]
    proofs = [(_checked(one), one.count) for one in counts.proofs]
    lines += _metric("attestor_engine_disagreements_total", "counter", disagreements, chain)
    return lines + _metric("attestor_proofs", "gauge", proofs, chain)


def of_collateral(failing: bool, expiry: CollateralExpiry | None, chain: str = "") -> list[Line]:
    """Whether the last round failed, and when the first part ends."""
    lines = _metric("attestor_collateral_failing", "gauge", [("", int(failing))], chain)
    if expiry is not None:
        end = "attestor_collateral_end_timestamp_seconds"
        lines += _metric(end, "gauge", [("", expiry.ends_at)], chain)
    return lines


def of_api(internal_errors: int, connections: int, starts: int) -> list[Line]:
    """Of the API process: internal errors that jobs met, connections, and how often it started."""
    return [
        *_metric("attestor_worker_internal_errors_total", "counter", [("", internal_errors)]),
        *_metric("attestor_api_connections", "gauge", [("", connections)]),
        *_metric("attestor_api_starts_total", "counter", [("", starts)]),
    ]


def of_duties(records: Sequence[DutyRecord], monotonic: float, chain: str = "") -> list[Line]:
    """How each duty stands. The last success of one that never succeeded is 0."""
    named = [(f'duty="{record.name}"', record) for record in records]
    success = [(name, f"{record.last_success or 0:.3f}") for name, record in named]
    start = [(name, f"{record.last_start or 0:.3f}") for name, record in named]
    total = [(name, record.failures) for name, record in named]
    in_a_row = [(name, record.consecutive_failures) for name, record in named]
    running = [(name, f"{record.running_seconds(monotonic):.3f}") for name, record in named]
    return [
        *_metric("attestor_duty_last_success_timestamp_seconds", "gauge", success, chain),
        *_metric("attestor_duty_last_start_timestamp_seconds", "gauge", start, chain),
        *_metric("attestor_duty_failures_total", "counter", total, chain),
        *_metric("attestor_duty_consecutive_failures", "gauge", in_a_row, chain),
        *_metric("attestor_duty_running_seconds", "gauge", running, chain),
    ]


def _metric(
    name: str, kind: str, values: Iterable[tuple[str, object]], chain: str = ""
) -> list[Line]:
    """One line for each of the values, which have labels of their own."""
    labels = ((",".join(filter(None, (own, chain))), value) for own, value in values)
    return [(name, kind, (f"{{{own}}}" if own else "") + f" {value}") for own, value in labels]


def _checked(one: CrossCheckCount) -> str:
    labels = {"engine": one.engine, "cross_check": one.cross_check, "finding": one.finding}
    return ",".join(f'{name}="{value or "none"}"' for name, value in labels.items())
