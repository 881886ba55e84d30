"""Signers for several registries in one process: no key serves for another registry than its
slot's, and one run is signed in each."""

from typing import Any, cast

import pytest
from unit.signer.workloads.test_sp1 import ELF, Executor

from attestor.core.cross_check import CrossCheckPolicy
from attestor.core.eip712 import Domain
from attestor.core.execution import Engine, Limits, stdin_sha256
from attestor.core.frame import Frame
from attestor.core.report_data import Binding, Layout
from attestor.core.signature import recover
from attestor.core.text import from_hex, to_hex
from attestor.errors import (
    NoActiveSigner,
    OutcomeUnknown,
    RequestInvalid,
    SignerUnknown,
    SigningHalted,
)
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.keys import Keys
from attestor.signer.service import SignerService
from attestor.signer.slots import Slot, Slots
from attestor.signer.workloads.sp1 import Sp1Workload

LATER = 10_000
NAMES = ("a", "b")
BINDINGS = {
    "a": Binding(31337, b"\x0a" * 20, Layout.ATTESTOR),
    "b": Binding(31338, b"\x0b" * 20, Layout.ATTESTOR),
}
CONTRACT = b"\x55" * 20


class Provider:
    name = "made-up"
    simulated = True

    def quote(self, bound: bytes) -> bytes:
        return bound


class Parts:
    """Two slots over one workload; the signers of both are active."""

    def __init__(self, policy: CrossCheckPolicy | None = None) -> None:
        self.keys = {name: Keys(lambda: 1000.0) for name in NAMES}
        self.slots = Slots(
            {name: Slot(self.keys[name], Provider(), BINDINGS[name]) for name in NAMES}
        )
        self.executor = Executor()
        executor = cast(Any, self.executor)
        self.checker = CrossChecker(
            self.slots.halt, executor, Limits(), policy or CrossCheckPolicy(), lambda: 0.5
        )
        domains = {name: Domain(BINDINGS[name].chain_id, CONTRACT) for name in NAMES}
        workload = Sp1Workload(executor, Limits(), Engine.SP1_PORTABLE, self.checker, domains)
        self.service = SignerService(self.slots, workload)
        self.signers = {name: self._activated(name) for name in NAMES}

    def _activated(self, name: str) -> bytes:
        signer = self.keys[name].create()
        self.keys[name].lease(1000, 1e6)
        self.keys[name].activate(signer, LATER)
        return signer

    def ask(self, verb: str, *blobs: bytes, **header: Any) -> Frame:
        return self.service.handle(Frame({"verb": verb, "job": "a job", **header}, blobs))

    def prove(self, slot: str, **header: Any) -> Frame:
        return self.ask("prove", ELF, b"in", slot=slot, **header)

    def sign_again(self, slot: str, answer: Frame, **header: Any) -> Frame:
        names = ("words", "cycles", "engine", "cross_check", "executor")
        outcome = {name: answer.header[name] for name in names}
        outcome |= {"stdin_sha256": stdin_sha256([b"in"]), "mac": answer.header["outcome_mac"]}
        return self.ask("sign_again", answer.blobs[0], slot=slot, outcome=outcome, **header)


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.mark.parametrize("slot", NAMES)
def test_prove__slot__is_signed_by_its_signer_for_its_contract(parts: Parts, slot: str) -> None:
    header = parts.prove(slot).header
    digest, signature = from_hex(header["digest"]), from_hex(header["signature"])
    assert recover(digest, signature) == parts.signers[slot] == from_hex(header["signer"])


def test_prove__no_slot__is_the_first_one(parts: Parts) -> None:
    assert from_hex(parts.ask("prove", ELF, b"in").header["signer"]) == parts.signers["a"]


def test_sign_again__run_of_another_slot__is_signed_without_a_run(parts: Parts) -> None:
    first = parts.prove("a")
    ran = len(parts.executor.runs)
    again = parts.sign_again("b", first)
    assert len(parts.executor.runs) == ran
    assert from_hex(again.header["signer"]) == parts.signers["b"]
    assert again.header["digest"] == first.header["digest"]
    statements = [answer.header["statement"]["signature"] for answer in (first, again)]
    assert statements[0] != statements[1]


def test_sign_again__slot_without_a_signer__raises_and_the_other_still_signs(parts: Parts) -> None:
    first = parts.prove("a")
    parts.keys["b"].pause(parts.signers["b"])
    with pytest.raises(NoActiveSigner):
        parts.sign_again("b", first)
    assert parts.sign_again("a", first)


def test_sign_again__run_of_another_process__is_not_known_in_any_slot(parts: Parts) -> None:
    with pytest.raises(OutcomeUnknown):
        parts.sign_again("b", Parts().prove("b"))


@pytest.mark.parametrize("verb", ["quote", "activate", "possess"])
def test_ask__key_of_another_slot__is_not_there(parts: Parts, verb: str) -> None:
    """A daemon that lies cannot have a key of one chain quoted or used for another."""
    arguments = {
        "address": to_hex(parts.signers["a"]),
        "block_number": 7,
        "block_hash": "0x" + "bb" * 32,
        "template": "0x" + "cc" * 20,
        "deadline": 1,
        "valid_until": LATER,
    }
    with pytest.raises(SignerUnknown):
        parts.ask(verb, slot="b", **arguments)
    assert parts.keys["b"].active() == parts.signers["b"]


def test_quote__slot__binds_its_own_registry(parts: Parts) -> None:
    quotes = {}
    for name, signer in parts.signers.items():
        asked = {"block_number": 7, "block_hash": "0x" + "bb" * 32}
        answer = parts.ask("quote", slot=name, address=to_hex(signer), **asked)
        assert answer.blobs[0] == BINDINGS[name].encode(signer, 7, b"\xbb" * 32)
        quotes[name] = answer.blobs[0]
    assert quotes["a"] != quotes["b"]


def test_retire__one_slot__leaves_the_other(parts: Parts) -> None:
    parts.ask("retire", slot="a", address=to_hex(parts.signers["b"]))
    assert parts.keys["b"].active() == parts.signers["b"]
    parts.ask("retire", slot="a", address=to_hex(parts.signers["a"]))
    assert parts.ask("status", slot="a").header["addresses"] == []
    assert parts.ask("status", slot="b").header["addresses"] == [to_hex(parts.signers["b"])]


def test_halt__any_slot__destroys_the_keys_of_all(parts: Parts) -> None:
    parts.slots.halt("the engines disagree")
    for name in NAMES:
        assert parts.keys[name].addresses() == []
        with pytest.raises(SigningHalted):
            parts.prove(name)


@pytest.mark.parametrize("slot", ["c", "", None, 1, ["a"]])
def test_ask__slot_that_does_not_exist__is_refused(parts: Parts, slot: Any) -> None:
    with pytest.raises(RequestInvalid):
        parts.ask("new_key", slot=slot)
