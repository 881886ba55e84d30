"""How often a key is in the memory of the process that holds it: once, and then not at all."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coincurve
import pytest
from eth_account import Account
from measures import memory

from attestor.config import ROOT
from attestor.core.execution import stdin_sha256
from attestor.core.outcome import Outcome
from attestor.core.proof import Proof
from attestor.core.signature import address_of
from attestor.hardening import process
from attestor.programs import elf, fibonacci
from attestor.signer.client import SignerProcess
from attestor.signer.settings import SignerSettings

SIGNATURES = 100
PROOFS = 10
SYS_PTRACE = 19
"""A capability's number (linux/capability.h)."""
SETTINGS = SignerSettings(
    chain_id=31337,
    registry="0x" + "77" * 20,
    layout="attestor",
    multiproof="0x" + "88" * 20,
    provider="simulated",
    simulation_seed="test",
    executor_directory=str(ROOT / "executor" / "target" / "release"),
    workers=2,
    wall_seconds=60.0,
    cpu_seconds=60,
    memory_bytes=4 << 30,
    public_values_bytes=1 << 16,
    cycles=1 << 40,
    engine="attestor",
    cross_check_within_budget="never",
    cross_check_beyond_budget="never",
    cross_check_budget_cycles=0,
    cross_check_sample_rate=0.0,
)
KEYS = """
import sys
from attestor.signer.keys import Keys

keys = Keys(lambda: 1000.0)
keys.lease(1000, 1e6)
commands = {
    "create": lambda: keys.create(),
    "search": lambda: keys.create(sum(1 << bit for bit in range(0, 1024, 64))),
    "activate": lambda signer: keys.activate(bytes.fromhex(signer), 9000) or b"",
    "sign": lambda digest: keys.sign(bytes.fromhex(digest))[1],
    "sign_for": lambda signer, digest: keys.sign_for(bytes.fromhex(signer), bytes.fromhex(digest)),
    "retire": lambda signer: keys.retire(bytes.fromhex(signer)) or b"",
    "halt": lambda: keys.halt("a reason") or b"",
}
for line in sys.stdin:
    name, *arguments = line.split()
    print(commands[name](*arguments).hex(), flush=True)
"""


PAYER = """
import sys
from attestor.core.payer_source import PayerSource
from attestor.transactions.payers import load_payer

for line in sys.stdin:
    files = dict(part.split("=") for part in line.split())
    source = PayerSource(**files)
    account = load_payer(source, str)
    for nonce in range(100):
        account.sign_transaction({
            "chainId": 1, "nonce": nonce, "gas": 50000, "value": 0, "data": b"data",
            "maxFeePerGas": 10**9, "maxPriorityFeePerGas": 1, "to": account.address,
        })
    print(account.address[2:], flush=True)
"""


class Holder:
    """A process that does with keys as it is told. What it is told, and answers, holds no key."""

    def __init__(self, body: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, "-c", body], stdin=pipe, stdout=pipe, cwd=ROOT, text=True
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def ask(self, *command: str) -> bytes:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(*command, file=self.process.stdin, flush=True)
        return bytes.fromhex(self.process.stdout.readline())

    def secret_of(self, signer: bytes) -> bytes:
        return secret_of(self.pid, signer)

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


def secret_of(pid: int, signer: bytes) -> bytes:
    """Read from outside, out of the page that is locked for it."""
    for secret in memory.locked_pages(pid):
        if any(secret) and address_of(coincurve.PrivateKey(secret).public_key) == signer:
            return secret
    raise AssertionError("the key is in no locked page")


@pytest.fixture
def holder() -> Iterator[Holder]:
    started = Holder(KEYS)
    yield started
    started.stop()


@pytest.mark.parametrize("command", ["create", "search"])
def test_copies__of_a_key_that_signs__is_one(holder: Holder, command: str) -> None:
    signer = holder.ask(command)
    holder.ask("activate", signer.hex())
    secret = holder.secret_of(signer)
    nonces: dict[str, bytes] = {}
    for number in range(SIGNATURES):
        digest = number.to_bytes(32, "little")
        nonces = {}
        for way in (("sign",), ("sign_for", signer.hex())):
            signature = holder.ask(*way, digest.hex())
            nonces |= memory.nonces(secret, digest, signature)

    assert memory.occurrences(holder.pid, memory.forms(secret)) == ["big-endian"]
    assert sorted(memory.occurrences(holder.pid, memory.parts(secret))) == ["high", "low"]
    assert memory.occurrences(holder.pid, nonces) == []


@pytest.mark.parametrize("end", ["retire", "halt"])
def test_copies__of_a_key_that_was_destroyed__are_none(holder: Holder, end: str) -> None:
    signer = holder.ask("create")
    holder.ask("activate", signer.hex())
    secret = holder.secret_of(signer)
    for number in range(SIGNATURES):
        holder.ask("sign", number.to_bytes(32, "little").hex())
    holder.ask(end, *([signer.hex()] if end == "retire" else []))

    assert memory.occurrences(holder.pid, memory.forms(secret)) == []
    assert memory.occurrences(holder.pid, memory.parts(secret)) == []
    assert memory.locked_pages(holder.pid) == []


