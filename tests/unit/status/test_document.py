"""The document as JSON, and what it comes to in words."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from cases.status_documents import ALL, NO_DATA, NOW, PAUSED, READY, SEVERAL, UNFUNDED

from attestor.config import ROOT
from attestor.errors.readiness import StatusInvalid
from attestor.status import document as shapes
from attestor.status.codec import from_json, iso, to_json
from attestor.status.document import FORMAT, Document, Time
from attestor.status.words import State, ether, span, verdict


@pytest.mark.parametrize("name", ALL)
def test_json__and_back__is_the_same_document(name: str) -> None:
    assert from_json(json.loads(json.dumps(to_json(ALL[name])))) == ALL[name]


def test_json__times__are_unix_seconds_beside_iso() -> None:
    told = to_json(READY)
    assert told["at"] == {"unix": NOW, "iso": "2026-11-30T13:30:00Z"}
    assert told["chains"][0]["signer"]["valid_until"]["iso"] == "2026-11-30T14:15:00Z"


def test_json__field_of_a_newer_daemon__is_ignored() -> None:
    assert from_json({**to_json(READY), "later": 1}) == READY


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"ready": 1}, "ready"),
        ({"at": 3}, "at"),
        ({"at": {"unix": True}}, "at"),
        ({"at": {"unix": float("nan")}}, "at"),
        ({"chains": {}}, "chains"),
        ({"chains": [{"name": ""}]}, "chains[0]"),
        ({"build": None}, "build"),
        ({"jobs": {"failed_by_code": {"a": "b"}}}, "failed_by_code"),
        ({"format": FORMAT + 1}, "format"),
    ],
)
def test_json__that_is_no_document__is_an_error_that_says_where(
    change: dict[str, Any], where: str
) -> None:
    with pytest.raises(StatusInvalid) as raised:
        from_json({**to_json(READY), **change})
    assert where in raised.value.message


@pytest.mark.parametrize("found", [None, [], "ok", 1, {}, {"ok": True}])
def test_json__of_another_service__is_an_error(found: object) -> None:
    with pytest.raises(StatusInvalid):
        from_json(found)


def test_iso__times_that_no_calendar_has__are_the_nearest() -> None:
    assert iso(-1) == "1970-01-01T00:00:00Z"
    assert iso(1e20) == "9999-12-31T23:59:59Z"


def test_verdict__each_state__says_whether_and_until_when() -> None:
    assert verdict(READY).state is State.READY
    assert "45 min, until 2026-11-30 14:15:00 UTC" in verdict(READY).until
    assert verdict(SEVERAL).state is State.WARNING
    assert "on scroll is registered for another 5 min" in verdict(SEVERAL).until
    assert verdict(UNFUNDED).state is State.NOT_READY
    assert verdict(UNFUNDED).actions[0].advice.startswith("Fund 0x")
    assert verdict(PAUSED).until == "The signer is paused."
    assert verdict(replace(READY, chains=())).until == "No chain is followed yet."


def test_verdict__chain_without_a_signer__is_named_among_several() -> None:
    without = replace(SEVERAL, ready=False, chains=(SEVERAL.chains[0], NO_DATA.chains[0]))
    named = replace(without, chains=(without.chains[0], replace(without.chains[1], name="base")))
    assert verdict(named).until == "No signer is registered on base."


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3720, "1 h 2 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_span__of_seconds__has_two_units_at_most(seconds: float, told: str) -> None:
    assert span(seconds) == told


@pytest.mark.parametrize(
    ("wei", "told"),
    [
        ("0", "0"),
        ("1", "less than 0.000001"),
        ("420690000000000000", "0.42069"),
        ("1000000000000000000", "1"),
        ("123456789000000000000000000000", "123456789000"),
        ("-1", "?"),
        ("", "?"),
    ],
)
def test_ether__of_wei__loses_nothing_to_floats(wei: str, told: str) -> None:
    assert ether(wei) == told


def test_document__every_field__is_in_the_documentation() -> None:
    """Names are interfaces: who scrapes the JSON finds each of them."""
    text = (ROOT / "docs" / "operate-daily.md").read_text()
    missing = []
    for name, shape in vars(shapes).items():
        if isinstance(shape, type) and hasattr(shape, "__dataclass_fields__"):
            missing += [
                f"{name}.{one.name}" for one in fields(shape) if f"`{one.name}`" not in text
            ]
    assert missing == []


def test_document__defaults__are_those_of_a_daemon_that_knows_nothing() -> None:
    empty = Document(Time(0.0), False, READY.build)
    assert from_json(to_json(empty)) == empty
