"""docs/metrics.md, the alert rules and the dashboard speak of metrics that exist, and of all."""

import json
import re
from itertools import pairwise

import pytest
from cases.error_leaves import leaves

from attestor.config import ROOT
from attestor.http.metric_table import BY_NAME, COUNTER, HISTOGRAM, METRICS

PAGE = (ROOT / "docs" / "metrics.md").read_text()
ALERTS_PAGE = (ROOT / "docs" / "alerts.md").read_text()
RULES = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
ALERTS = re.findall(r"- alert: (\w+)", RULES)
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "attestor.json").read_text())
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
SUFFIXES = ("_bucket", "_sum", "_count")


def metrics_in(text: str) -> set[str]:
    found = set()
    for name in re.findall(r"\battestor_[a-z_]+\b", text):
        known = name not in BY_NAME and name.endswith(SUFFIXES)
        found.add(name.rsplit("_", 1)[0] if known else name)
    return found


def test_page__table__has_each_metric_once_and_no_other() -> None:
    listed = re.findall(r"^\| `(attestor_\w+)` \|", PAGE, re.M)
    assert listed == [one.name for one in METRICS]
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("one", METRICS, ids=lambda one: one.name)
def test_metric__name__follows_prometheus_rules(one: object) -> None:
    from attestor.http.metric_table import MetricKind

    assert isinstance(one, MetricKind)
    assert one.name.endswith("_total") is (one.kind == COUNTER)
    if one.kind == HISTOGRAM:
        assert one.name.endswith("_seconds")
    assert one.help.endswith(".")
    assert not set(one.labels) & {"chain", "le", "signer", "block", "hash", "job", "client"}


def test_alerts__each__has_its_section_and_the_page_no_other() -> None:
    sections = re.findall(r"^## (\w+)$", ALERTS_PAGE, re.M)
    assert sections == ALERTS
    assert re.findall(r"runbook: (\S+)", RULES) == [
        f"docs/alerts.md#{name.lower()}" for name in ALERTS
    ]
    bodies = re.split(r"^## \w+$", ALERTS_PAGE, flags=re.M)[1:]
    assert all(len(body.split()) > 15 for body in bodies)


def test_alerts__codes_on_the_page__exist() -> None:
    rows = re.findall(r"^\| (`[a-z_`, ]+) \|", ALERTS_PAGE, re.M)
    named = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row)}
    assert named
    assert named <= {leaf.code for leaf in leaves()}


def test_rules__expressions__use_declared_metrics_alone() -> None:
    assert metrics_in(RULES) <= set(BY_NAME)
    assert metrics_in("attestor_nothing > 1") - set(BY_NAME)


def test_dashboard__queries__use_declared_metrics_and_their_labels() -> None:
    assert len(QUERIES) > 30
    for query in QUERIES:
        names = metrics_in(query)
        assert names <= set(BY_NAME), query
        allowed = {"job", "le", "chain"} | {
            label for name in names for label in BY_NAME[name].labels
        }
        grouped = {
            label.strip()
            for group in re.findall(r"by \(([^)]*)\)", query)
            for label in group.split(",")
        }
        matched = set(re.findall(r"[{,]\s*(\w+)\s*[=!]", query))
        assert grouped | matched <= allowed, query


def test_dashboard__panels__do_not_overlap_and_show_all_that_matters() -> None:
    shown = metrics_in(" ".join(QUERIES))
    assert {name for name in BY_NAME if name not in shown} <= {
        "attestor_chain_running",
        "attestor_signer_active",
        "attestor_rotation_consecutive_failures",
        "attestor_head_number",
        "attestor_endpoint_demoted",
        "attestor_database_answering",
        "attestor_database_writable",
        "attestor_duty_last_success_timestamp_seconds",
        "attestor_duty_last_start_timestamp_seconds",
        "attestor_duty_failures_total",
        "attestor_collateral_failing",
    }
    places = sorted(
        (panel["gridPos"]["y"], panel["gridPos"]["x"], panel["gridPos"]["w"])
        for panel in DASHBOARD["panels"]
    )
    for (y, x, width), (next_y, next_x, _) in pairwise(places):
        assert x + width <= 24
        assert next_y > y or next_x >= x + width
