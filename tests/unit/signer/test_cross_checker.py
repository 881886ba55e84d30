"""SP1's engine beside ours: what is signed, what is not, and what stops it all."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attestor.core.cross_check import (
    CrossChecked,
    CrossCheckPolicy,
    CrossCheckVerdict,
    Disagreement,
    Finding,
    Mode,
)
from attestor.core.execution import Engine, Execution, Limits
from attestor.core.frame import Frame
from attestor.core.report_data import Binding, Layout
from attestor.core.text import from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    AttestorError,
    CrossCheckLimit,
    EnginesDisagree,
    ExecutionMemoryLimit,
    ExecutionTimeLimit,
    ExecutorCrashed,
    GuestFailed,
    GuestFault,
    NoActiveSigner,
    SigningHalted,
)
from attestor.executor.sealed_memory import SealedBytes
from attestor.signer import cross_checker as module
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.keys import Keys
from attestor.signer.service import SignerService
from attestor.signer.slots import Slot, Slots
from attestor.signer.workloads.sp1 import Sp1Workload

ELF = (Path(__file__).parents[3] / "guests" / "elf" / "fibonacci.elf").read_bytes()
VALUES = b"\x0a"
OURS = Execution(VALUES, 0, 100, hashlib.sha256(VALUES).digest(), Engine.ATTESTOR)
BEFORE = CrossCheckPolicy(Mode.ALWAYS, Mode.ALWAYS)
AFTER = CrossCheckPolicy(Mode.SAMPLE, Mode.SAMPLE, sample_rate=1.0)
NEVER = CrossCheckPolicy(Mode.NEVER, Mode.NEVER)


class Engines:
    """Ours gives `ours`; SP1's gives `theirs`, or raises it, or does it. So does its JIT by `jit`,
    where it is built."""

    def __init__(self) -> None:
        self.ours = OURS
        self.theirs: Execution | Exception | Callable[[], Execution] = replace(
            OURS, engine=Engine.SP1_PORTABLE
        )
        self.jit: Execution | Exception | Callable[[], Execution] | None = None
        self.ran: list[tuple[Engine, Limits]] = []

    @property
    def has_jit(self) -> bool:
        return self.jit is not None

    def verifying_key(self, program: bytes, limits: Limits) -> VerifyingKey:
        return VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))

    def execute(
        self,
        program: bytes,
        stdin: Sequence[bytes],
        limits: Limits,
        engine: Engine,
        *,
        cross_check: bool = False,
        wait: bool = True,
        sealed: SealedBytes | None = None,
    ) -> Execution:
        assert cross_check is (engine is not Engine.ATTESTOR)
        assert wait is (limits.stop is None) or engine is Engine.ATTESTOR
        self.ran.append((engine, limits))
        if engine is Engine.ATTESTOR:
            return self.ours
        answer = self.theirs if engine is Engine.SP1_PORTABLE else self.jit
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        return answer if isinstance(answer, Execution) else answer()

    @property
    def order(self) -> list[Engine]:
        return [engine for engine, _ in self.ran]


def untyped(double: object) -> Any:
    """A double, where the type checker wants the class that it stands in for."""
    return double


class Signer:
    """The signer process's parts, by hand."""

    def __init__(self, policy: CrossCheckPolicy) -> None:
        self.engines = untyped(Engines())
        self.keys = Keys(lambda: 1000.0)
        self.keys.lease(1000, 1e6)
        limits = Limits(wall_seconds=7)
        self.cross_checker = CrossChecker(self.keys.halt, self.engines, limits, policy, lambda: 0.5)
        workload = Sp1Workload(self.engines, limits, Engine.ATTESTOR, self.cross_checker)
        provider: Any = type("Provider", (), {"name": "made-up", "simulated": True})()
        binding = Binding(31337, b"\x77" * 20, Layout.ATTESTOR)
        self.service = SignerService(Slots({"": Slot(self.keys, provider, binding)}), workload)
        self.address = from_hex(self.ask("new_key").header["address"])
        self.ask("activate", address=to_hex(self.address), valid_until=10_000)

    def ask(self, verb: str, *blobs: bytes, **arguments: Any) -> Frame:
        return self.service.handle(Frame({"verb": verb, **arguments}, blobs))

    def prove(self, job: str = "job-1") -> Frame:
        return self.ask("prove", ELF, b"in", job=job)

    def require_halted(self) -> None:
        """Nothing whatsoever is signed any more, and the state says so."""
        for verb, arguments in (
            ("new_key", {}),
            ("activate", {"address": to_hex(self.address), "valid_until": 10_000}),
        ):
            with pytest.raises(SigningHalted):
                self.ask(verb, **arguments)
        with pytest.raises(SigningHalted):
            self.prove("another")
        status = self.ask("status").header
        assert status["addresses"] == []
        assert status["active"] is None
        assert "job-1" in status["halted"]


