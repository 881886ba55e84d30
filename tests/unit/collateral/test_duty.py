"""The daemon's rounds, with a clock that is moved by hand."""

import threading
from pathlib import Path
from typing import Any

import pytest

from attestor.chain.collateral_store import CollateralRecord, CollateralRecords
from attestor.collateral.duty import OFF, RETRY_SECONDS, CollateralDuty, Schedule
from attestor.errors import (
    AttestorError,
    CollateralUnreachable,
    DatabaseFailed,
    RpcUnreachable,
)
from attestor.quote.collateral import MachineKind
from attestor.quote.simulated import SimulatedPlatform
from attestor.store.database import Store
from attestor.store.journal import Journal, entries
from attestor.store.uploads import Uploads

DAY = 86400
NOW = 20_718 * DAY
HOUR = 3600.0
OTHER = MachineKind(b"\x0b" * 6, "platform", "tdx")
QUOTE = SimulatedPlatform(b"collateral loop", 31337, NOW).quote(bytes(64))


class CollateralRefresher:
    """Notes for which kinds of machine it was asked; fails where it is told to."""

    def __init__(self) -> None:
        self.asked: list[MachineKind] = []
        self.settled = 0
        self.faults: dict[bytes, AttestorError] = {}

    def settle(self) -> None:
        self.settled += 1

    def run(self, machine: MachineKind) -> None:
        self.asked.append(machine)
        if machine.fmspc in self.faults:
            raise self.faults[machine.fmspc]


class Rounds:
    """An `CollateralDuty` with all that it touches."""

    def __init__(self, world: Any, path: Path, machines: tuple[MachineKind, ...] = ()) -> None:
        self.now = float(NOW)
        self.quote: bytes | None = QUOTE
        self.refresher = CollateralRefresher()
        self.store = Store.open(path)
        self.world = world
        self.set_by = 0
        self.parts: tuple[Any, Any, Uploads] = (
            world,
            self,
            Uploads(self.store, Journal(self.store, lambda: self.now)),
        )
        self.machines = machines
        self.collateral = self.made(self.refresher)

    def made(
        self, refresher: Any, interval: float = HOUR, stop: threading.Event | None = None
    ) -> CollateralDuty:
        schedule = Schedule(interval, 7 * DAY)
        stop = stop or threading.Event()
        clocks = lambda: self.now, stop, lambda: self.now + self.set_by
        return CollateralDuty(*self.parts, refresher, self.machines, schedule, *clocks)

    def set_wall_clock(self, seconds: int) -> None:
        self.now += seconds
        self.set_by -= seconds

    def newest_quote(self) -> bytes | None:
        return self.quote

    def events(self) -> list[str]:
        return [entry.event for entry in entries(self.store)]


@pytest.fixture
def rounds(world: Any, tmp_path: Path) -> Rounds:
    good = CollateralRecord(NOW + 30 * DAY, 0)
    world.records_found = CollateralRecords(good, good, good)
    return Rounds(world, tmp_path / "attestor.sqlite")


def test_step__before_the_first_quote__waits_for_it(rounds: Rounds) -> None:
    rounds.quote = None
    rounds.collateral.step()
    assert rounds.refresher.asked == []
    assert rounds.collateral.expiry is None
    assert rounds.collateral.warning() is None
    rounds.quote = QUOTE
    rounds.collateral.step()
    assert len(rounds.refresher.asked) == 1


def test_step__own_machine__is_the_one_of_the_quote(rounds: Rounds) -> None:
    rounds.collateral.step()
    (machine,) = rounds.refresher.asked
    assert (machine.ca, machine.tee, len(machine.fmspc)) == ("platform", "tdx", 6)
    assert rounds.collateral.expiry is not None
    assert rounds.collateral.expiry.ends_at == NOW + 30 * DAY
    assert rounds.collateral.warning() is None


def test_step__after_a_round__is_the_interval_later(rounds: Rounds) -> None:
    for seconds, count in ((0, 1), (HOUR - 1, 1), (1, 2), (1, 2)):
        rounds.now += seconds
        rounds.collateral.step()
        assert len(rounds.refresher.asked) == count
        assert rounds.refresher.settled == count


@pytest.mark.parametrize("step", [-30 * DAY, 30 * DAY])
def test_step__wall_clock_is_set__rounds_are_neither_put_off_nor_hurried(
    rounds: Rounds, step: int
) -> None:
    rounds.collateral.step()
    rounds.set_wall_clock(step)
    for seconds, count in ((HOUR - 1, 1), (1, 2)):
        rounds.now += seconds
        rounds.collateral.step()
        assert len(rounds.refresher.asked) == count


def test_close__round_that_waits__is_told_to_end(rounds: Rounds) -> None:
    stop = threading.Event()
    rounds.made(rounds.refresher, stop=stop).close()
    assert stop.is_set()


@pytest.mark.parametrize(("interval", "tick"), [(HOUR, 10.0), (2.0, 2.0)])
def test_interval__asks_more_often_than_rounds_are(
    rounds: Rounds, interval: float, tick: float
) -> None:
    assert rounds.made(rounds.refresher, interval).interval == tick


