"""The audit finds what was changed behind the daemon's back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from unit.audit.conftest import SIGNER, STRANGER, TRANSACTION, event, tamper

from attestor.audit import registrations, report, verify
from attestor.core.cross_check import CrossCheckVerdict, Finding, Timing
from attestor.core.execution import Engine
from attestor.core.proof import Proof
from attestor.core.registration import RegistrationEvent
from attestor.core.text import to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.proofs import Proofs

pytestmark = pytest.mark.slow


def test_verify__untouched__is_sound(path: Path) -> None:
    store = Store.open_to_read(path)
    assert verify.journal_faults(store) == []
    assert verify.table_faults(store) == []
    assert registrations.chain_faults(store, [event(), event(signer=STRANGER, valid_until=1)]) == []
    assert len(verify.journal_tip(store)) == 32


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE quotes SET measurement = '0x00'", "quotes row .*: measurement is '0x00'"),
        ("UPDATE quotes SET reference_block = 8", "reference_block is 8, the journal says 7"),
        ("UPDATE quotes SET raw = x'00'", "raw bytes do not hash to it"),
        ("UPDATE quotes SET simulated = 0", "simulated is 0, the journal says 1"),
        ("UPDATE transactions SET gas_used = 1", "gas_used is 1, the journal says 90"),
        ("UPDATE transactions SET outcome = 'reverted'", "outcome is 'reverted'"),
        ("UPDATE registrations SET valid_until = 9999", "valid_until is 9999"),
        ("DELETE FROM registrations", "registrations row .* is missing, journal entry 6"),
        ("DELETE FROM signers", "signers row .* is missing, journal entry 1"),
        (
            "INSERT INTO signers (address, created_at, stage) VALUES ('0xff', 'x', 'retired')",
            "signers row 0xff has no journal entry",
        ),
    ],
)
def test_table_faults__row_changed__is_named(path: Path, sql: str, said: str) -> None:
    found = verify.table_faults(tamper(path, sql))
    assert any(re.search(said, fault) for fault in found), found


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET evidence = '{}' WHERE sequence = 2",
        "UPDATE journal SET at = 'x' WHERE sequence = 1",
        "UPDATE journal SET signer = NULL WHERE sequence = 3",
        "DELETE FROM journal WHERE sequence = 3",
    ],
)
def test_journal_faults__entry_changed__is_found(path: Path, sql: str) -> None:
    assert verify.journal_faults(tamper(path, sql))


def test_journal_faults__end_cut_off__shows_in_the_tables(path: Path) -> None:
    store = tamper(path, "DELETE FROM journal WHERE sequence = 6")
    assert verify.journal_faults(store) == []
    assert any("has no journal entry" in fault for fault in verify.table_faults(store))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"signed_hash": b"\x01" * 32}, "sent_hash is 0x"),
        ({"measurement": b"\x01" * 32}, "measurement is 0x"),
        ({"reference_block": 8}, "reference_block is 7, the registry says 8"),
        ({"reference_hash": b"\x01" * 32}, "reference_block_hash is"),
        ({"valid_until": 4611}, "valid_until is 4610, the registry says 4611"),
    ],
)
def test_chain_faults__registry_differs__is_named(
    path: Path, change: dict[str, object], said: str
) -> None:
    found = registrations.chain_faults(Store.open_to_read(path), [event(**change)])
    assert len(found) == 1
    assert said in found[0]


def test_chain_faults__registry_knows_nothing__is_named(path: Path) -> None:
    found = registrations.chain_faults(Store.open_to_read(path), [event(signer=STRANGER)])
    assert found == [f"registration of {to_hex(SIGNER)}: the registry has no such event"]


def test_registration_events__long_history__is_asked_for_in_ranges(path: Path) -> None:
    asked: list[tuple[int, int]] = []

    def fetch(first: int, last: int) -> list[RegistrationEvent]:
        asked.append((first, last))
        return [event(block_number=first)]

    found = registrations.registration_events(Store.open_to_read(path), 4500, fetch)
    assert asked == [(7, 2006), (2007, 4006), (4007, 4500)]
    assert len(found) == 3


def test_registration_events__empty_history__asks_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "new.sqlite")
    assert registrations.registration_events(store, 10, lambda first, last: [event()]) == []


RENDER: list[Callable[[list[dict[str, object]]], str]] = [
    report.as_table,
    report.as_json,
    report.as_csv,
]


@pytest.mark.parametrize("render", RENDER, ids=lambda render: render.__name__)
def test_report__each_form__shows_the_registration(
    path: Path, render: Callable[[list[dict[str, object]]], str]
) -> None:
    text = render(report.history(Store.open_to_read(path)))
    assert "0x01010101" in text
    assert "active" in text
    assert "4610" in text


@pytest.mark.parametrize("render", RENDER, ids=lambda render: render.__name__)
def test_report__nothing_yet__is_not_an_error(
    tmp_path: Path, render: Callable[[list[dict[str, object]]], str]
) -> None:
    assert isinstance(render(report.history(Store.open(tmp_path / "new.sqlite"))), str)


def test_report__json_and_csv__give_hashes_whole(path: Path) -> None:
    rows = report.history(Store.open_to_read(path))
    assert to_hex(TRANSACTION) in report.as_json(rows)
    assert to_hex(TRANSACTION) in report.as_csv(rows)
    assert to_hex(TRANSACTION) not in report.as_table(rows)


def keep_sampled_proof(path: Path) -> None:
    store = Store.open(path)
    key = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
    proof = Proof(SIGNER, key, b"v", b"d", b"s", 9, Engine.ATTESTOR, Timing.AFTER)
    Proofs(store, Journal(store, lambda: 1_800_000_001.0)).signed(proof.of("a"))
    store.close()


def test_table_faults__finding_that_is_journaled__is_sound(path: Path) -> None:
    keep_sampled_proof(path)
    store = Store.open(path)
    assert verify.table_faults(store) == []
    Proofs(store, Journal(store, lambda: 0.0)).confirm(
        "a", CrossCheckVerdict(Finding.INCONCLUSIVE, "slow")
    )
    assert verify.table_faults(store) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE proofs SET finding = 'agreed'", "finding 'agreed' has no journal entry"),
        ("UPDATE proofs SET finding = NULL", "finding None has no journal entry"),
        ("UPDATE proofs SET cross_check = 'before'", "cross_check is 'before', the journal"),
        ("UPDATE proofs SET engine = 'sp1-portable'", "engine is 'sp1-portable'"),
    ],
)
def test_table_faults__what_was_checked_is_embellished__is_named(
    path: Path, sql: str, said: str
) -> None:
    keep_sampled_proof(path)
    found = verify.table_faults(tamper(path, sql))
    assert any(said in fault for fault in found), found