def test_prove__always__sp1_runs_before_the_signature() -> None:
    signer = Signer(BEFORE)
    answer = signer.prove()
    assert signer.engines.order == [Engine.ATTESTOR, Engine.SP1_PORTABLE]
    assert answer.header["cross_check"] == "before"
    assert answer.header["engine"] == "attestor"
    assert signer.ask("cross_checks").header == {"finished": []}
    assert signer.ask("disagreement") == Frame({})


def test_prove__never__sp1_does_not_run() -> None:
    signer = Signer(NEVER)
    assert signer.prove().header["cross_check"] == "not_checked"
    assert signer.engines.order == [Engine.ATTESTOR]


def test_prove__guest_failed__sp1_is_not_asked() -> None:
    signer = Signer(BEFORE)
    signer.engines.ours = replace(OURS, exit_code=1)
    with pytest.raises(GuestFailed):
        signer.prove()
    assert signer.engines.order == [Engine.ATTESTOR]


@pytest.mark.parametrize(
    "theirs",
    [
        replace(OURS, public_values=b"\x0b"),
        replace(OURS, cycles=101),
        replace(OURS, exit_code=1),
        replace(OURS, digest=bytes(32)),
        GuestFault("a wild access"),
    ],
)
def test_prove__engines_disagree__not_signed_and_never_again(
    theirs: Execution | AttestorError,
) -> None:
    signer = Signer(BEFORE)
    secret = signer.keys._secrets[signer.address]
    signer.engines.theirs = theirs
    with pytest.raises(EnginesDisagree, match="not signed"):
        signer.prove()
    with pytest.raises(ValueError, match="destroyed"):
        secret.sign(bytes(32))
    signer.require_halted()


def test_disagreement__after_one__holds_all_that_repeats_it() -> None:
    signer = Signer(BEFORE)
    signer.engines.theirs = replace(OURS, cycles=101)
    with pytest.raises(EnginesDisagree):
        signer.prove()
    answer = signer.ask("disagreement")
    assert answer.header == {"job": "job-1", "reason": "cycles: ours 100, SP1's 101"}
    assert answer.blobs == (ELF, b"in")
    assert signer.cross_checker.disagreement() == Disagreement(
        "job-1", "cycles: ours 100, SP1's 101", ELF, (b"in",)
    )


@pytest.mark.parametrize("leaf", [ExecutionTimeLimit, ExecutionMemoryLimit])
def test_prove__sp1_reaches_a_limit__job_fails_saying_so_and_signing_goes_on(
    leaf: type[AttestorError],
) -> None:
    signer = Signer(BEFORE)
    good, signer.engines.theirs = signer.engines.theirs, leaf("stopped after 7 s")
    with pytest.raises(CrossCheckLimit, match=r"run of 100 cycles .* stopped after 7 s"):
        signer.prove()
    signer.engines.theirs = good
    assert signer.prove().header["cross_check"] == "before"


def test_prove__sp1_crashes__not_signed_and_no_disagreement() -> None:
    signer = Signer(BEFORE)
    signer.engines.theirs = ExecutorCrashed("killed by signal 9")
    with pytest.raises(ExecutorCrashed, match="signal 9"):
        signer.prove()
    assert signer.ask("status").header["halted"] is None


def test_prove__sample__is_signed_first_and_cross_checked_afterwards() -> None:
    signer = Signer(AFTER)
    assert signer.prove().header["cross_check"] == "after"
    assert signer.engines.order == [Engine.ATTESTOR]
    signer.cross_checker.check_next()
    assert signer.engines.order == [Engine.ATTESTOR, Engine.SP1_PORTABLE]
    found = {"job": "job-1", "slot": "", "finding": "agreed", "reason": ""}
    assert signer.ask("cross_checks").header == {"finished": [found]}
    assert signer.ask("cross_checks").header == {"finished": []}


