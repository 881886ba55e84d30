"""Metrics of how the service stands: the same frozen view that `/readyz` judges."""

from collections import Counter
from collections.abc import Iterator

from attestor import __version__
from attestor.core.execution import ExecutorBuild
from attestor.core.readiness import judge
from attestor.core.service_view import ChainView, ServiceView
from attestor.core.signers import Stage
from attestor.core.statement import CIRCUIT_VERSION
from attestor.http.metrics import Sample, sample

STAGES = ("none", Stage.CREATED, Stage.QUOTED, Stage.SUBMITTED)
"""Of the signer that is being registered."""


def of_view(view: ServiceView, executor: ExecutorBuild) -> Iterator[Sample]:
    """All that the view has."""
    yield from _build(view, executor)
    yield sample("engine_test_passed", int(bool(view.engine.passed)))
    for queue in view.queues:
        yield sample("queue_open_jobs", queue.open, registration=queue.registration)
        yield sample("queue_max_jobs", queue.most, registration=queue.registration)
    for outcome, count in view.jobs.outcomes.items():
        yield sample("jobs_total", count, outcome=outcome)
    for code, count in view.jobs.kills.items():
        yield sample("executor_kills_total", count, code=code)
    yield sample("job_run_seconds", view.jobs.runs)
    for chain in view.chains:
        yield from _readiness(view, chain)
        yield from _rotation(chain)
        yield from _head(chain)
        yield from _endpoints(chain)
        yield from _payer(chain)
        yield from _database(chain)


def _build(view: ServiceView, executor: ExecutorBuild) -> Iterator[Sample]:
    known = sorted({chain.measurement.hex() for chain in view.chains if chain.measurement})
    about = {"version": __version__, "circuit": CIRCUIT_VERSION, "executor": str(executor)}
    yield sample("build_info", 1, **about, measurement=known[0] if known else "")


def _readiness(view: ServiceView, chain: ChainView) -> Iterator[Sample]:
    found = judge(view, chain.name or None)
    yield sample("ready", int(found.is_ready), chain.name)
    for name, reasons in (("not_ready_reason", found.reasons), ("warning", found.warnings)):
        for code in dict.fromkeys(one.code for one in reasons):
            yield sample(name, 1, chain.name, code=code)


def _rotation(chain: ChainView) -> Iterator[Sample]:
    if chain.failure is None:
        stage = chain.candidate.stage if chain.candidate is not None else "none"
        for one in STAGES:
            yield sample("rotation_stage", int(one == stage), chain.name, stage=str(one))
    standing = {
        "following": chain.following,
        "settling": chain.settling,
        "rotating": chain.rotating,
    }
    for work, problem in standing.items():
        times = problem.times if problem is not None else 0
        yield sample("rotation_consecutive_failures", times, chain.name, work=work)
    for work, code, count in chain.failure_counts:
        yield sample("rotation_failures_total", count, chain.name, work=work, code=code)
    for step, seconds in chain.steps:
        yield sample("rotation_step_seconds", seconds, chain.name, step=step)


def _head(chain: ChainView) -> Iterator[Sample]:
    head = chain.head
    if head is not None:
        yield sample("head_number", head.number, chain.name)
        yield sample("head_timestamp_seconds", head.timestamp, chain.name)
        yield sample("head_age_seconds", head.age, chain.name)
        yield sample("head_read_age_seconds", head.looked, chain.name)


def _endpoints(chain: ChainView) -> Iterator[Sample]:
    """Two endpoints of one origin are told apart by a number."""
    seen: Counter[str] = Counter()
    for one in chain.endpoints:
        seen[one.label] += 1
        label = one.label if seen[one.label] == 1 else f"{one.label} {seen[one.label]}"
        values = {
            "up": int(one.is_up),
            "demoted": int(one.is_demoted),
            "lag_blocks": one.lag,
            "failures_total": one.failures,
            "demotions_total": one.demotions,
        }
        for name, value in values.items():
            yield sample(f"endpoint_{name}", value, chain.name, endpoint=label)
        yield sample("endpoint_call_seconds", one.calls, chain.name, endpoint=label)


def _payer(chain: ChainView) -> Iterator[Sample]:
    payer = chain.payer
    if payer is None:
        return
    if payer.balance is not None:
        yield sample("payer_balance_wei", payer.balance, chain.name)
    if payer.rotations is not None:
        yield sample("payer_registrations", payer.rotations, chain.name)
    yield sample("transactions_pending", len(chain.transactions), chain.name)


def _database(chain: ChainView) -> Iterator[Sample]:
    if chain.failure is None:
        yield sample("database_writable", int(chain.database is None), chain.name)
    if chain.database_free_bytes is not None:
        yield sample("database_free_bytes", chain.database_free_bytes, chain.name)
