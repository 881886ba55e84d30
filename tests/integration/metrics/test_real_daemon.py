"""A daemon on a real chain: what keeps it from signing is in /readyz within seconds, alerts see it,
and /metrics has what is documented."""

import json
import os
import re
import resource
import signal
from collections.abc import Callable, Mapping
from typing import Any

from docs.test_metrics_page import QUERIES, SUFFIXES
from integration.daemon.test_daemon_faults import ENDLESS, REQUEST, asking, call, child, daemon
from integration.metrics.watched import Labels, Watched

from attestor.chain.abi import Contract
from attestor.core.text import from_hex
from attestor.devnet.deployment import fund
from attestor.devnet.stack import Devnet
from attestor.http.metric_table import BY_NAME, HISTOGRAM


def owner_calls(devnet: Devnet, function: str, *arguments: Any) -> None:
    calldata = Contract.named("TEERegistry").encode(function, *arguments)
    devnet.deployer.transact(devnet.deployment.registry.address, calldata)


def requires_declared(found: Mapping[tuple[str, Labels], float]) -> set[str]:
    """The names of metrics in an answer; each with the labels that are declared."""
    names = set()
    for full, labels in found:
        if full.startswith("process_"):
            continue
        name = full
        if full not in BY_NAME:
            name = next(full.removesuffix(one) for one in SUFFIXES if full.endswith(one))
            assert BY_NAME[name].kind == HISTOGRAM
        keys = {key for key, _ in labels} - ({"le"} if full.endswith("_bucket") else set())
        assert keys == set(BY_NAME[name].labels), full
        names.add(name)
    return names


def test_daemon__payer_is_empty__is_not_ready_and_says_so_until_it_is_funded(
    start: Callable[..., Watched],
) -> None:
    watched = start(payer_funded=False)
    watched.until(lambda: watched.codes()[:1] == ["payer_empty"], "it says so")
    status, text = watched.get("/readyz?format=text")
    assert status == 503
    assert "no_active_signer" in text
    assert watched.get("/livez")[0] == 200
    failing = "attestor_rotation_consecutive_failures"
    watched.until(lambda: (watched.value(failing, work="rotating") or 0) >= 3, "alerts see it")
    assert watched.value("attestor_ready") == 0
    watched.until(lambda: watched.value("attestor_payer_registrations") == 0, "the payer is read")
    assert watched.value("attestor_not_ready_reason", code="payer_empty") == 1
    assert (
        watched.value("attestor_rotation_failures_total", work="rotating", code="payer_empty") or 0
    ) >= 3
    fund(watched.devnet.node, from_hex(watched.devnet.payer_address))
    watched.until_ready()
    assert watched.value("attestor_ready") == 1


def test_daemon__measurement_is_removed__is_not_ready_with_the_registrys_reason(
    start: Callable[..., Watched],
) -> None:
    watched = start()
    watched.until_ready()
    measurement = watched.devnet.platform.measurement_id
    owner_calls(watched.devnet, "removeMeasurement", measurement, "a flaw")
    watched.until(lambda: "no_active_signer" in watched.codes(), "it signs nothing")
    watched.until(lambda: len(watched.codes()) > 1, "it says why no other is registered")
    assert watched.value("attestor_signer_active") == 0
    owner_calls(watched.devnet, "allowMeasurement", measurement)
    watched.until_ready()


def test_daemon__chain_goes_away__is_not_ready_within_seconds(
    start: Callable[..., Watched],
) -> None:
    watched = start()
    watched.until_ready()
    number = watched.value("attestor_head_number")
    assert number
    watched.devnet.anvil.stop()
    watched.until(lambda: "rpc_unreachable" in watched.codes(), "it says so")
    assert watched.get("/livez")[0] == 200
    age = "attestor_head_read_age_seconds"
    watched.until(lambda: (watched.value(age) or 0) > 10, "the age of the head grows")
    assert watched.values("attestor_endpoint_up") == [0.0]
    # What AttestorEndpointDemoted counts.
    demoted = "attestor_endpoint_demotions_total"
    watched.until(lambda: watched.values(demoted)[0] >= 2, "it is demoted again")
    assert watched.devnet.stop_daemon() == 0
    assert watched.get("/metrics")[0] == 0