def test_copies__of_keys_that_a_search_passed_over__are_none(holder: Holder) -> None:
    """All that a search leaves is its last key: one page."""
    holder.ask("search")

    assert len(memory.locked_pages(holder.pid)) == 1


def payer_files(folder: Path, form: str, secret: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    """What holds a key in that form, and what must not be in memory afterwards."""

    def write(name: str, text: str) -> str:
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        return str(path)

    if form == "key":
        return {"key_file": write("payer.key", f"0x{secret.hex()}\n")}, {}
    if form == "environment":
        text = f"OTHER=1\nATTESTOR_PAYER_KEY=0x{secret.hex()}\n"
        return {"environment_file": write("payer.env", text)}, {}
    password = coincurve.PrivateKey().secret.hex()
    kdf: Any = form
    keystore: Any = Account.encrypt(secret, password, kdf=kdf, iterations=4)
    files = {
        "keystore_file": write("payer.json", json.dumps(keystore)),
        "keystore_password_file": write("password", password + "\n"),
    }
    derived = derived_key(keystore["crypto"], password.encode())
    return files, {"password": password.encode(), "derived": derived[:16]}


def derived_key(crypto: Any, password: bytes) -> bytes:
    """What encrypts the key."""
    given = crypto["kdfparams"]
    salt = bytes.fromhex(given["salt"])
    if crypto["kdf"] == "pbkdf2":
        return hashlib.pbkdf2_hmac("sha256", password, salt, given["c"], 32)
    return hashlib.scrypt(password, salt=salt, n=given["n"], r=given["r"], p=given["p"], dklen=32)


@pytest.mark.parametrize("form", ["key", "environment", "scrypt", "pbkdf2"])
def test_copies__of_the_payers_key__is_one(tmp_path: Path, form: str) -> None:
    """Its file is read into locked memory too, which is given back; so are a keystore's password
    and what is derived from it."""
    key = coincurve.PrivateKey()
    files, forbidden = payer_files(tmp_path, form, key.secret)
    holder = Holder(PAYER)
    try:
        command = [f"{name}={path}" for name, path in files.items()]
        assert holder.ask(*command) == address_of(key.public_key)

        assert memory.occurrences(holder.pid, memory.forms(key.secret)) == ["big-endian"]
        assert sorted(memory.occurrences(holder.pid, memory.parts(key.secret))) == ["high", "low"]
        assert memory.occurrences(holder.pid, forbidden) == []
        assert len(memory.locked_pages(holder.pid)) == 1
    finally:
        holder.stop()


def test_copies__in_the_signer_process__is_one_until_it_is_retired() -> None:
    """The real process, which others of its user cannot read: that takes root."""
    if not process.holds(SYS_PTRACE):
        pytest.skip("needs CAP_SYS_PTRACE")
    later = int(time.time()) + 3600
    signer = SignerProcess(SETTINGS)
    try:
        address, pid = signer.new_key(buckets=0xFF), signer._process.pid
        secret = secret_of(pid, address)
        signer.quote(address, 7, b"\xbb" * 32)
        signer.possession(address, 7, b"\xcc" * 20, later)
        signer.activate(address, later)
        signer.lease(int(time.time()), 600.0)
        for number in range(PROOFS):
            signer.prove("job", elf(fibonacci.NAME), fibonacci.stdin(number))
        assert memory.occurrences(pid, memory.forms(secret)) == ["big-endian"]
        assert sorted(memory.occurrences(pid, memory.parts(secret))) == ["high", "low"]

        signer.retire(address)
        assert memory.occurrences(pid, memory.forms(secret)) == []
        assert memory.occurrences(pid, memory.parts(secret)) == []
    finally:
        signer.close()


def test_copies__of_the_key_that_marks_outcomes__is_one_that_is_locked() -> None:
    """Whoever had it could have the signer process sign what it never ran."""
    if not process.holds(SYS_PTRACE):
        pytest.skip("needs CAP_SYS_PTRACE")
    later = int(time.time()) + 3600
    signer = SignerProcess(SETTINGS)
    try:
        signer.started()
        pid = signer._process.pid
        pages = memory.locked_pages(pid)
        address = signer.new_key()
        signer.activate(address, later)
        signer.lease(int(time.time()), 600.0)
        stdin = fibonacci.stdin(7)
        for _ in range(PROOFS):
            proof = signer.prove("job", elf(fibonacci.NAME), stdin)
            signer.sign_again("job", outcome_of(proof, stdin))

        (key,) = [page for page in pages if outcome_of(proof, stdin).is_marked_by(page)]
        assert memory.occurrences(pid, memory.forms(key)) == ["big-endian"]
        assert sorted(memory.occurrences(pid, memory.parts(key))) == ["high", "low"]
    finally:
        signer.close()


def outcome_of(proof: Proof, stdin: list[bytes]) -> Outcome:
    return Outcome(
        proof.verifying_key.words,
        stdin_sha256(stdin),
        proof.public_values,
        proof.cycles,
        proof.engine,
        proof.cross_check,
        proof.executor,
        proof.outcome_mac,
    )
