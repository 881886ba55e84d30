"""The daemon's rounds, with a clock that is moved by hand."""

import threading
from pathlib import Path
from typing import Any

import pytest

from attestor.chain.collateral_store import Record, Records
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
from attestor.upkeep.loop import OFF, RETRY_SECONDS, Schedule, Upkeep

DAY = 86400
NOW = 20_718 * DAY
HOUR = 3600.0
OTHER = MachineKind(b"\x0b" * 6, "platform", "tdx")
QUOTE = SimulatedPlatform(b"upkeep loop", 31337, NOW).quote(bytes(64))


class Renewal:
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
    """An `Upkeep` with all that it touches."""

    def __init__(self, world: Any, path: Path, machines: tuple[MachineKind, ...] = ()) -> None:
        self.now = float(NOW)
        self.quote: bytes | None = QUOTE
        self.renewal = Renewal()
        self.store = Store.open(path)
        self.world = world
        self.parts: Any = (world, self, Uploads(self.store, Journal(self.store, lambda: self.now)))
        self.machines = machines
        self.upkeep = self.made(self.renewal)

    def made(self, renewal: Any) -> Upkeep:
        schedule = Schedule(HOUR, 7 * DAY)
        stop = threading.Event()
        return Upkeep(*self.parts, renewal, self.machines, schedule, lambda: self.now, stop)

    def newest_quote(self) -> bytes | None:
        return self.quote

    def events(self) -> list[str]:
        return [entry.event for entry in entries(self.store)]


@pytest.fixture
def rounds(world: Any, tmp_path: Path) -> Rounds:
    good = Record(NOW + 30 * DAY, 0)
    world.records_found = Records(good, good, good)
    return Rounds(world, tmp_path / "attestor.sqlite")


def test_step__before_the_first_quote__waits_for_it(rounds: Rounds) -> None:
    rounds.quote = None
    rounds.upkeep.step()
    assert rounds.renewal.asked == []
    assert rounds.upkeep.outlook is None
    assert rounds.upkeep.warning() is None
    rounds.quote = QUOTE
    rounds.upkeep.step()
    assert len(rounds.renewal.asked) == 1


def test_step__own_machine__is_the_one_of_the_quote(rounds: Rounds) -> None:
    rounds.upkeep.step()
    (machine,) = rounds.renewal.asked
    assert (machine.ca, machine.tee, len(machine.fmspc)) == ("platform", "tdx", 6)
    assert rounds.upkeep.outlook is not None
    assert rounds.upkeep.outlook.ends_at == NOW + 30 * DAY
    assert rounds.upkeep.warning() is None


def test_step__after_a_round__is_the_interval_later(rounds: Rounds) -> None:
    for seconds, count in ((0, 1), (HOUR - 1, 1), (1, 2), (1, 2)):
        rounds.now += seconds
        rounds.upkeep.step()
        assert len(rounds.renewal.asked) == count
        assert rounds.renewal.settled == count


def test_step__failed__is_tried_again_sooner_and_noted_once(rounds: Rounds) -> None:
    machine = rounds_machine(rounds)
    rounds.renewal.faults[machine.fmspc] = CollateralUnreachable("the PCCS is down")
    for _ in range(3):
        rounds.upkeep.step()
        rounds.now += RETRY_SECONDS
    assert len(rounds.renewal.asked) == 3
    assert rounds.upkeep.failing
    assert rounds.events() == ["upkeep_failed"]
    rounds.renewal.faults.clear()
    rounds.upkeep.step()
    assert not rounds.upkeep.failing


def test_step__failed_while_collateral_holds__warns_of_nothing(rounds: Rounds) -> None:
    machine = rounds_machine(rounds)
    rounds.renewal.faults[machine.fmspc] = CollateralUnreachable("the PCCS is down")
    rounds.upkeep.step()
    assert rounds.upkeep.warning() is None
    rounds.now = NOW + 24 * DAY
    rounds.upkeep.step()
    told = str(rounds.upkeep.warning())
    assert "on chain ends in 6.0 days" in told
    assert "the PCCS is down [collateral_unreachable]" in told


def test_step__without_the_task__looks_and_warns(rounds: Rounds) -> None:
    upkeep = rounds.made(None)
    upkeep.step()
    assert rounds.renewal.asked == []
    assert upkeep.warning() is None
    rounds.now = NOW + 23 * DAY
    assert str(upkeep.warning()).endswith(OFF)
    assert not upkeep.failing


@pytest.mark.parametrize(
    ("records", "part"),
    [
        (Records(Record(0, 0), Record(NOW, 0), Record(NOW, 0)), "PCK CA or one of its revocation"),
        (Records(Record(NOW, 0), Record(NOW, 1), Record(NOW, 0)), "TCB info"),
        (Records(Record(NOW, 0), Record(NOW, 0), Record(NOW, 1)), "QE identity"),
    ],
)
def test_step__missing_or_revoked_part__is_named(
    rounds: Rounds, records: Records, part: str
) -> None:
    rounds.world.records_found = records
    rounds.upkeep.step()
    told = str(rounds.upkeep.warning())
    assert told.startswith(f"the {part}")
    assert "missing or revoked" in told


def test_step__other_kind_of_machine_fails__own_was_served_before(
    world: Any, tmp_path: Path
) -> None:
    rounds = Rounds(world, tmp_path / "attestor.sqlite", (OTHER,))
    rounds.renewal.faults[OTHER.fmspc] = CollateralUnreachable("unknown FMSPC")
    rounds.upkeep.step()
    assert [machine == OTHER for machine in rounds.renewal.asked] == [False, True]
    assert rounds.upkeep.failing


def test_step__own_kind_fails__others_are_served_nevertheless(world: Any, tmp_path: Path) -> None:
    rounds = Rounds(world, tmp_path / "attestor.sqlite", (OTHER,))
    rounds.renewal.faults[rounds_machine(rounds).fmspc] = CollateralUnreachable("down")
    rounds.upkeep.step()
    assert rounds.renewal.asked[-1] == OTHER


def test_step__configured_machine_without_a_quote__is_served(world: Any, tmp_path: Path) -> None:
    rounds = Rounds(world, tmp_path / "attestor.sqlite", (OTHER,))
    rounds.quote = None
    rounds.upkeep.step()
    assert rounds.renewal.asked == [OTHER]
    assert rounds.upkeep.outlook is None


def test_step__node_down__is_a_failed_round(rounds: Rounds) -> None:
    rounds.world.faults["records"] = RpcUnreachable("no answer")
    rounds.upkeep.step()
    assert rounds.upkeep.failing
    assert rounds.events() == ["upkeep_failed"]


def test_step__fatal__is_raised(rounds: Rounds) -> None:
    rounds.renewal.faults[rounds_machine(rounds).fmspc] = DatabaseFailed("disk full")
    with pytest.raises(DatabaseFailed):
        rounds.upkeep.step()


def test_step__bytes_that_are_no_quote__are_a_failed_round(rounds: Rounds) -> None:
    rounds.quote = b"no quote"
    rounds.upkeep.step()
    assert rounds.upkeep.failing
    assert rounds.renewal.asked == []


def rounds_machine(rounds: Rounds) -> MachineKind:
    """The machine of the quote, as the first round asks for it."""
    probe = Renewal()
    rounds.made(probe).step()
    return probe.asked[0]
