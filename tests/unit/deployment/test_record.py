"""The deployment file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from attestor.core.fees import Fees
from attestor.core.transaction import Attempt, Outcome, Purpose, SignedTransaction
from attestor.deployment import record
from attestor.deployment.attempts import creation_of
from attestor.deployment.record import DeployedContract, DeploymentRecord
from attestor.errors import DeploymentFileInvalid

STANDING = DeployedContract(
    address="0x" + "ab" * 20,
    arguments=("0x01", "7"),
    code_hash="0x" + "cd" * 32,
    transaction="0x" + "ef" * 32,
    block=5,
    gas=21000,
    abi=({"type": "function", "name": "owner"},),
)
SENT = SignedTransaction(b"\x11" * 32, b"raw", b"\x09" * 20, 3, 100, Fees(30, 2))
OUT = Attempt(creation_of("MultiProof") + "0x01", Purpose.DEPLOYMENT, 1, SENT)
CALLED = Attempt("call:0x02", Purpose.DEPLOYMENT, 1, replace(SENT, raw=b""), Outcome.SUCCEEDED)
RECORD = DeploymentRecord(31337, {"TEERegistry": STANDING}, (OUT, CALLED))


def test_write__and_read__are_inverse(tmp_path: Path) -> None:
    record.write(tmp_path / "deployment.json", RECORD)
    assert record.read(tmp_path / "deployment.json") == RECORD
    assert [path.name for path in tmp_path.iterdir()] == ["deployment.json"]


def test_with_contract__attempts_of_its_creation__are_dropped() -> None:
    changed = RECORD.with_contract("MultiProof", STANDING)
    assert set(changed.contracts) == {"TEERegistry", "MultiProof"}
    assert changed.attempts == (CALLED,)


def test_address__of_a_contract_that_is_missing__names_it() -> None:
    assert RECORD.address("TEERegistry") == b"\xab" * 20
    with pytest.raises(DeploymentFileInvalid, match="no MultiProof"):
        RECORD.address("MultiProof")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "null", '{"version": 1}', '{"version": 3}', "[" * 100_000, '"x"'],
)
def test_read__no_deployment_file__is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "deployment.json"
    path.write_text(text)
    with pytest.raises(DeploymentFileInvalid, match=r"deployment\.json"):
        record.read(path)


def test_read__version_1__its_pending_transaction_is_an_attempt(tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    record.write(path, RECORD)
    content = json.loads(path.read_text())
    del content["attempts"]
    content |= {"version": 1, "pending": {"MultiProof": "0x" + "11" * 32}}
    path.write_text(json.dumps(content))
    found = record.read(path)
    assert found.contracts == RECORD.contracts
    (attempt,) = found.attempts
    assert (attempt.intent, attempt.hash) == (creation_of("MultiProof"), b"\x11" * 32)


@pytest.mark.parametrize(
    ("field", "value"),
    [("hash", "zz"), ("nonce", "x"), ("outcome", "lost"), ("raw", None), ("intent", KeyError)],
)
def test_read__attempt_malformed__is_refused(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "deployment.json"
    record.write(path, RECORD)
    content = json.loads(path.read_text())
    if value is KeyError:
        del content["attempts"][0][field]
    else:
        content["attempts"][0][field] = value
    path.write_text(json.dumps(content))
    with pytest.raises(DeploymentFileInvalid):
        record.read(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [("address", "0x12"), ("address", "zz"), ("block", "five"), ("arguments", 7), ("abi", None)],
)
def test_read__field_malformed__is_refused(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "deployment.json"
    record.write(path, RECORD)
    content = json.loads(path.read_text())
    content["contracts"]["TEERegistry"][field] = value
    path.write_text(json.dumps(content))
    with pytest.raises(DeploymentFileInvalid):
        record.read(path)


def test_read__too_long__is_not_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    with path.open("wb") as opened:
        opened.truncate(record.MAX_FILE_BYTES + 1)
    with pytest.raises(DeploymentFileInvalid, match="longer than"):
        record.read(path)


def test_read__missing__says_so(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFileInvalid, match="cannot read"):
        record.read(tmp_path / "none.json")


def test_write__folder_missing__says_so(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFileInvalid, match="cannot write"):
        record.write(tmp_path / "none" / "deployment.json", RECORD)
