"""`attestor audit proof` and `attestor audit coverage`, over a real history."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from unit.audit.conftest import MEASUREMENT, SIGNER, TRANSACTION, path
from unit.store.test_proofs import PROOF

from attestor import cli
from attestor.core.text import checksummed, to_hex
from attestor.errors import ProofUnknown
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.proofs import Proofs

__all__ = ["path"]
ENTRY = "0x" + "ab" * 32


@pytest.fixture
def audited(path: Path) -> Path:
    store = Store.open(path)
    proofs = Proofs(store, Journal(store, lambda: 1_800_000_000.0))
    proofs.signed(replace(PROOF, signer=SIGNER).of(ENTRY, False))
    store.close()
    return path


def audit(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.group, ["audit", "--database", str(path), *arguments])


@pytest.mark.parametrize("name", [ENTRY, ENTRY.upper().replace("0X", "0x"), to_hex(PROOF.digest)])
def test_proof__by_job_or_digest__shows_all_that_it_rests_on(audited: Path, name: str) -> None:
    shown = audit(audited, "proof", name)
    assert shown.exit_code == 0, shown.output
    for value in (
        checksummed(SIGNER),
        to_hex(MEASUREMENT),
        to_hex(TRANSACTION),
        "1970-01-01T01:16:50Z",
    ):
        assert value in shown.output


def test_proof__as_json__has_one_object_per_signature(audited: Path) -> None:
    (row,) = json.loads(audit(audited, "--format", "json", "proof", ENTRY).output)
    assert (row["registration_kind"], row["block_number"], row["valid_until"]) == (
        "admission",
        9,
        4610,
    )


def test_proof__unknown__says_so(audited: Path) -> None:
    assert isinstance(audit(audited, "proof", "0x00").exception, ProofUnknown)


def test_coverage__as_table__shows_spans_and_what_the_gaps_come_to(audited: Path) -> None:
    shown = audit(audited, "coverage")
    assert shown.exit_code == 0, shown.output
    assert checksummed(SIGNER) in shown.output
    # The history's clock is ahead of this one.
    assert shown.output.endswith("no gap\n")
