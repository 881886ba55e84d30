"""Health, metrics and registrations where one service has several chains."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.duty import DutyBounds, DutyRecord
from attestor.core.served import Served
from attestor.core.signers import Active, Cover
from attestor.errors import (
    AttestorError,
    DatabaseBusy,
    RegistrationUnknown,
    RpcUnreachable,
    SigningHalted,
)
from attestor.http.health import ChainStanding, Health
from attestor.http.registrations import Registrations, Serving
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.journal import Journal
from attestor.store.proofs import Proofs

SIGNS = Cover(Active(b"\x01" * 20, 1000, 4600), "young enough")
ROTATION = DutyRecord("rotation", deadline=60.0)
AWAY = RpcUnreachable("nothing listens there", hint="start the node")


class Api:
    starts = 1
    internal_errors = 0
    connections = 0
    failing: AttestorError | None = None

    def fault(self) -> AttestorError | None:
        return self.failing


class Parts:
    def __init__(self) -> None:
        self.halted: SigningHalted | None = None
        self.api = Api()
        self.shared: list[DutyRecord] = []
        self.first = ChainStanding("first", duties=[ROTATION], cover=SIGNS)
        self.second = ChainStanding("second", duties=[ROTATION], cover=SIGNS)
        self.health = Health(
            lambda: self.halted,
            lambda: [self.first, self.second],
            self.api,
            lambda: self.shared,
            DutyBounds(failures=3),
            lambda: 1000.0,
        )

    def told(self, chain: str | None = None) -> tuple[int, dict[str, Any]]:
        status, body = self.health.told(chain)
        return status, json.loads(body)

    def states(self) -> list[int]:
        return [self.told(name)[0] for name in (None, "first", "second")]


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_health__all_well__names_each_chain(parts: Parts) -> None:
    told = {"ok": True, "chains": {"first": {"ok": True}, "second": {"ok": True}}}
    assert parts.told() == (200, told)
    assert parts.told("first") == (200, {"ok": True, "chains": {"first": {"ok": True}}})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"failure": AWAY, "cover": None, "duties": ()}, "rpc_unreachable"),
        ({"database_fault": DatabaseBusy("locked")}, "database_busy"),
        ({"duties": [ROTATION.failed(ZeroDivisionError())]}, "duty_failing"),
        ({"duties": [ROTATION.started(0.0, 0.0)]}, "duty_hanging"),
    ],
)
def test_health__one_chain_fails__is_named_and_the_other_is_well(
    parts: Parts, changes: dict[str, Any], code: str
) -> None:
    parts.first = replace(parts.first, **changes)
    status, told = parts.told()
    assert (status, told["error"]["chain"], told["error"]["code"]) == (503, "first", code)
    assert told["chains"] == {"first": {"ok": False}, "second": {"ok": True}}
    assert parts.states() == [503, 503, 200]


def test_health__something_of_all__fails_every_chain(parts: Parts) -> None:
    parts.halted = SigningHalted("the engines disagree")
    assert parts.states() == [503, 503, 503]
    parts.halted = None
    parts.shared = [DutyRecord("signer", 6.0).started(0.0, 0.0)]
    assert parts.states() == [503, 503, 503]
    assert "chain" not in parts.told("second")[1]["error"]


def test_health__nobody_signs_for_one__warns_of_that_chain(parts: Parts) -> None:
    parts.second = replace(parts.second, cover=Cover(None, "payer_empty"))
    warnings = parts.told()[1]["warnings"]
    assert [(one["code"], one["chain"]) for one in warnings] == [("no_active_signer", "second")]
    assert "warnings" not in parts.told("first")[1]


@pytest.mark.parametrize("chain", ["third", "", "First"])
def test_health__no_such_chain__is_not_found_and_lists_them(parts: Parts, chain: str) -> None:
    status, told = parts.told(chain)
    assert (status, told["error"]["code"]) == (404, "chain_not_named")
    assert "first, second" in told["error"]["hint"]


def test_metrics__two_chains__have_labels_and_each_type_once(parts: Parts, tmp_path: Path) -> None:
    store = Store.open(tmp_path / "attestor.sqlite")
    journal = Journal(store, lambda: 0.0)
    kept = {"proofs": Proofs(store, journal), "disagreements": Disagreements(store, journal)}
    parts.first = replace(parts.first, **cast(Any, kept))
    parts.second = ChainStanding("second", failure=AWAY)
    text = parts.health.metrics_text()
    store.close()
    assert 'attestor_signer_active{chain="first"} 1' in text
    assert 'attestor_chain_running{chain="first"} 1' in text
    assert 'attestor_chain_running{chain="second"} 0' in text
    assert 'attestor_database_answering{chain="first"} 1' in text
    assert 'attestor_duty_failures_total{chain="first",duty="rotation"} 0' in text
    assert "attestor_signing_halted 0" in text


def test_metrics__halted_chain_s_figures__do_not_hide_the_others(parts: Parts) -> None:
    parts.first = ChainStanding("first", failure=AWAY)
    text = parts.health.metrics_text()
    assert 'attestor_signer_active{chain="second"} 1' in text
    assert 'attestor_signer_active{chain="first"}' not in text


class Unasked:
    """A queue that knows of no job without a look at the disk."""

    def is_known(self, job: str) -> bool:
        return False


def serving(name: str, number: int, is_default: bool = False) -> Serving:
    served = Served(name, number, bytes([number]) * 20)
    return Serving(served, cast(Any, Unasked()), cast(Any, None), is_default)


FIRST, SECOND = serving("first", 1, True), serving("second", 2)
JOBS = {"job 1": FIRST.served.registration, "job 2": SECOND.served.registration}
BOTH = Registrations((FIRST, SECOND), JOBS.get)


def asked(query: str) -> Any:
    return make_mocked_request("POST", f"/request_proof{query}")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", FIRST),
        ("?registration=first", FIRST),
        ("?registration=second", SECOND),
        (f"?registration=2:0x{'02' * 20}", SECOND),
        ("?other=second", FIRST),
    ],
)
def test_asked_for__query__names_the_registration(query: str, found: Serving) -> None:
    assert BOTH.asked_for(asked(query)) is found


@given(st.text(max_size=60))
def test_asked_for__any_text__is_one_of_them_or_a_typed_refusal(text: str) -> None:
    meant = [one for one in (FIRST, SECOND) if one.served.is_meant_by(text)]
    if meant:
        assert [BOTH._named(text)] == meant
        return
    with pytest.raises(RegistrationUnknown) as caught:
        BOTH._named(text)
    assert "first (1:0x" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("job", "query", "found"),
    [
        ("job 1", "", FIRST),
        ("job 2", "", SECOND),
        ("job 2", "?registration=second", SECOND),
        ("no job", "", FIRST),
        ("no job", "?registration=second", SECOND),
    ],
)
def test_of_job__id__finds_whom_it_is_for(job: str, query: str, found: Serving) -> None:
    assert asyncio.run(BOTH.of_job(job, asked(query))) is found


@pytest.mark.parametrize(("job", "query"), [("job 1", "second"), ("job 2", "first"), ("x", "y")])
def test_of_job__another_registration__is_refused(job: str, query: str) -> None:
    with pytest.raises(RegistrationUnknown):
        asyncio.run(BOTH.of_job(job, asked(f"?registration={query}")))


def test_of_job__of_a_registration_that_is_not_served_any_more__is_not_found_there() -> None:
    """The default's queue does not know it either, so that the answer is 404."""
    one = Registrations((FIRST,), JOBS.get)
    assert asyncio.run(one.of_job("job 2", asked(""))) is FIRST
