"""Duties: each goes on by itself, whatever the others do."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from loguru import logger

from attestor.core.duty import DutyBounds, DutyRecord, fault
from attestor.daemon.clocks import Clocks
from attestor.daemon.duties import Duties
from attestor.errors import DatabaseFailed, Fatal, RpcUnreachable, SignerGone

WAIT = 10.0
"""Seconds that a test waits for a thread before it fails; it takes far less."""
LONG = 3600.0


class Work:
    """A duty that does what it is told, and says when it did."""

    deadline = 60.0

    def __init__(self, name: str, interval: float = LONG) -> None:
        self.name = name
        self.interval = interval
        self.todo: Callable[[], None] = lambda: None
        self.steps = 0
        self.closed = 0
        self._done = threading.Semaphore(0)

    def step(self) -> None:
        self.steps += 1
        try:
            self.todo()
        finally:
            self._done.release()

    def close(self) -> None:
        self.closed += 1

    def wait(self, times: int = 1) -> None:
        for _ in range(times):
            assert self._done.acquire(timeout=WAIT), f"{self.name} made no step"


class Hang:
    """A call that does not come back until the test is over."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.gate = threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        self.gate.wait(WAIT)


class Parts:
    def __init__(self, *works: Work) -> None:
        self.names = [work.name for work in works]
        self.now = 0.0
        self.told: list[Fatal] = []
        self.wall = 1_800_000_000.0
        self.waits = 0.0
        clocks = Clocks(lambda: self.wall, lambda: self.waits, lambda: self.now)
        self.duties = Duties(works, self.told.append, clocks)

    def wake_all(self) -> None:
        for name in self.names:
            self.duties.wake(name)

    def record(self, name: str) -> DutyRecord:
        return next(record for record in self.duties.records() if record.name == name)

    def until(self, condition: Callable[[], bool]) -> None:
        """A step's end is recorded just after the step."""
        tick = threading.Event()
        for _ in range(1000):
            if condition():
                return
            tick.wait(0.01)
        raise AssertionError("waited in vain")


@pytest.fixture
def hang() -> Iterator[Hang]:
    made = Hang()
    yield made
    made.gate.set()


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{level} {message}")
    yield lines
    logger.remove(sink)


def fail(error: BaseException) -> Callable[[], None]:
    def raise_it() -> None:
        raise error

    return raise_it


def test_start__each_duty__makes_its_first_step_at_once() -> None:
    one, other = Work("one"), Work("other")
    parts = Parts(one, other)
    parts.duties.start()
    one.wait()
    other.wait()
    parts.until(lambda: parts.record("one").last_success == 1_800_000_000.0)
    assert parts.duties.stop(WAIT) == []


def test_step__exception_of_any_kind__is_logged_with_its_trace_and_the_duty_goes_on(
    logged: list[str],
) -> None:
    work = Work("odd")
    parts = Parts(work)
    work.todo = fail(KeyError("what was missing"))
    parts.duties.start()
    work.wait()
    for error in (RecursionError("deep"), SystemExit(3)):
        work.todo = fail(error)
        parts.wake_all()
        work.wait()
    work.todo = lambda: None
    parts.until(lambda: parts.record("odd").consecutive_failures == 3)
    parts.wake_all()
    work.wait()
    parts.until(lambda: parts.record("odd").consecutive_failures == 0)
    assert parts.record("odd").failures == 3
    assert parts.record("odd").last_error == "SystemExit"
    text = "".join(logged)
    assert "ERROR duty odd failed unexpectedly" in text
    assert "Traceback" in text
    assert "KeyError: 'what was missing'" in text
    assert "in raise_it" in text
    assert parts.told == []
    parts.duties.stop(WAIT)


def test_step__fatal_error__is_told_at_once() -> None:
    work = Work("fatal")
    parts = Parts(work)
    work.todo = fail(DatabaseFailed("disk I/O error"))
    parts.duties.start()
    work.wait()
    parts.until(lambda: [error.code for error in parts.told] == ["database_failed"])
    parts.duties.stop(WAIT)


def test_step__error_of_ours__is_logged_in_a_line(logged: list[str]) -> None:
    work = Work("distant")
    parts = Parts(work)
    work.todo = fail(RpcUnreachable("no answer", hint="look"))
    parts.duties.start()
    work.wait()
    parts.until(lambda: parts.record("distant").last_error == "rpc_unreachable")
    parts.duties.stop(WAIT)
    assert "".join(logged) == "WARNING duty distant failed: no answer (look) [rpc_unreachable]\n"


def test_step__one_duty_hangs__the_others_go_on_and_its_record_says_so(hang: Hang) -> None:
    stuck, free = Work("stuck"), Work("free")
    stuck.todo = hang
    parts = Parts(stuck, free)
    parts.duties.start()
    assert hang.reached.wait(WAIT)
    free.wait()
    for _ in range(20):
        parts.wake_all()
        free.wait()
    assert stuck.steps == 1, "a step that runs is not overlapped"
    parts.now = 61.0
    assert parts.record("stuck").running_seconds(parts.now) == 61.0
    found = fault(parts.record("stuck"), parts.now, DutyBounds())
    assert found is not None
    assert found.code == "duty_hanging"
    hang.gate.set()
    stuck.wait()
    parts.until(lambda: parts.record("stuck").running_since is None)
    assert parts.duties.stop(WAIT) == []


