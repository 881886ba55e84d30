"""A halt is told once, and kept."""

import threading

import pytest

from attestor.daemon.halt import Halt
from attestor.errors import DatabaseFailed, EnginesDisagree, SigningHalted


@pytest.fixture
def told() -> list[SigningHalted]:
    return []


def test_halt__twice__first_reason_stays_and_is_told_once(told: list[SigningHalted]) -> None:
    halt = Halt(told.append)
    assert halt.reason is None
    halt.halt("job a: cycles")
    halt.halt("job b: exit code")
    assert halt.reason == "job a: cycles"
    assert [error.code for error in told] == ["signing_halted"]


def test_halt__by_many_threads__is_told_once(told: list[SigningHalted]) -> None:
    halt, together = Halt(told.append), threading.Barrier(8)

    def run(number: int) -> None:
        together.wait(10)
        halt.halt(f"reason {number}")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(told) == 1


@pytest.mark.parametrize("error", [EnginesDisagree("cycles"), SigningHalted("halted")])
def test_takes__engines_disagree__halts_instead_of_ending(
    told: list[SigningHalted], error: EnginesDisagree | SigningHalted
) -> None:
    halt = Halt(told.append)
    assert halt.takes(error)
    assert halt.reason == error.message


def test_takes__any_other_error__is_not_its_business(told: list[SigningHalted]) -> None:
    halt = Halt(told.append)
    assert not halt.takes(DatabaseFailed("disk I/O error"))
    assert halt.reason is None
    assert told == []