def test_step__failed__is_tried_again_sooner_and_noted_once(rounds: Rounds) -> None:
    machine = rounds_machine(rounds)
    rounds.refresher.faults[machine.fmspc] = CollateralUnreachable("the PCCS is down")
    for _ in range(3):
        rounds.collateral.step()
        rounds.now += RETRY_SECONDS
    assert len(rounds.refresher.asked) == 3
    assert rounds.collateral.failing
    assert rounds.events() == ["collateral_failed"]
    rounds.refresher.faults.clear()
    rounds.collateral.step()
    assert not rounds.collateral.failing


def test_step__failed_while_collateral_holds__warns_of_nothing(rounds: Rounds) -> None:
    machine = rounds_machine(rounds)
    rounds.refresher.faults[machine.fmspc] = CollateralUnreachable("the PCCS is down")
    rounds.collateral.step()
    assert rounds.collateral.warning() is None
    rounds.now = NOW + 24 * DAY
    rounds.collateral.step()
    told = str(rounds.collateral.warning())
    assert "on chain expires in 6.0 days" in told
    assert "the PCCS is down [collateral_unreachable]" in told


def test_step__without_the_task__looks_and_warns(rounds: Rounds) -> None:
    collateral = rounds.made(None)
    collateral.step()
    assert rounds.refresher.asked == []
    assert collateral.warning() is None
    rounds.now = NOW + 23 * DAY
    assert str(collateral.warning()).endswith(OFF)
    assert not collateral.failing


@pytest.mark.parametrize(
    ("records", "part"),
    [
        (
            CollateralRecords(
                CollateralRecord(0, 0), CollateralRecord(NOW, 0), CollateralRecord(NOW, 0)
            ),
            "PCK CA or one of its revocation",
        ),
        (
            CollateralRecords(
                CollateralRecord(NOW, 0), CollateralRecord(NOW, 1), CollateralRecord(NOW, 0)
            ),
            "TCB info",
        ),
        (
            CollateralRecords(
                CollateralRecord(NOW, 0), CollateralRecord(NOW, 0), CollateralRecord(NOW, 1)
            ),
            "QE identity",
        ),
    ],
)
def test_step__missing_or_revoked_part__is_named(
    rounds: Rounds, records: CollateralRecords, part: str
) -> None:
    rounds.world.records_found = records
    rounds.collateral.step()
    told = str(rounds.collateral.warning())
    assert told.startswith(f"the {part}")
    assert "missing or revoked" in told


def test_step__other_kind_of_machine_fails__own_was_served_before(
    world: Any, tmp_path: Path
) -> None:
    rounds = Rounds(world, tmp_path / "attestor.sqlite", (OTHER,))
    rounds.refresher.faults[OTHER.fmspc] = CollateralUnreachable("unknown FMSPC")
    rounds.collateral.step()
    assert [machine == OTHER for machine in rounds.refresher.asked] == [False, True]
    assert rounds.collateral.failing


def test_step__own_kind_fails__others_are_served_nevertheless(world: Any, tmp_path: Path) -> None:
    rounds = Rounds(world, tmp_path / "attestor.sqlite", (OTHER,))
    rounds.refresher.faults[rounds_machine(rounds).fmspc] = CollateralUnreachable("down")
    rounds.collateral.step()
    assert rounds.refresher.asked[-1] == OTHER


def test_step__configured_machine_without_a_quote__is_served(world: Any, tmp_path: Path) -> None:
    rounds = Rounds(world, tmp_path / "attestor.sqlite", (OTHER,))
    rounds.quote = None
    rounds.collateral.step()
    assert rounds.refresher.asked == [OTHER]
    assert rounds.collateral.expiry is None


def test_step__node_down__is_a_failed_round(rounds: Rounds) -> None:
    rounds.world.faults["records"] = RpcUnreachable("no answer")
    rounds.collateral.step()
    assert rounds.collateral.failing
    assert rounds.events() == ["collateral_failed"]


def test_step__fatal__is_raised(rounds: Rounds) -> None:
    rounds.refresher.faults[rounds_machine(rounds).fmspc] = DatabaseFailed("disk full")
    with pytest.raises(DatabaseFailed):
        rounds.collateral.step()


def test_step__bytes_that_are_no_quote__are_a_failed_round(rounds: Rounds) -> None:
    rounds.quote = b"no quote"
    rounds.collateral.step()
    assert rounds.collateral.failing
    assert rounds.refresher.asked == []


def rounds_machine(rounds: Rounds) -> MachineKind:
    """The machine of the quote, as the first round asks for it."""
    probe = CollateralRefresher()
    rounds.made(probe).step()
    return probe.asked[0]


def test_ends_at__quote_of_our_machine__is_the_first_end_on_chain_as_of_now(rounds: Rounds) -> None:
    assert rounds.collateral.ends_at(QUOTE) == NOW + 30 * DAY
    good, soon = CollateralRecord(NOW + 30 * DAY, 0), CollateralRecord(NOW + 60, 0)
    rounds.world.records_found = CollateralRecords(good, soon, good)
    assert rounds.collateral.ends_at(QUOTE) == NOW + 60


def test_ends_at__some_of_it_is_missing_or_nobody_answers__is_not_known(rounds: Rounds) -> None:
    good = CollateralRecord(NOW + 30 * DAY, 0)
    rounds.world.records_found = CollateralRecords(good, CollateralRecord(0, 0), good)
    assert rounds.collateral.ends_at(QUOTE) is None
    assert rounds.collateral.ends_at(b"no quote") is None
