"""The deployment file as a log of transactions."""

from pathlib import Path

import pytest

from attestor.core.fees import Fees
from attestor.core.transaction import Intent, Outcome, Purpose, Receipt, SignedTransaction
from attestor.deployment import record
from attestor.deployment.log import DeploymentLog
from attestor.errors import DeploymentRefused

PAYER = b"\x09" * 20
INTENT = Intent(Purpose.DEPLOYMENT, "call:0x01")


def signed(number: int) -> SignedTransaction:
    return SignedTransaction(bytes([number]) * 32, b"raw", PAYER, 3, 100, Fees(30 * number, 2))


def test_signed__is_in_the_file_before_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    DeploymentLog(path, 1).signed(INTENT, signed(1))
    again = DeploymentLog(path, 1)
    again.signed(INTENT, signed(2))
    found = DeploymentLog(path, 1)
    assert [one.transaction for one in found.attempts(INTENT.name)] == [signed(1), signed(2)]
    assert [one.number for one in found.pending(PAYER)] == [1, 2]
    assert found.pending(b"\x08" * 20) == []


def test_settled__outcome_is_kept_and_the_bytes_are_not(tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    log = DeploymentLog(path, 1)
    log.signed(INTENT, signed(1))
    log.signed(INTENT, signed(2))
    log.mined(Receipt(signed(2).hash, 8, b"\x08" * 32, False, 90, 7))
    log.replaced(signed(1).hash)
    found = DeploymentLog(path, 1).attempts(INTENT.name)
    assert [one.outcome for one in found] == [Outcome.REPLACED, Outcome.REVERTED]
    assert [one.transaction.raw for one in found] == [b"", b""]


def test_mined__transaction_of_somebody_else__file_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    DeploymentLog(path, 1).mined(Receipt(b"\x07" * 32, 8, b"\x08" * 32, True, 90, 7))
    assert not path.exists()


def test_open__file_of_another_chain__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    record.write(path, record.DeploymentRecord(5))
    with pytest.raises(DeploymentRefused, match="is of chain 5, the node is on 1"):
        DeploymentLog(path, 1)


def test_open__no_path__keeps_no_file() -> None:
    log = DeploymentLog(None, 1)
    log.signed(INTENT, signed(1))
    assert len(log.attempts(INTENT.name)) == 1
