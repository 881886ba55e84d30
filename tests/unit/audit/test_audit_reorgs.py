"""A reorganization does not make honest history a fault, and excuses nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from unit.audit.conftest import MEASUREMENT, SIGNER, TRANSACTION, event, tamper

from attestor.audit import registrations, verify
from attestor.core.blocks import Block
from attestor.core.registration import Registration
from attestor.core.text import to_hex
from attestor.core.transaction import Receipt
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import Journal, entries
from attestor.store.transactions import Transactions

pytestmark = pytest.mark.slow

HEAD = Block(12, b"\x12" * 32, b"\x11" * 32, 1060)
MINED_AGAIN = Receipt(TRANSACTION, 11, b"\x1b" * 32, True, 91, 3)
ELSEWHERE: dict[str, object] = {"valid_until": 4634, "block_number": 11}
MISSING = f"registration of {to_hex(SIGNER)}: the registry has no such event"
ENDS_OTHERWISE = "valid_until is 4610, the registry says 4634"


class Daemon:
    """What it notes as the chain is reorganized."""

    def __init__(self, path: Path) -> None:
        self.store = Store.open(path)
        journal = Journal(self.store, lambda: 1_800_000_100.0)
        self.history = History(self.store, journal)
        self.transactions = Transactions(self.store, journal)

    def loses(self) -> None:
        self.history.paused(SIGNER, "reorged out", HEAD)
        self.history.reorged(TRANSACTION, HEAD)

    def finds_it_again(self) -> None:
        self.transactions.mined(MINED_AGAIN)

    def resumes(self, valid_until: int = 4634) -> None:
        self.history.resumed(SIGNER, HEAD, Registration(1034, valid_until, MEASUREMENT))

    def faults(self, *changes: dict[str, object], hash_at: bytes | None = None) -> list[str]:
        events = [event(**change) for change in changes]
        asked = (lambda number: hash_at) if hash_at is not None else None
        assert verify.journal_faults(self.store) == []
        assert verify.table_faults(self.store) == []
        return registrations.chain_faults(self.store, events, asked)


@pytest.fixture
def daemon(path: Path) -> Daemon:
    return Daemon(path)


def test_chain_faults__lost_mined_elsewhere_and_resumed__is_sound(daemon: Daemon) -> None:
    daemon.loses()
    daemon.finds_it_again()
    daemon.resumes()
    assert daemon.faults(ELSEWHERE) == []


def test_chain_faults__resumed_with_another_end_than_the_chains__is_named(daemon: Daemon) -> None:
    daemon.loses()
    daemon.finds_it_again()
    daemon.resumes(valid_until=9999)
    (fault,) = daemon.faults(ELSEWHERE)
    assert "valid_until is 9999, the registry says 4634" in fault


def test_chain_faults__mined_elsewhere_after_the_signer_was_given_up__is_sound(
    daemon: Daemon,
) -> None:
    daemon.loses()
    daemon.history.retired(SIGNER, "replaced")
    daemon.finds_it_again()
    assert daemon.faults(ELSEWHERE) == []


def test_chain_faults__lost_and_never_mined_again__is_sound(daemon: Daemon) -> None:
    daemon.loses()
    daemon.history.retired(SIGNER, "its key went with the signer process")
    assert daemon.faults() == []
    assert daemon.faults(ELSEWHERE) == [], "nor is it one when nobody was there to see it"


def test_chain_faults__mined_elsewhere_between_two_looks__is_sound(daemon: Daemon) -> None:
    daemon.finds_it_again()
    assert daemon.faults(ELSEWHERE) == []


def test_chain_faults__lost_mined_again_and_then_missing__is_named(daemon: Daemon) -> None:
    daemon.loses()
    daemon.finds_it_again()
    assert daemon.faults() == [MISSING]


def test_chain_faults__mined_again_but_reverted__may_be_missing(daemon: Daemon) -> None:
    daemon.loses()
    daemon.transactions.mined(Receipt(TRANSACTION, 11, b"\x1b" * 32, False, 91, 3))
    assert daemon.faults() == []


def test_chain_faults__other_difference_of_a_reorged_registration__is_named(
    daemon: Daemon,
) -> None:
    daemon.loses()
    daemon.finds_it_again()
    daemon.resumes()
    (fault,) = daemon.faults({**ELSEWHERE, "reference_block": 8})
    assert "reference_block is 7, the registry says 8" in fault


def test_looked_again__receipt_was_a_lie__registration_names_the_block_that_it_is_in(
    daemon: Daemon,
) -> None:
    daemon.finds_it_again()
    daemon.transactions.looked_again(TRANSACTION)
    daemon.transactions.looked_again(TRANSACTION)
    (row,) = daemon.store.rows("SELECT block_number, block_hash FROM registrations")
    assert row == {"block_number": 11, "block_hash": to_hex(MINED_AGAIN.block_hash)}
    assert [entry.event for entry in entries(daemon.store)].count("registration_corrected") == 1
    assert daemon.faults(ELSEWHERE) == []


def test_looked_again__history_is_right__journals_nothing(daemon: Daemon) -> None:
    before = len(list(entries(daemon.store)))
    daemon.transactions.looked_again(TRANSACTION)
    assert len(list(entries(daemon.store))) == before


def test_unmined__registration_that_another_sent__names_no_block(daemon: Daemon) -> None:
    daemon.transactions.unmined(TRANSACTION)
    daemon.transactions.looked_again(TRANSACTION)
    (row,) = daemon.store.rows("SELECT block_number, block_hash FROM registrations")
    assert row == {"block_number": None, "block_hash": None}
    assert daemon.faults({}) == []


@pytest.mark.parametrize(
    ("stands", "expected"),
    [(b"\x77" * 32, []), (b"\x09" * 32, [MISSING])],
    ids=["its block was replaced", "its block is on the chain"],
)
def test_chain_faults__reorganized_while_no_daemon_looked__is_told_by_the_blocks_hash(
    daemon: Daemon, stands: bytes, expected: list[str]
) -> None:
    assert daemon.faults(hash_at=stands) == expected
    ends = daemon.faults(ELSEWHERE, hash_at=stands)
    assert len(ends) == len(expected)
    assert all(ENDS_OTHERWISE in fault for fault in ends)


def test_chain_faults__chain_is_shorter_than_the_history__is_no_excuse(daemon: Daemon) -> None:
    asked: Callable[[int], bytes | None] = lambda number: None  # noqa: E731
    assert registrations.chain_faults(daemon.store, [], asked) == [MISSING]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE pauses SET reason = 'x'", "pauses row 7: reason is 'x'"),
        ("UPDATE pauses SET resumed_block = 99", "pauses row 7: resumed_block is (99"),
        ("DELETE FROM pauses", "pauses row 7 is missing"),
        ("UPDATE reorged_registrations SET block_number = 1", "block_number is 1"),
        ("DELETE FROM reorged_registrations", "reorged_registrations row 8 is missing"),
        ("UPDATE transactions SET block_number = 9", "block_number is 9, the journal says 11"),
        ("UPDATE registrations SET valid_until = 4610", "the journal says 4634"),
        ("UPDATE registrations SET vouched_block = 1", "vouched_block is 1"),
    ],
)
def test_table_faults__what_a_reorg_did_is_changed__is_named(
    daemon: Daemon, path: Path, sql: str, said: str
) -> None:
    daemon.loses()
    daemon.finds_it_again()
    daemon.resumes()
    daemon.store.close()
    found = verify.table_faults(tamper(path, sql))
    assert any(said in fault for fault in found), found


def test_table_faults__lost_but_called_mined__is_named(daemon: Daemon, path: Path) -> None:
    daemon.loses()
    daemon.store.close()
    found = verify.table_faults(tamper(path, "UPDATE transactions SET outcome = 'succeeded'"))
    assert any("outcome is 'succeeded', the journal says" in fault for fault in found), found
