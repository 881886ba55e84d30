"""Runs for several registrations: one at a time, each once, and so many in all."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest

from attestor.api.proving import Proving
from attestor.api.runs import Runs
from attestor.core.cross_check import Timing
from attestor.core.execution import Engine, stdin_sha256
from attestor.core.job import JobLimits, Work
from attestor.core.outcome import Outcome
from attestor.core.proof import Proof, SignedProof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    DaemonNotAnswering,
    EnginesDisagree,
    NoActiveSigner,
    OutcomeUnknown,
)

PROOF = Proof(
    signer=b"\x01" * 20,
    verifying_key=VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8)),
    public_values=b"v",
    digest=b"d" * 32,
    signature=b"s" * 65,
    cycles=7,
    engine=Engine.ATTESTOR,
    cross_check=Timing.NOT_NEEDED,
    outcome_mac=b"m" * 32,
)


def work(job: str, run: str = "a run") -> Work:
    return Work(job, b"elf", (b"in",), JobLimits(), run)


class Parts:
    """Doubles of signer process and daemon."""

    def __init__(self, most: int = 1, most_kept: int = 16) -> None:
        self.runs = Runs(most, most_kept)
        self.ran: list[tuple[str, str | None]] = []
        self.again: list[tuple[str, str | None, Outcome]] = []
        self.recorded: list[tuple[str, str]] = []
        self.stored: Outcome | None = None
        self.unknown = False
        self.signs = {"a": True, "b": True}
        self.at_once = self.most_at_once = 0
        self.let_run = threading.Event()
        self.let_run.set()
        self._lock = threading.Lock()

    def of(self, slot: str, alone: bool = False) -> Proving:
        me = cast(Any, self)
        same_run = None if alone else (lambda job: self.stored)
        return Proving(me, me, f"registration {slot}", slot, self.runs, same_run)

    def prove(
        self,
        job: str,
        program: bytes,
        stdin: Sequence[bytes],
        limits: JobLimits,
        slot: str,
        program_sha256: str | None,
    ) -> Proof:
        if not self.signs[slot]:
            raise NoActiveSigner("none")
        with self._lock:
            self.ran.append((job, slot))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.let_run.wait(10)
        with self._lock:
            self.at_once -= 1
        return PROOF

    def sign_again(self, job: str, outcome: Outcome, slot: str) -> Proof:
        if self.unknown:
            raise OutcomeUnknown("not mine")
        if not self.signs[slot]:
            raise NoActiveSigner("none")
        self.again.append((job, slot, outcome))
        return replace(PROOF, signature=b"t" * 65)

    def signed(self, proof: SignedProof, registration: str) -> None:
        self.recorded.append((proof.job, registration))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def test_prove__second_registration__is_signed_without_a_run() -> None:
    parts = Parts()
    parts.of("a").prove(work("job a"))
    proof = parts.of("b").prove(work("job b"))
    assert parts.ran == [("job a", "a")]
    assert [(job, slot) for job, slot, _ in parts.again] == [("job b", "b")]
    assert parts.again[0][2] == PROOF.outcome(stdin_sha256([b"in"]))
    assert proof.signature == b"t" * 65
    assert parts.recorded == [("job a", "registration a"), ("job b", "registration b")]


@pytest.mark.parametrize("daemon_answers", [True, False])
def test_prove__engines_disagree__the_daemon_is_told_before_anyone(daemon_answers: bool) -> None:
    parts, told = Parts(), []

    def disagree(*given: object, **named: object) -> Proof:
        raise EnginesDisagree("they do")

    def disagreed() -> None:
        told.append("disagreed")
        if not daemon_answers:
            raise DaemonNotAnswering("gone")

    me = cast(Any, parts)
    me.prove, me.disagreed = disagree, disagreed
    with pytest.raises(EnginesDisagree):
        parts.of("a").prove(work("job a"))
    assert told == ["disagreed"]
    assert parts.recorded == []


def test_prove__both_at_once__are_one_run() -> None:
    parts = Parts(most=2)
    parts.let_run.clear()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(parts.of("a").prove, work("job a"))
        until(lambda: parts.ran)
        second = threads.submit(parts.of("b").prove, work("job b"))
        parts.let_run.set()
        first.result(10)
        second.result(10)
    assert len(parts.ran) == 1
    assert len(parts.again) == 1


def test_prove__other_runs__are_so_many_at_once_for_all_registrations() -> None:
    parts = Parts(most=2)
    parts.let_run.clear()
    with ThreadPoolExecutor(6) as threads:
        asked = [
            threads.submit(parts.of("ab"[n % 2]).prove, work(f"job {n}", f"run {n}"))
            for n in range(6)
        ]
        until(lambda: parts.at_once == 2)
        parts.let_run.set()
        for one in asked:
            one.result(10)
    assert (len(parts.ran), parts.most_at_once) == (6, 2)


def test_prove__chain_without_a_signer__leaves_the_run_to_the_other() -> None:
    parts = Parts()
    parts.signs["a"] = False
    with pytest.raises(NoActiveSigner):
        parts.of("a").prove(work("job a"))
    assert parts.of("b").prove(work("job b"))
    assert parts.ran == [("job b", "b")]
    # What the other ran meanwhile waits for no run any more, only for its signer.
    with pytest.raises(NoActiveSigner):
        parts.of("a").prove(work("job a"))
    parts.signs["a"] = True
    parts.of("a").prove(work("job a"))
    assert len(parts.ran) == 1


def test_prove__stored_outcome__is_signed_unless_the_process_does_not_know_it() -> None:
    parts = Parts()
    parts.stored = PROOF.outcome("aa" * 32)
    parts.of("b").prove(work("job b"))
    assert (parts.ran, len(parts.again)) == ([], 1)
    parts.unknown = True
    parts.of("b").prove(work("job b"))
    assert parts.ran == [("job b", "b")]


def test_prove__one_registration__looks_for_no_other_run() -> None:
    parts = Parts()
    parts.stored = PROOF.outcome("aa" * 32)
    for _ in range(2):
        parts.of("a", alone=True).prove(work("job a"))
    assert (len(parts.ran), parts.again) == (2, [])


def test_keep__many_outcomes__the_oldest_make_room() -> None:
    runs = Runs(1, most_kept=2)
    outcome = PROOF.outcome("aa" * 32)
    for name in ("1", "2", "1", "3"):
        runs.keep(name, outcome)
    assert [runs.kept(name) is not None for name in ("1", "2", "3")] == [True, False, True]


def test_alone__nobody_is_at_it_any_more__nothing_is_remembered() -> None:
    runs = Runs(1)
    with pytest.raises(KeyError), runs.alone("a run"):
        raise KeyError
    assert runs._running == {}