def test_wake__while_a_step_runs__one_more_step_follows(hang: Hang) -> None:
    work = Work("busy")
    work.todo = hang
    parts = Parts(work)
    parts.duties.start()
    assert hang.reached.wait(WAIT)
    for _ in range(5):
        parts.wake_all()
    work.todo = lambda: None
    hang.gate.set()
    work.wait(2)
    assert parts.duties.stop(WAIT) == []
    assert work.steps == 2


def test_run__wall_clock_stands_or_is_set__duty_steps_all_the_same() -> None:
    work = Work("steady", interval=0.001)
    parts = Parts(work)
    parts.duties.start()
    for step in (0.0, -3600.0, 7200.0):
        parts.wall += step
        work.wait(5)
    assert parts.duties.stop(WAIT) == []


def test_run__step_longer_than_the_interval__is_followed_by_one_not_by_several(hang: Hang) -> None:
    work = Work("slow", interval=LONG)
    work.todo = hang
    parts = Parts(work)
    parts.duties.start()
    assert hang.reached.wait(WAIT)
    parts.waits += 10 * LONG
    work.todo = lambda: None
    hang.gate.set()
    work.wait(2)
    parts.until(lambda: parts.record("slow").running_since is None)
    assert parts.duties.stop(WAIT) == []
    assert work.steps == 2


def test_wake__name_of_no_duty__is_nothing() -> None:
    parts = Parts(Work("one"))
    parts.duties.wake("another")


def test_stop__step_that_hangs__is_left_behind_within_the_bound(hang: Hang) -> None:
    stuck, free = Work("stuck"), Work("free")
    stuck.todo = hang
    parts = Parts(stuck, free)
    parts.duties.start()
    assert hang.reached.wait(WAIT)
    free.wait()
    assert parts.duties.stop(0.01) == ["stuck"]
    parts.until(lambda: (stuck.closed, free.closed) == (1, 1))
    parts.wake_all()
    assert free.steps == 1, "nothing begins after the stop"


@pytest.mark.parametrize("error", [SignerGone("gone"), KeyError("x"), RpcUnreachable("away")])
def test_stop__step_fails_once_all_is_closed__is_neither_told_nor_an_error(
    logged: list[str], hang: Hang, error: Exception
) -> None:
    work = Work("late")

    def wait_and_fail() -> None:
        hang()
        raise error

    work.todo = wait_and_fail
    parts = Parts(work)
    parts.duties.start()
    assert hang.reached.wait(WAIT)
    assert parts.duties.stop(0.01) == ["late"]
    hang.gate.set()
    parts.until(lambda: parts.record("late").failures == 1)
    assert parts.told == []
    assert [line for line in logged if not line.startswith("DEBUG")] == []


def test_stop__duty_that_waits__is_told_to_end() -> None:
    work = Work("waiting")
    gate, reached = threading.Event(), threading.Event()

    def wait() -> None:
        reached.set()
        assert gate.wait(WAIT)

    work.todo = wait
    work.close = gate.set  # type: ignore[method-assign]
    parts = Parts(work)
    parts.duties.start()
    assert reached.wait(WAIT)
    assert parts.duties.stop(WAIT) == []


@pytest.mark.parametrize("error", [OSError("bad descriptor"), SystemExit(0), GeneratorExit()])
def test_stop__close_that_raises__others_are_closed_too(
    logged: list[str], error: BaseException
) -> None:
    one, other = Work("one"), Work("other")
    other.close = fail(error)  # type: ignore[method-assign]
    parts = Parts(one, other)
    parts.duties.start()
    assert parts.duties.stop(WAIT) == []
    parts.until(lambda: one.closed == 1)
    parts.until(lambda: "duty other cannot be closed" in "".join(logged))


def test_stop__close_that_hangs__others_are_closed_meanwhile() -> None:
    first, second = Work("first"), Work("second")
    closed, let_go = threading.Event(), threading.Event()
    first.close = closed.set  # type: ignore[method-assign]

    def hang() -> None:
        if closed.wait(WAIT):
            let_go.set()

    second.close = hang  # type: ignore[method-assign]
    parts = Parts(first, second)
    parts.duties.start()
    assert parts.duties.stop(WAIT) == []
    assert let_go.wait(WAIT)


def test_stop__never_started__is_nothing() -> None:
    parts = Parts(Work("one"))
    assert parts.duties.stop(WAIT) == []


def test_record__thread_that_died__is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work("dead")
    work.todo = fail(DatabaseFailed("x"))
    monkeypatch.setattr(threading, "excepthook", lambda args: None)

    def broken(error: Any) -> None:
        raise RuntimeError("whoever is told of it fails")

    duties = Duties((work,), broken, Clocks.of_this_machine())
    duties.start()
    work.wait()
    Parts().until(lambda: not duties.records()[0].alive)