def test_check_next__runs_under_the_jobs_limits_behind_all_jobs() -> None:
    signer = Signer(AFTER)
    signer.prove()
    signer.cross_checker.check_next()
    (_, ours), (_, theirs) = signer.engines.ran
    assert theirs == replace(ours, niceness=19)
    assert (ours.niceness, ours.wall_seconds) == (0, 7)


def test_check_next__disagreement__names_its_proof_and_stops_signing() -> None:
    signer = Signer(AFTER)
    signer.prove()
    signer.engines.theirs = replace(OURS, exit_code=1)
    signer.cross_checker.check_next()
    (found,) = signer.ask("cross_checks").header["finished"]
    assert (found["job"], found["finding"]) == ("job-1", "disagreed")
    assert signer.ask("disagreement").header["job"] == "job-1"
    signer.require_halted()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ExecutionTimeLimit("after 7 s"), "after 7 s"),
        (ExecutorCrashed("signal 9"), "signal 9"),
        (ZeroDivisionError("0xdeadbeef"), "the cross-check failed: ZeroDivisionError"),
    ],
)
def test_check_next__no_answer_of_sp1__inconclusive_and_signing_goes_on(
    fault: Exception, said: str
) -> None:
    signer = Signer(AFTER)
    signer.prove()
    signer.engines.theirs = fault
    signer.cross_checker.check_next()
    (checked,) = signer.cross_checker.take()
    assert checked.verdict.finding is Finding.INCONCLUSIVE
    assert said in checked.verdict.reason
    assert "deadbeef" not in checked.verdict.reason
    assert signer.prove("job-2")


def test_after_signing__too_many_wait__noted_as_inconclusive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    signer = Signer(AFTER)
    for number in range(3):
        assert signer.prove(f"job-{number}").header["cross_check"] == "after"
    reason = "2 signed runs wait for a cross-check already"
    assert signer.cross_checker.take() == [
        CrossChecked("job-2", CrossCheckVerdict(Finding.INCONCLUSIVE, reason))
    ]
    assert len(signer.engines.ran) == 3


def test_prove__while_a_sample_is_cross_checked__is_not_held_up() -> None:
    signer = Signer(AFTER)
    release, begun = threading.Event(), threading.Event()

    def slowly() -> Execution:
        begun.set()
        assert release.wait(10)
        return OURS

    signer.engines.theirs = slowly
    signer.prove("job-1")
    thread = threading.Thread(target=signer.cross_checker.check_next)
    thread.start()
    assert begun.wait(10)
    assert signer.prove("job-2").header["cross_check"] == "after"
    assert signer.cross_checker.take() == []
    release.set()
    thread.join(10)
    assert [checked.job for checked in signer.cross_checker.take()] == ["job-1"]


def test_prove__disagreement_of_another_job_meanwhile__is_not_signed() -> None:
    """The halt comes while our engine runs this job: it must win."""
    signer = Signer(NEVER)
    plain = signer.engines.execute

    def halted_meanwhile(*arguments: Any, **named: Any) -> Execution:
        signer.keys.halt("SP1's engine disagrees with ours on job job-1")
        run: Execution = plain(*arguments, **named)
        return run

    signer.engines.execute = halted_meanwhile
    with pytest.raises(SigningHalted):
        signer.prove("job-2")


def test_disagreement__second_one__the_first_is_kept() -> None:
    signer = Signer(AFTER)
    signer.prove("job-1")
    signer.prove("job-2")
    signer.engines.theirs = replace(OURS, cycles=1)
    signer.cross_checker.check_next()
    signer.cross_checker.check_next()
    found = signer.cross_checker.disagreement()
    assert found is not None
    assert found.job == "job-1"
    assert [checked.job for checked in signer.cross_checker.take()] == ["job-1", "job-2"]


def test_prove__nobody_active__no_engine_runs() -> None:
    signer = Signer(BEFORE)
    signer.ask("retire", address=to_hex(signer.address))
    with pytest.raises(NoActiveSigner):
        signer.prove()
    assert signer.engines.ran == []
