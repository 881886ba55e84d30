"""The six verbs: what the signer process refuses to be talked into."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from attestor.core.cross_check import CrossCheckPolicy
from attestor.core.eip712 import Domain
from attestor.core.execution import Engine, Execution, Limits, stdin_sha256
from attestor.core.frame import Frame
from attestor.core.legacy_message import LegacyMessage
from attestor.core.possession import Possession
from attestor.core.report_data import Binding, Layout, Purpose
from attestor.core.signature import recover
from attestor.core.statement import Statement
from attestor.core.text import from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    GuestFailed,
    NoActiveSigner,
    ProgramInvalid,
    PublicValuesMismatch,
    RequestInvalid,
    SignerUnknown,
)
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.keys import Keys
from attestor.signer.verbs import SignerService

ELF = (Path(__file__).parents[3] / "guests" / "elf" / "fibonacci.elf").read_bytes()
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
BINDING = Binding(31337, b"\x77" * 20, Layout.ATTESTOR)
BLOCK_HASH = b"\xbb" * 32
LATER = 10_000
PORTABLE = Engine.SP1_PORTABLE


class Provider:
    name = "made-up"
    simulated = True

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def quote(self, bound: bytes) -> bytes:
        self.asked.append(bound)
        return b"quote of " + bound


class Executor:
    """Gives what it is told to, and counts."""

    def __init__(self) -> None:
        values = b"\x0a"
        self.result = Execution(values, 0, 99, hashlib.sha256(values).digest(), PORTABLE)
        self.keys_computed = 0
        self.runs: list[tuple[bytes, tuple[bytes, ...]]] = []

    def verifying_key(self, program: bytes, limits: Limits) -> VerifyingKey:
        self.keys_computed += 1
        return KEY

    def execute(
        self, program: bytes, stdin: Sequence[bytes], limits: Limits, engine: Engine
    ) -> Execution:
        self.runs.append((program, tuple(stdin)))
        return self.result


class Parts:
    def __init__(self) -> None:
        self.keys = Keys(lambda: 1000.0)
        self.provider = Provider()
        self.executor: Any = Executor()
        cross_checker = CrossChecker(
            self.keys, self.executor, Limits(), CrossCheckPolicy(), lambda: 0.5
        )
        self.service = SignerService(
            self.keys, self.provider, BINDING, self.executor, Limits(), PORTABLE, cross_checker
        )

    def ask(self, verb: str, *blobs: bytes, **arguments: Any) -> Frame:
        if verb == "prove":
            arguments["job"] = "a job"
        return self.service.handle(Frame({"verb": verb, **arguments}, blobs))

    def activate(self) -> bytes:
        signer = from_hex(self.ask("new_key").header["address"])
        self.ask("activate", address=to_hex(signer), valid_until=LATER)
        return signer


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_new_key__answer__holds_an_address_and_nothing_else(parts: Parts) -> None:
    answer = parts.ask("new_key")
    assert set(answer.header) == {"address"}
    assert answer.blobs == ()
    assert len(from_hex(answer.header["address"])) == 20


def test_new_key__buckets__one_of_them(parts: Parts) -> None:
    answer = parts.ask("new_key", buckets=hex(0xFF << 512))
    assert 512 <= int(answer.header["address"], 16) % 1024 < 520


def test_quote__for_a_renewal__is_tagged_so(parts: Parts) -> None:
    signer = from_hex(parts.ask("new_key").header["address"])
    asked = {"address": to_hex(signer), "block_number": 7, "block_hash": to_hex(BLOCK_HASH)}
    answer = parts.ask("quote", **asked, deadline=2000, purpose="renewal")
    bound = BINDING.encode(signer, 7, BLOCK_HASH, Purpose.RENEWAL)
    assert answer.blobs == (b"quote of " + bound,)
    with pytest.raises(RequestInvalid):
        parts.ask("quote", **asked, deadline=2000, purpose="anything else")


def test_quote__own_key__binds_what_was_asked(parts: Parts) -> None:
    signer = from_hex(parts.ask("new_key").header["address"])
    answer = parts.ask(
        "quote",
        address=to_hex(signer),
        block_number=7,
        block_hash=to_hex(BLOCK_HASH),
        deadline=2000,
    )
    assert answer.blobs == (b"quote of " + BINDING.encode(signer, 7, BLOCK_HASH),)
    possession = from_hex(answer.header.pop("possession"))
    assert answer.header == {"provider": "made-up", "simulated": True}
    digest = Possession(signer, 7, 2000, keep_key=True).digest(
        Domain(BINDING.chain_id, BINDING.registry)
    )
    assert recover(digest, possession) == signer


def test_quote__foreign_key__is_refused_before_the_platform_is_asked(parts: Parts) -> None:
    with pytest.raises(SignerUnknown):
        parts.ask(
            "quote",
            address="0x" + "11" * 20,
            block_number=7,
            block_hash=to_hex(BLOCK_HASH),
            deadline=2000,
        )
    assert parts.provider.asked == []


def test_prove__program__is_run_and_signed(parts: Parts) -> None:
    signer = parts.activate()
    answer = parts.ask("prove", ELF, b"one", b"two")
    assert parts.executor.runs == [(ELF, (b"one", b"two"))]
    statement = LegacyMessage(KEY.vk_hash_bytes, answer.blobs[0])
    assert answer.header["signer"] == to_hex(signer)
    assert from_hex(answer.header["digest"]) == statement.digest
    assert recover(statement.digest, from_hex(answer.header["signature"])) == signer
    assert answer.header["words"] == list(KEY.words)


def test_prove__same_program_again__computes_its_key_once(parts: Parts) -> None:
    parts.activate()
    parts.ask("prove", ELF)
    parts.ask("prove", ELF)
    assert parts.executor.keys_computed == 1
    assert len(parts.executor.runs) == 2


def test_prove__many_programs__forgets_the_oldest_key(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attestor.signer.verbs.CACHED_VERIFYING_KEYS", 1)
    parts.activate()
    other = ELF + b"\0" * 8
    for program in (ELF, other, ELF):
        parts.ask("prove", program)
    assert parts.executor.keys_computed == 3


def test_prove__nobody_active__is_refused_before_anything_runs(parts: Parts) -> None:
    parts.ask("new_key")
    with pytest.raises(NoActiveSigner):
        parts.ask("prove", ELF)
    assert parts.executor.runs == []
    assert parts.executor.keys_computed == 0


def test_prove__not_an_elf__never_reaches_a_child(parts: Parts) -> None:
    parts.activate()
    with pytest.raises(ProgramInvalid):
        parts.ask("prove", b"#!/bin/sh")
    assert parts.executor.runs == []


@pytest.mark.parametrize("code", [1, 3, 255])
def test_prove__guest_failed__nothing_is_signed(parts: Parts, code: int) -> None:
    parts.activate()
    good = parts.executor.result
    parts.executor.result = Execution(good.public_values, code, 1, good.digest, PORTABLE)
    with pytest.raises(GuestFailed, match=f"exit code {code}"):
        parts.ask("prove", ELF)


def test_prove__other_digest_committed__nothing_is_signed(parts: Parts) -> None:
    parts.activate()
    parts.executor.result = Execution(b"\x0a", 0, 1, bytes(32), PORTABLE)
    with pytest.raises(PublicValuesMismatch):
        parts.ask("prove", ELF)


def test_retire__active__stops_proofs(parts: Parts) -> None:
    signer = parts.activate()
    parts.ask("retire", address=to_hex(signer))
    with pytest.raises(NoActiveSigner):
        parts.ask("prove", ELF)


def test_status__tells_addresses_and_no_key(parts: Parts) -> None:
    signer = parts.activate()
    header = parts.ask("status").header
    assert header == {
        "addresses": [to_hex(signer)],
        "active": to_hex(signer),
        "halted": None,
        "provider": "made-up",
        "simulated": True,
    }


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("sign", {}),
        ("export", {}),
        (None, {}),
        ("quote", {}),
        ("quote", {"address": "zz", "block_number": 1, "block_hash": "0x"}),
        ("quote", {"address": 5, "block_number": 1, "block_hash": "0x"}),
        ("activate", {"address": "0x11"}),
        ("retire", {}),
    ],
)
def test_handle__malformed_request__is_a_typed_refusal(
    parts: Parts, verb: Any, arguments: dict[str, Any]
) -> None:
    with pytest.raises((RequestInvalid, SignerUnknown)):
        parts.service.handle(Frame({"verb": verb, **arguments}))


def test_prove__without_program__is_a_typed_refusal(parts: Parts) -> None:
    parts.activate()
    with pytest.raises((RequestInvalid, ProgramInvalid)):
        parts.ask("prove")


def test_prove__for_a_multiproof__signs_the_typed_statement_too(parts: Parts) -> None:
    domain = Domain(31337, b"\x55" * 20)
    cross_checker = CrossChecker(
        parts.keys, parts.executor, Limits(), CrossCheckPolicy(), lambda: 0.5
    )
    parts.service = SignerService(
        parts.keys,
        parts.provider,
        BINDING,
        parts.executor,
        Limits(),
        PORTABLE,
        cross_checker,
        domain,
    )
    signer = parts.activate()
    told = parts.ask("prove", ELF, b"in").header["statement"]
    assert (told["contract"], told["expires_at"]) == ("0x" + "55" * 20, LATER)
    statement = Statement(
        program_vkey=KEY.program_vkey,
        public_values_hash=hashlib.sha256(parts.executor.result.public_values).digest(),
        exit_code=0,
        stdin_hash=bytes.fromhex(stdin_sha256([b"in"])),
        circuit_version="v6.1.0",
        expires_at=LATER,
    )
    assert recover(statement.digest(domain), from_hex(told["signature"])) == signer


def test_prove__without_a_multiproof__signs_one_form_alone(parts: Parts) -> None:
    parts.activate()
    assert parts.ask("prove", ELF, b"in").header["statement"] is None
