"""What the view has comes out as the values that alerts wait for."""

from dataclasses import replace

from unit.core.test_readiness import CHAIN, EMPTY, HEAD, READY, UNREACHABLE

from attestor.core.execution import ExecutorBuild
from attestor.core.service_view import (
    ChainView,
    EndpointView,
    EngineView,
    PayerView,
    Problem,
    QueueView,
    ServiceView,
    TransactionView,
)
from attestor.core.signers import Candidate, Stage
from attestor.http.metric_table import BY_NAME
from attestor.http.view_metrics import of_view


def values(view: ServiceView) -> dict[tuple[str, str], float]:
    """By name and the values of labels; histograms are left out."""
    found = {}
    for one in of_view(view, ExecutorBuild.RECORDED):
        assert set(one.labels) - {"chain"} == set(BY_NAME[one.name].labels), one
        if isinstance(one.value, float | int):
            key = (one.name.removeprefix("attestor_"), " ".join(one.labels.values()))
            assert key not in found, "a series is there once"
            found[key] = one.value
    return found


def of(chain: ChainView) -> dict[tuple[str, str], float]:
    return values(replace(READY, chains=(chain,)))


def test_metrics__ready__have_no_reason() -> None:
    found = values(READY)
    assert found["ready", ""] == 1
    assert not any(name == "not_ready_reason" for name, _ in found)
    assert found["rotation_stage", "none"] == 1
    assert (found["head_number", ""], found["engine_test_passed", ""]) == (70, 1)


def test_metrics__not_ready__name_each_reason_once() -> None:
    found = of(replace(CHAIN, active=None, rotating=EMPTY, following=UNREACHABLE))
    assert found["ready", ""] == 0
    codes = {labels for name, labels in found if name == "not_ready_reason"}
    assert codes == {"payer_empty", "no_active_signer", "rpc_unreachable"}
    assert found["rotation_consecutive_failures", "following"] == 2
    assert found["rotation_consecutive_failures", "settling"] == 0


def test_metrics__for_alerts__reach_what_they_wait_for() -> None:
    stuck = TransactionView(b"\x01" * 32, "registration", 7, 1)
    slow = EndpointView("https://one.example", False, True, lag=9, failures=40, demotions=6)
    found = of(
        replace(
            CHAIN,
            head=replace(HEAD, age=181.0, looked=121.0),
            transactions=(stuck,),
            endpoints=(slow,),
            payer=PayerView(b"\x09" * 20, 4 * 10**15, 10**15),
            database=Problem("database_full", "no space", "make room"),
            database_free_bytes=1 << 20,
            rotating=replace(EMPTY, times=3),
            candidate=Candidate(b"\x02" * 20, Stage.SUBMITTED),
        )
    )
    assert found["head_age_seconds", ""] == 181
    assert found["head_read_age_seconds", ""] == 121
    assert found["transactions_pending", ""] == 1
    assert found["endpoint_up", "https://one.example"] == 0
    assert found["endpoint_demotions_total", "https://one.example"] == 6
    assert found["payer_registrations", ""] == 4
    assert found["database_writable", ""] == 0
    assert found["database_free_bytes", ""] == 1 << 20
    assert found["rotation_consecutive_failures", "rotating"] == 3
    assert found["rotation_stage", "submitted"] == 1
    assert found["rotation_stage", "none"] == 0


def test_metrics__of_all__reach_what_alerts_wait_for() -> None:
    failed = EngineView(False, Problem("self_test_failed", "x", "y"))
    queue = QueueView("31337:0xaa", 64, 64)
    jobs = READY.jobs.ended("proven").ended("exec_crashed").killed("exec_crashed")
    found = values(replace(READY, engine=failed, queues=(queue,), jobs=jobs))
    assert found["engine_test_passed", ""] == 0
    assert found["queue_open_jobs", "31337:0xaa"] >= found["queue_max_jobs", "31337:0xaa"]
    assert found["executor_kills_total", "exec_crashed"] == 1
    assert found["jobs_total", "proven"] == found["jobs_total", "exec_crashed"] == 1


def test_metrics__two_endpoints_of_one_origin__are_told_apart() -> None:
    one = EndpointView("https://one.example", True, False)
    found = of(replace(CHAIN, endpoints=(one, replace(one, is_up=False))))
    assert found["endpoint_up", "https://one.example"] == 1
    assert found["endpoint_up", "https://one.example 2"] == 0


def test_metrics__chain_that_does_not_run__has_its_reason_and_no_figures() -> None:
    away = ChainView("base", failure=UNREACHABLE)
    found = values(replace(READY, chains=(replace(CHAIN, name="main"), away)))
    assert (found["ready", "base"], found["ready", "main"]) == (0, 1)
    assert found["not_ready_reason", "rpc_unreachable base"] == 1
    assert not any(name == "head_number" and "base" in labels for name, labels in found)
