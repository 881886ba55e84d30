"""How often a key is in the memory of the process that holds it: once, and then not at all."""

import subprocess
import sys
from collections.abc import Iterator

import coincurve
import pytest
from measures import memory

from attestor.config import ROOT
from attestor.core.signature import address_of

SIGNATURES = 100
BODY = """
import sys
from attestor.signer.keys import Keys

keys = Keys(lambda: 1000.0)
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


class Holder:
    """A process that does with keys as it is told. What it is told, and answers, holds no key."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, "-c", BODY], stdin=pipe, stdout=pipe, cwd=ROOT, text=True
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
        """Read from outside, out of the page that is locked for it."""
        for secret in memory.locked_pages(self.pid):
            if any(secret) and address_of(coincurve.PrivateKey(secret).public_key) == signer:
                return secret
        raise AssertionError("the key is in no locked page")


@pytest.fixture
def holder() -> Iterator[Holder]:
    started = Holder()
    yield started
    started.process.kill()
    started.process.wait()


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
