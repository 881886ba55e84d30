"""The API process is started anew whatever becomes of it, and nobody waits for it."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from attestor.api.settings import ApiState
from attestor.core.job_figures import JobFigures
from attestor.core.service_view import QueueView
from attestor.daemon import api_supervisor as module
from attestor.daemon.api_supervisor import ApiSupervisor
from attestor.errors import SigningHalted

HALTED = SigningHalted("the engines disagree", hint="act")


class Run:
    """A process that does what it is told."""

    def __init__(self, state: ApiState) -> None:
        self.pid = 1
        self.told = [state]
        self.code: int | None = None
        self.obeys = True
        self.killed = False

    def tell(self, state: ApiState) -> None:
        self.told.append(state)
        if state.stopping is not None and self.obeys:
            self.code = 0

    def ended(self) -> int | None:
        return self.code

    def wait(self, seconds: float) -> bool:
        return self.code is not None

    def end(self) -> None:
        self.killed = self.code is None


class Parts:
    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.now = 1000.0
        self.faults: list[Exception] = []
        self.supervisor = ApiSupervisor(self.start, lambda: self.now)

    def start(self, state: ApiState) -> Run:
        if self.faults:
            raise self.faults.pop()
        self.runs.append(Run(state))
        return self.runs[-1]

    def code(self) -> str | None:
        found = self.supervisor.fault()
        return None if found is None else found.code


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.001)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(module, "LAST_PAUSE", 0.004)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.001)
    made = Parts()
    made.supervisor.start()
    until(lambda: made.supervisor.starts == 1)
    yield made
    made.supervisor.stop(0.0)


def test_start__process_that_answers__is_well(parts: Parts) -> None:
    assert parts.code() is None
    parts.supervisor.heard({"connections": 7, "internal_errors": 2})
    parts.now += module.MUTE_SECONDS
    assert parts.code() is None
    assert (parts.supervisor.connections, parts.supervisor.internal_errors) == (7, 2)


def test_figures__of_jobs__outlive_the_process(parts: Parts) -> None:
    told = JobFigures().ended("proven").ran(2.0)
    parts.supervisor.heard({"jobs": told.to_header(), "queues": {"1:0xaa": [3, 64]}})
    assert parts.supervisor.queues == (QueueView("1:0xaa", 3, 64),)
    parts.runs[0].code = 1
    until(lambda: parts.supervisor.starts == 2)
    assert not parts.supervisor.queues
    parts.supervisor.heard({"jobs": told.ended("queue_full").to_header(), "queues": {}})
    assert parts.supervisor.jobs.outcomes == {"proven": 2, "queue_full": 1}
    assert sum(parts.supervisor.jobs.runs.counts) == 2


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"jobs": None, "queues": None},
        {"jobs": {"outcomes": {"proven": "many"}, "kills": {}, "runs": {}}, "queues": {}},
        {"jobs": JobFigures().to_header(), "queues": {"1:0xaa": ["x", 1]}},
        {"connections": "all", "internal_errors": 10**400},
    ],
)
def test_figures__of_a_process_that_lies__change_nothing_that_would_break(
    parts: Parts, figures: dict[str, Any]
) -> None:
    parts.supervisor.heard(figures)
    assert not parts.supervisor.queues
    assert parts.supervisor.jobs == JobFigures()
    assert parts.supervisor.connections == 0
    assert float(parts.supervisor.internal_errors) >= 0


@pytest.mark.parametrize("code", [0, 70, -9, -11])
def test_process__ends__another_is_started(parts: Parts, code: int) -> None:
    parts.supervisor.heard({"internal_errors": 2})
    parts.runs[0].code = code
    until(lambda: len(parts.runs) == 2)
    parts.supervisor.heard({"internal_errors": 1})
    assert parts.supervisor.internal_errors == 3, "the total outlives the process"


def test_process__is_mute__health_says_so_then_it_is_killed(parts: Parts) -> None:
    parts.supervisor.heard({})
    parts.now += module.MUTE_SECONDS + 0.1
    assert parts.code() == "api_not_answering"
    assert len(parts.runs) == 1
    parts.supervisor.heard({})
    assert parts.code() is None
    parts.now += module.KILL_SECONDS + 0.1
    until(lambda: len(parts.runs) == 2)
    assert parts.runs[0].killed


def test_process__has_not_said_a_word_yet__gets_the_time_of_a_start(parts: Parts) -> None:
    parts.now += module.START_SECONDS - 0.1
    assert parts.code() is None
    parts.now += 0.2
    assert parts.code() == "api_not_answering"
    assert len(parts.runs) == 1
    parts.now += module.START_KILL_SECONDS
    until(lambda: len(parts.runs) == 2)


def test_process__cannot_be_started__is_tried_again(parts: Parts) -> None:
    parts.faults = [OSError("too many processes"), ValueError("a defect")]
    parts.runs[0].code = 1
    until(lambda: len(parts.runs) == 2)
    until(lambda: parts.code() is None)


def test_halt__this_process_and_every_later_one__know_it(parts: Parts) -> None:
    parts.supervisor.halt(HALTED)
    assert parts.runs[0].told[-1].halted is HALTED
    parts.runs[0].code = 1
    until(lambda: len(parts.runs) == 2)
    assert parts.runs[1].told[0].halted is HALTED


@pytest.mark.parametrize("obeys", [True, False])
def test_stop__process__is_told_and_is_gone_afterwards(parts: Parts, obeys: bool) -> None:
    parts.runs[0].obeys = obeys
    parts.supervisor.halt(HALTED)
    parts.supervisor.stop(3.0)
    last = parts.runs[0].told[-1]
    assert (last.stopping, last.halted) == (3.0, HALTED)
    assert parts.runs[0].killed is not obeys
    assert parts.supervisor.starts == 1
    assert parts.code() is None


@pytest.mark.parametrize("fault", ["workers_fault", "database_fault"])
def test_fault__that_the_process_tells_of__is_told_with_its_words(parts: Parts, fault: str) -> None:
    code = "workers_failing" if fault == "workers_fault" else "database_full"
    parts.supervisor.heard({fault: {"code": code, "message": "what", "hint": "do this"}})
    found = parts.supervisor.fault()
    assert found is not None
    assert (found.code, found.message, found.hint) == (code, "what", "do this")
