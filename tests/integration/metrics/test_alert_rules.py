"""Prometheus' own judgement of the alert rules, by promtool."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cases.alerts import CASES, WELL, AlertCase

from attestor.config import ROOT

RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
TEXT = RULES.read_text()
NAMES = re.findall(r"- alert: (\w+)", TEXT)


def described(name: str) -> tuple[str, str, str]:
    """Severity, summary and runbook of an alert, as the file has them."""
    block = TEXT.split(f"- alert: {name}\n")[1].split("- alert:")[0]
    found = [re.search(rf"{key}: ([^\n}}]+)", block) for key in ("severity", "runbook")]
    summary = re.search(r"summary: (.+)", block)
    assert summary
    assert found[0]
    assert found[1]
    return found[0][1], summary[1], found[1][1]


def series(changes: dict[str, str]) -> list[dict[str, str]]:
    def values(given: str) -> str:
        if "x" in given:
            return given
        return f"{given}x60" if "+" in given else f"{given}+0x60"

    return [{"series": one, "values": values(changes.get(one, WELL[one]))} for one in WELL]


def fires(case: AlertCase) -> list[dict[str, Any]]:
    severity, summary, runbook = described(case.name)
    for label, value in case.labels.items():
        summary = summary.replace(f"{{{{ $labels.{label} }}}}", value)
    expected = {
        "exp_labels": {"severity": severity, **case.labels},
        "exp_annotations": {"summary": summary, "runbook": runbook},
    }
    asked = [{"eval_time": f"{case.minutes}m", "alertname": case.name, "exp_alerts": [expected]}]
    if case.silent is not None:
        silent = {"eval_time": f"{case.silent}m", "alertname": case.name, "exp_alerts": []}
        return [silent, *asked]
    return asked


def judged(promtool: Path, folder: Path, tests: list[dict[str, Any]]) -> tuple[int, str]:
    file = folder / "tests.yml"
    # JSON is YAML.
    rules = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}
    file.write_text(json.dumps(rules))
    done = subprocess.run(
        [str(promtool), "test", "rules", str(file)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_rules__file__is_valid(promtool: Path) -> None:
    subprocess.run([str(promtool), "check", "rules", str(RULES)], check=True, capture_output=True)


def test_rules__all_is_well__none_fires(promtool: Path, tmp_path: Path) -> None:
    asked = [{"eval_time": "50m", "alertname": name, "exp_alerts": []} for name in NAMES]
    test = {"interval": "1m", "input_series": series({}), "alert_rule_test": asked}
    code, told = judged(promtool, tmp_path, [test])
    assert code == 0, told


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} by {case.series}")
def test_rules__one_thing_is_wrong__fires_after_its_time_and_not_before(
    case: AlertCase, promtool: Path, tmp_path: Path
) -> None:
    assert case.series in WELL
    changed = series({case.series: case.values})
    test = {"interval": "1m", "input_series": changed, "alert_rule_test": fires(case)}
    code, told = judged(promtool, tmp_path, [test])
    assert code == 0, told


def test_rules__expectation_that_is_wrong__is_noticed(promtool: Path, tmp_path: Path) -> None:
    asked = [{"eval_time": "6m", "alertname": "AttestorNotReady", "exp_alerts": []}]
    changed = series({"attestor_ready": "0"})
    test = {"interval": "1m", "input_series": changed, "alert_rule_test": asked}
    assert judged(promtool, tmp_path, [test])[0] != 0


def test_rules__each_alert__has_a_case() -> None:
    assert {case.name for case in CASES} == set(NAMES)
