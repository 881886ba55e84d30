"""Policy events are noted once, with who and when; a node that lies or lags changes nothing."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak
from loguru import logger

from attestor.audit import policy, verify
from attestor.core.block_ranges import LOG_RANGE
from attestor.core.blocks import Block, BlockWindow
from attestor.core.registration import PolicyEvent
from attestor.core.text import to_hex
from attestor.daemon.policy_events import STEPS_TO_LOOK_BACK, PolicyEventsDuty
from attestor.errors import DatabaseFailed, RpcAnswerInvalid, RpcError
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.policy_events import PolicyEvents

pytestmark = pytest.mark.slow

REGISTRY, OWNER = b"\x11" * 20, b"\x22" * 20
CONFIRMATIONS = 2


class Chain:
    """Node and registry in one: blocks of a fork each, with events in some of them."""

    def __init__(self) -> None:
        self.head_number = 10
        self.forks: dict[int, str] = {}
        self.events: dict[tuple[int, str], list[str]] = {}
        self.asked: list[tuple[int, int]] = []
        self.fault: Exception | None = None
        self.widest = LOG_RANGE
        self.hidden = False

    def hash_of(self, number: int) -> bytes:
        return keccak(text=f"{number} {self.forks.get(number, '')}")

    def head(self) -> Block:
        return self.block(self.head_number)

    def block(self, number: int) -> Block:
        if number > self.head_number:
            raise RpcAnswerInvalid("there is no such block")
        return Block(number, self.hash_of(number), bytes(32), 1000 + number)

    def window(self, blocks: int = 300) -> BlockWindow:
        """The newest blocks, whose headers tell of their events."""
        numbers = range(max(0, self.head_number + 1 - blocks), self.head_number + 1)
        found = [replace(self.block(n), parent_hash=self.hash_of(n - 1)) for n in numbers]
        return BlockWindow(tuple(replace(b, logs_bloom=self._bloom(b.number)) for b in found))

    def _bloom(self, number: int) -> int:
        return int((number, self.forks.get(number, "")) in self.events)

    def may_have_policy_events(self, block: Block) -> bool:
        return block.may_log(1)

    def sender(self, transaction_hash: bytes, block_hash: bytes) -> bytes:
        return OWNER

    def emit(self, number: int, *names: str) -> None:
        self.events[number, self.forks.get(number, "")] = list(names)

    def policy_events(self, first: int, last: int) -> list[PolicyEvent]:
        self.asked.append((first, last))
        if self.fault is not None:
            raise self.fault
        if last - first >= self.widest:
            raise RpcError("block range too large")
        return [] if self.hidden else list(self._events(first, last))

    def confirmed_policy_events(self, first: int, last: int) -> list[PolicyEvent]:
        return self.policy_events(first, last)

    def _events(self, first: int, last: int) -> Iterator[PolicyEvent]:
        for (number, fork), names in sorted(self.events.items()):
            if first <= number <= last and self.forks.get(number, "") == fork:
                for index, name in enumerate(names):
                    told: dict[str, object] = {
                        "by": to_hex(OWNER),
                        "reason": "a\nleak",
                        "platform": b"\x01" * 32,
                    }
                    transaction = keccak(text=f"{number}{name}")
                    yield PolicyEvent(name, told, number, transaction, self.hash_of(number), index)


class World:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.chain = Chain()
        self.store = Store.open(path)
        self.duty = self.restarted()

    def restarted(
        self, first: int = 0, window: Callable[[], BlockWindow] = BlockWindow
    ) -> PolicyEventsDuty:
        journal = Journal(self.store, lambda: 1_800_000_000.0)
        noted = PolicyEvents(self.store, journal, REGISTRY)
        chain: Any = self.chain
        return PolicyEventsDuty(chain, chain, noted, first, CONFIRMATIONS, window)

    def step(self, head: int | None = None) -> None:
        self.chain.head_number = head or self.chain.head_number
        self.duty.step()
        assert verify.journal_faults(self.store) == []
        assert verify.table_faults(self.store) == []

    def standing(self) -> list[tuple[int, str]]:
        return [(r["block_number"], r["name"]) for r in self.rows() if r["reorged_at"] is None]

    def rows(self) -> list[dict[str, Any]]:
        return policy.rows(self.store)

    def faults(self) -> list[str]:
        return policy.chain_faults(self.store, REGISTRY, self.chain.policy_events)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "a.sqlite")


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    found: list[str] = []
    sink = logger.add(found.append, format="{message}", level="WARNING")
    yield found
    logger.remove(sink)


def test_step__events__are_noted_with_sender_time_and_arguments(world: World) -> None:
    world.chain.emit(3, "MeasurementAllowed", "Paused")
    world.step()
    first, second = world.rows()
    assert (first["name"], second["name"]) == ("MeasurementAllowed", "Paused")
    assert first["sender"] == to_hex(OWNER)
    assert first["block_timestamp"] == 1003
    assert first["block_hash"] == to_hex(world.chain.hash_of(3))
    assert (first["registry"], second["log_index"]) == (to_hex(REGISTRY), 1)
    assert '"platform":"0x0101' in first["arguments"]
    assert world.faults() == []


def test_step__same_blocks_again_and_after_a_restart__notes_nothing_twice(world: World) -> None:
    world.chain.emit(3, "Paused", "Paused")
    world.step()
    world.duty = world.restarted()
    world.step(head=12)
    assert world.standing() == [(3, "Paused"), (3, "Paused")]
    assert world.chain.asked == [(0, 9), (0, 11)]


def test_step__no_new_block__asks_for_no_events(world: World) -> None:
    world.step()
    world.step()
    assert world.chain.asked == [(0, 9)]


def test_step__not_confirmed_yet__waits(world: World) -> None:
    world.chain.emit(10, "Paused")
    world.step(head=10)
    assert world.standing() == []
    world.step(head=11)
    assert world.standing() == [(10, "Paused")]


def test_step__block_replaced__event_stays_and_is_marked(world: World, warnings: list[str]) -> None:
    world.chain.emit(8, "Paused")
    world.step()
    world.chain.forks[8] = "other"
    world.chain.emit(8, "Unpaused")
    world.step(head=11)
    assert world.standing() == [(8, "Unpaused")]
    assert [row["name"] for row in world.rows()] == ["Paused", "Unpaused"]
    assert "was replaced" in "".join(warnings)
    assert world.faults() == []
    del world.chain.forks[8]
    world.step(head=12)
    assert world.standing() == [(8, "Paused")]
    assert world.faults() == []


def test_step__headers_show_no_event__no_node_is_asked(world: World) -> None:
    world.duty = world.restarted(window=world.chain.window)
    for head in (10, 20, 299):
        world.step(head=head)
    assert world.chain.asked == []
    world.chain.emit(301, "Paused")
    world.step(head=302)
    assert world.standing() == [(301, "Paused")]
    assert world.chain.asked == [(235, 301)]


def test_step__headers_of_some_blocks_are_not_known__a_node_is_asked(world: World) -> None:
    world.duty = world.restarted(window=lambda: world.chain.window(5))
    world.chain.emit(3, "Paused")
    world.step()
    assert world.standing() == [(3, "Paused")]


def test_step__block_replaced_by_one_without_events__is_marked_all_the_same(world: World) -> None:
    world.duty = world.restarted(window=world.chain.window)
    world.chain.emit(8, "Paused")
    world.step()
    world.chain.forks[8] = "other"
    world.step(head=11)
    assert world.standing() == []
    assert len(world.rows()) == 1


def test_step__node_leaves_an_event_out__nothing_changes(world: World, warnings: list[str]) -> None:
    world.chain.emit(8, "Paused")
    world.step()
    world.chain.hidden = True
    world.step(head=11)
    world.step(head=12)
    assert world.standing() == [(8, "Paused")]
    assert len(warnings) == 1
    assert "are not those of its block" in warnings[0]
    assert PolicyEvents(world.store, Journal(world.store, float), REGISTRY).read_to(0) == 9


def test_step__event_of_a_block_that_is_not_on_the_chain__is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.chain.emit(8, "Paused")
    real = world.chain.policy_events
    forged = lambda *blocks: [replace(e, block_hash=b"\x66" * 32) for e in real(*blocks)]  # noqa: E731
    monkeypatch.setattr(world.chain, "policy_events", forged)
    world.step()
    assert world.rows() == []
    monkeypatch.undo()
    world.step(head=11)
    assert world.standing() == [(8, "Paused")]


def test_step__event_came_late__is_found_when_its_block_is_read_again(world: World) -> None:
    world.step()
    world.chain.emit(5, "Paused")
    world.step(head=11)
    assert world.standing() == [(5, "Paused")]


def test_step__best_endpoint_leaves_an_event_out__that_of_the_others_is_noted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.chain.emit(8, "Paused")
    real = world.chain.policy_events
    monkeypatch.setattr(world.chain, "policy_events", lambda first, last: [])
    monkeypatch.setattr(world.chain, "confirmed_policy_events", real)
    world.step()
    assert world.standing() == [(8, "Paused")]


@pytest.mark.parametrize("widest", [200, LOG_RANGE])
def test_step__event_left_out_for_longer_than_blocks_are_read_again__is_found_later(
    world: World, widest: int
) -> None:
    world.chain.widest = widest
    world.chain.emit(150, "Paused")
    world.chain.hidden = True
    for head in range(150, 320):
        world.step(head=head)
    world.chain.hidden = False
    for head in range(320, 320 + STEPS_TO_LOOK_BACK):
        world.step(head=head)
    assert world.standing() == [(150, "Paused")]


@pytest.mark.parametrize("widest", [1, 7, 500])
def test_step__node_takes_short_ranges_only__all_is_read_all_the_same(
    world: World, widest: int
) -> None:
    world.chain.widest = widest
    world.chain.emit(3, "Paused")
    world.chain.emit(90, "Unpaused")
    for head in range(100, 140):
        world.step(head=head)
    assert world.standing() == [(3, "Paused"), (90, "Unpaused")]


def test_step__starts_earlier_than_before__reads_the_blocks_before_too(world: World) -> None:
    world.chain.emit(3, "Paused")
    world.duty = world.restarted(first=6)
    world.step()
    assert world.standing() == []
    world.duty = world.restarted(first=2)
    world.step()
    assert world.standing() == [(3, "Paused")]
    assert policy.reads(world.store)[0].startswith(
        f"registry {to_hex(REGISTRY)}: read from block 2 to 9"
    )


def test_step__fatal_error__is_raised(world: World) -> None:
    world.chain.fault = DatabaseFailed("the disk is full")
    with pytest.raises(DatabaseFailed):
        world.duty.step()


def test_step__closed__asks_no_further(world: World) -> None:
    world.duty.close()
    world.duty.step()
    assert world.chain.asked == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE policy_events SET name = 'Unpaused'", "name is 'Unpaused'"),
        ("UPDATE policy_events SET sender = '0x'", "sender is '0x'"),
        ("UPDATE policy_events SET arguments = '{}'", "arguments is '{}'"),
        ("UPDATE policy_events SET block_timestamp = 1", "block_timestamp is 1"),
        ("UPDATE policy_events SET reorged_at = 'x'", "the journal says not reorged"),
        ("DELETE FROM policy_events", "is missing, journal entry 1 made it"),
    ],
)
def test_table_faults__policy_event_changed__is_named(world: World, sql: str, said: str) -> None:
    world.chain.emit(3, "Paused")
    world.step()
    world.store.close()
    connection = sqlite3.connect(world.path)
    connection.execute(sql)
    connection.commit()
    connection.close()
    found = verify.table_faults(Store.open_to_read(world.path))
    assert any(said in fault for fault in found), found


def test_table_faults__mark_taken_off__is_named(world: World) -> None:
    world.chain.emit(8, "Paused")
    world.step()
    world.chain.forks[8] = "other"
    world.step(head=11)
    with world.store.transaction():
        world.store.tables.execute("UPDATE policy_events SET reorged_at = NULL")
    assert any("the journal says reorged" in f for f in verify.table_faults(world.store))


def test_chain_faults__chain_and_database_differ__each_is_named(world: World) -> None:
    world.chain.emit(3, "Paused")
    world.chain.emit(4, "Unpaused")
    world.step()
    world.chain.events.pop((4, ""))
    world.chain.emit(5, "EpochRaised")
    found = world.faults()
    assert len(found) == 2
    assert "(EpochRaised in block 5): the database does not have it" in found[0]
    assert "(Unpaused in block 4): not on the chain" in found[1]
    world.chain.emit(3, "GuardianChanged")
    assert any("name is 'Paused', the chain says 'GuardianChanged'" in f for f in world.faults())


def test_chain_faults__marked_but_on_the_chain__is_named(world: World) -> None:
    world.chain.emit(8, "Paused")
    world.step()
    world.chain.forks[8] = "other"
    world.step(head=11)
    del world.chain.forks[8]
    assert any("marked as replaced, but it is on the chain" in f for f in world.faults())


def test_as_table__text_that_looks_like_a_line__is_quoted(world: World) -> None:
    world.chain.emit(3, "PlatformRevoked")
    world.step()
    (line,) = policy.as_table(world.rows()).splitlines()
    assert line.startswith("3  1970-01-01T00:16:43+00:00  0x")
    assert f"from {to_hex(OWNER)}  PlatformRevoked" in line
    assert "reason 'a\\nleak'" in line
