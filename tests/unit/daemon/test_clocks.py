"""Clocks that are set, and machines that stand still, are noticed and blamed on nobody."""

import pytest

from attestor.core.duty import DutyBounds, DutyRecord, fault, is_past_hope
from attestor.daemon.clocks import STILL_SECONDS, Clocks, ClockWatch, WatchClock


class Hands:
    def __init__(self) -> None:
        self.wall = 1_800_000_000.0
        self.monotonic = 50.0
        self.watch = WatchClock(lambda: self.monotonic)
        self.clocks = Clocks(lambda: self.wall, lambda: self.monotonic, self.watch)

    def run(self, seconds: int) -> None:
        """The daemon reads the clock every second."""
        for _ in range(seconds):
            self.stand_still(1)
            self.watch()

    def stand_still(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += seconds


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_watch_clock__read_each_second__is_the_monotonic_clock(hands: Hands) -> None:
    began = hands.watch()
    hands.run(100)
    assert hands.watch() - began == 100
    assert hands.watch.stood_still == 0


@pytest.mark.parametrize("seconds", [STILL_SECONDS + 0.1, 600.0, 86_400.0])
def test_watch_clock__everything_stood_still__leaves_that_out(hands: Hands, seconds: float) -> None:
    began = hands.watch()
    hands.run(3)
    hands.stand_still(seconds)
    assert hands.watch() - began == pytest.approx(3)
    hands.run(4)
    assert hands.watch() - began == pytest.approx(7)


def test_step__machine_is_suspended_during_it__the_daemon_does_not_end(hands: Hands) -> None:
    record = DutyRecord("rotation", deadline=120.0).started(hands.wall, hands.watch())
    hands.run(10)
    hands.stand_still(3600)
    assert fault(record, hands.watch(), DutyBounds()) is None
    hands.run(120)
    assert fault(record, hands.watch(), DutyBounds()) is not None
    assert not is_past_hope(record, hands.watch(), DutyBounds())
    hands.run(400)
    assert is_past_hope(record, hands.watch(), DutyBounds())


def test_told__nothing_happened__is_nothing(hands: Hands) -> None:
    watch = ClockWatch(hands.clocks)
    hands.run(60)
    assert watch.told() == []


def test_told__suspended__is_said_once(hands: Hands) -> None:
    watch = ClockWatch(hands.clocks)
    hands.stand_still(90)
    assert watch.told() == ["the machine or this process stood still for 90 s"]
    hands.run(1)
    assert watch.told() == []


@pytest.mark.parametrize(
    ("step", "said"), [(-3600, ["the wall clock was set by -3600 s"]), (1, []), (30, ["by +30 s"])]
)
def test_told__wall_clock_is_set__is_said_once(hands: Hands, step: int, said: list[str]) -> None:
    watch = ClockWatch(hands.clocks)
    hands.wall += step
    hands.run(1)
    found = watch.told()
    assert len(found) == len(said)
    assert all(part in line for part, line in zip(said, found, strict=True))
    assert watch.told() == []
