"""What is handed out: signed by a signer whose registration lasts, with what was found since."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from attestor.api.answers import END_MARGIN, Answers
from attestor.api.settings import ChainState
from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.job import Request
from attestor.core.outcome import Outcome
from attestor.core.proof import Proof, SignedProof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    AttestorError,
    DaemonNotAnswering,
    NoActiveSigner,
    OutcomeUnknown,
    SignerNotVouchedFor,
)
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS

OLD, NEW = b"\x01" * 20, b"\x02" * 20
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
END = 5000
PROOF = Proof(
    OLD,
    KEY,
    b"v",
    b"d" * 32,
    b"s" * 65,
    7,
    Engine.ATTESTOR,
    Timing.AFTER,
    valid_until=END,
    outcome_mac=b"m" * 32,
)
AGAIN = replace(PROOF, signer=NEW, signature=b"t" * 65, valid_until=2 * END)
ENDED = ChainState(NEW, END - END_MARGIN)


class Parts:
    """A finished job, and doubles of signer process and daemon."""

    def __init__(self, path: Path) -> None:
        self.jobs = Jobs(Store.open(path, JOBS))
        self.asked: list[Outcome] = []
        self.recorded: list[SignedProof] = []
        self.refusal: AttestorError | None = None
        self.unrecorded: AttestorError | None = None
        self.found: str | None = "pending"
        self.job = ""

    def finish(self, proof: Proof = PROOF) -> None:
        request = Request(b"elf", (b"in",))
        identity = request.identify()
        self.job = identity.job
        self.jobs.ask(identity, request)
        self.jobs.claim("worker", 60, [self.job])
        self.jobs.finish(self.job, "worker", proof)

    def sign_again(self, job: str, outcome: Outcome, slot: str | None = None) -> Proof:
        self.asked.append(outcome)
        if self.refusal is not None:
            raise self.refusal
        return AGAIN

    def signed(self, proof: SignedProof, registration: str) -> None:
        if self.unrecorded is not None:
            raise self.unrecorded
        self.recorded.append(proof)

    def finding(self, job: str, registration: str) -> str | None:
        if self.found is None:
            raise DaemonNotAnswering("no")
        return self.found

    def run(self, chain: ChainState, ask: Callable[[Answers], Any]) -> Any:
        async def whole() -> Any:
            me: Any = self
            answers = Answers(self.jobs.results, me, me)
            answers.chain = chain
            return await ask(answers)

        return asyncio.run(whole())

    def result(self, chain: ChainState) -> Any:
        return self.run(chain, lambda answers: answers.result(self.job))


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = Parts(tmp_path / "jobs.sqlite")
    made.finish()
    return made


@pytest.mark.parametrize(
    "chain",
    [
        ChainState(),
        ChainState(OLD, 100 * END),
        ChainState(NEW, END - END_MARGIN - 1),
        ChainState(None, 100 * END),
    ],
    ids=["nothing heard", "signs still", "registered still", "nobody signs"],
)
def test_result__signature_holds_or_none_can_be_made__is_the_stored_one(
    parts: Parts, chain: ChainState
) -> None:
    assert parts.result(chain).signer == OLD
    assert parts.asked == []


def test_result__registration_ended__is_signed_anew_recorded_and_kept(parts: Parts) -> None:
    result = parts.result(ENDED)
    assert (result.signer, result.signature, result.valid_until) == (NEW, b"t" * 65, 2 * END)
    assert [(one.job, one.again) for one in parts.recorded] == [(parts.job, True)]
    assert parts.asked[0].mac == b"m" * 32
    parts.result(ENDED)
    assert len(parts.asked) == 1


def test_result__asked_for_by_many__is_signed_anew_once(parts: Parts) -> None:
    async def many(answers: Answers) -> list[Any]:
        return await asyncio.gather(*(answers.result(parts.job) for _ in range(9)))

    assert {result.signer for result in parts.run(ENDED, many)} == {NEW}
    assert len(parts.recorded) == 1


def test_result__looked_at_before_and_asked_for_after_a_renewal__is_not_signed_again(
    parts: Parts,
) -> None:
    async def late(answers: Answers) -> Any:
        seen = parts.jobs.results.of(parts.job)
        await answers.result(parts.job)
        answers._of = AsyncMock(side_effect=[seen, *[parts.jobs.results.of(parts.job)] * 2])  # type: ignore[method-assign]
        return await answers.result(parts.job)

    assert parts.run(ENDED, late).signer == NEW
    assert len(parts.recorded) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "error", [NoActiveSigner("none"), OutcomeUnknown("another process"), SignerNotVouchedFor("no")]
)
def test_result__cannot_be_signed_anew__is_what_there_is(
    parts: Parts, error: AttestorError
) -> None:
    if isinstance(error, SignerNotVouchedFor):
        parts.unrecorded = error
    else:
        parts.refusal = error
    assert parts.result(ENDED).signer == OLD


def test_result__of_an_earlier_version__is_what_there_is(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "jobs.sqlite")
    parts.finish(replace(PROOF, outcome_mac=b""))
    assert parts.result(ENDED).signer == OLD
    assert parts.asked == []


def test_is_stale__only_another_run_can_renew_it__says_so(parts: Parts) -> None:
    def stale(chain: ChainState = ENDED) -> bool:
        return bool(parts.run(chain, lambda answers: answers.is_stale(parts.job)))

    assert not stale(ChainState(OLD, 100 * END))
    parts.refusal = NoActiveSigner("not now")
    assert not stale()
    parts.refusal = OutcomeUnknown("another process")
    assert stale()
    parts.refusal = None
    assert not stale()
    assert not parts.run(ENDED, lambda answers: answers.is_stale("nobody"))


@pytest.mark.parametrize("found", ["pending", None])
def test_result__finding_is_not_known_yet__is_pending(parts: Parts, found: str | None) -> None:
    parts.found = found
    assert parts.result(ChainState()).finding == "pending"


def test_result__finding_came__is_told_and_kept(parts: Parts) -> None:
    parts.found = "agreed"
    assert parts.result(ChainState()).finding == "agreed"
    parts.found = "disagreed"
    assert parts.result(ChainState()).finding == "agreed", "it is asked for until it is there"
