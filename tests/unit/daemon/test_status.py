"""What the status takes from databases that are slow, broken or fine."""

import threading

import pytest

from attestor.daemon import status
from attestor.daemon.status import FRESH_SECONDS, Answer
from attestor.errors import DatabaseBusy


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_answer__that_is_fresh__is_not_asked_for_again() -> None:
    clock, asked = Clock(), iter(range(10))
    answer = Answer(lambda: next(asked), clock)
    assert [answer.now(), answer.now()] == [0, 0]
    clock.now += FRESH_SECONDS
    assert answer.now() == 1


def test_answer__database_that_fails__leaves_the_one_before() -> None:
    clock = Clock()
    found: list[str | Exception] = ["known", DatabaseBusy("busy"), "again"]

    def ask() -> str:
        one = found.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    answer = Answer(ask, clock)
    told = []
    for _ in range(3):
        told.append(answer.now())
        clock.now += FRESH_SECONDS
    assert told == ["known", "known", "again"]


def test_answer__database_that_hangs__is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "WAIT_SECONDS", 0.0)
    going, calls = threading.Event(), []

    def ask() -> str:
        calls.append(1)
        going.wait(30)
        return "late"

    answer = Answer(ask, Clock())
    assert [answer.now(), answer.now(), answer.now()] == [None, None, None]
    assert len(calls) <= 1
    going.set()
