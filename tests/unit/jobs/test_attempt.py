"""A run and the note of its result, in one thread."""

from collections.abc import Callable
from typing import NoReturn

import pytest

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.job import JobLimits, Work
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import DatabaseFull, LeaseLost, SignerFailed
from attestor.jobs.attempt import prove_and_note

WORK = Work("job", b"program", (), JobLimits(), "run", "sha256")
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
TIMING = Timing.NOT_NEEDED
PROOF = Proof(b"s" * 20, KEY, b"values", b"d" * 32, b"s" * 65, 7, Engine.ATTESTOR, TIMING)


def raising(error: Exception) -> Callable[[object], NoReturn]:
    def call(given: object) -> NoReturn:
        raise error

    return call


def test_attempt__proven__is_noted_at_once() -> None:
    noted: list[Proof] = []
    done = prove_and_note(lambda work: PROOF, noted.append, WORK, lambda: False)
    assert (done, noted) == ((PROOF, True), [PROOF])


def test_attempt__service_stops__is_left_to_be_noted_by_who_may_give_it_back() -> None:
    noted: list[Proof] = []
    done = prove_and_note(lambda work: PROOF, noted.append, WORK, lambda: True)
    assert (done, noted) == ((PROOF, False), [])


def test_attempt__database_is_full__keeps_the_proof() -> None:
    done = prove_and_note(lambda work: PROOF, raising(DatabaseFull("full")), WORK, lambda: False)
    assert done == (PROOF, False)


def test_attempt__job_is_another_workers__says_so() -> None:
    with pytest.raises(LeaseLost):
        prove_and_note(lambda work: PROOF, raising(LeaseLost("lost")), WORK, lambda: False)


def test_attempt__not_proven__notes_nothing() -> None:
    noted: list[Proof] = []
    with pytest.raises(SignerFailed):
        prove_and_note(raising(SignerFailed("failed")), noted.append, WORK, lambda: False)
    assert noted == []