def test_daemon__disk_and_processes_fail__is_told_by_probes_and_metrics(
    start: Callable[..., Watched],
) -> None:
    watched = start()
    watched.until_ready()
    pid = daemon(watched.devnet).pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    full = {"database_full", "database_disk_failed"}
    watched.until(lambda: bool(full & set(watched.codes())), "the disk is full")
    assert watched.value("attestor_database_writable") == 0
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    watched.until_ready()
    for times in (2, 3):
        os.kill(child(watched.devnet, "attestor.api"), signal.SIGKILL)
        watched.until(lambda: watched.value("attestor_api_starts_total") == times, "a new one")  # noqa: B023
    signer = child(watched.devnet, "attestor.signer")
    os.kill(signer, signal.SIGSTOP)
    try:
        watched.until(lambda: watched.get("/livez")[0] == 503, "a duty makes no progress")
        duties = json.loads(watched.get("/livez")[1])["duties"]
        assert "signer" in [one["name"] for one in duties]
        running = watched.value("attestor_duty_running_seconds", duty="signer")
        deadline = watched.value("attestor_duty_deadline_seconds", duty="signer")
        assert running
        assert deadline
        assert running > deadline
    finally:
        os.kill(signer, signal.SIGCONT)
    watched.until_ready()


def test_daemon__engine_cannot_run__is_not_ready(start: Callable[..., Watched]) -> None:
    watched = start(environment={"ATTESTOR_EXECUTOR_CYCLES": "100"})
    watched.until(lambda: "self_test_failed" in watched.codes(), "it says so", 120)
    assert watched.value("attestor_engine_test_passed") == 0


def test_metrics__daemon_at_work__has_all_that_is_documented_and_nothing_else(
    start: Callable[..., Watched],
) -> None:
    limits = {"ATTESTOR_PROOFS_MAX_OPEN": "1", "ATTESTOR_EXECUTOR_CYCLES": "3000000000"}
    watched = start(environment=limits)
    watched.until_ready()
    assert call(watched.devnet, "POST", "/request_proof", REQUEST)[0] == 200
    waiting = asking(watched.devnet, ENDLESS)
    watched.until(lambda: "queue_full" in watched.codes(), "the queue is full")
    during = requires_declared(watched.metrics())
    watched.until(lambda: waiting != [], "the endless job ends")
    killed = "attestor_executor_kills_total"
    watched.until(lambda: watched.value(killed, code="exec_cycle_limit") == 1, "it is counted")
    assert watched.value("attestor_jobs_total", outcome="proven") == 1
    assert watched.value("attestor_jobs_total", outcome="exec_cycle_limit") == 1
    found = watched.metrics()
    names = requires_declared(found) | during
    rare = {
        "attestor_chain_running",
        "attestor_warning",
        "attestor_rotation_failures_total",
        "attestor_payer_registrations",
        "attestor_collateral_end_timestamp_seconds",
    }
    assert set(BY_NAME) - names <= rare
    secrets = [(watched.devnet.folder / "payer.key").read_text().strip().removeprefix("0x")]
    secrets.append(watched.devnet.active_signer().hex())  # type: ignore[union-attr]
    text = watched.get("/metrics")[1]
    assert not any(secret in text for secret in secrets)
    for line in text.splitlines():
        assert line.startswith("#") or len(line) < 300
    _queries_find_their_series(found)


def _queries_find_their_series(found: Mapping[tuple[str, Labels], float]) -> None:
    present = {name for name, _ in found}
    rare = {"attestor_warning", "attestor_not_ready_reason", "attestor_rotation_failures_total"}
    rare |= {"attestor_collateral_end_timestamp_seconds", "attestor_payer_registrations"}
    for query in QUERIES:
        named = set(re.findall(r"\b(?:attestor|process)_[a-z_]+\b", query))
        assert named - rare <= present, query
