"""The engine runs a program of known outcome again and again."""

from collections.abc import Sequence

import pytest

from attestor.daemon.engine_test import PAIR, TERM, EngineTestDuty
from attestor.errors import (
    AttestorError,
    ExecutionStopped,
    ExecutorCrashed,
    ProgramMissing,
    SignerGone,
)
from attestor.programs import fibonacci

RIGHT = fibonacci.encode(fibonacci.Result(TERM, *PAIR))


class Engine:
    def __init__(self, *answers: bytes | AttestorError) -> None:
        self.answers = list(answers)

    def self_test(
        self, program: bytes, stdin: Sequence[bytes], cycles: int, seconds: float
    ) -> bytes:
        found = self.answers.pop(0)
        if isinstance(found, AttestorError):
            raise found
        return found


def stepped(*answers: bytes | AttestorError) -> EngineTestDuty:
    duty = EngineTestDuty(Engine(*answers), lambda: b"elf")
    for _ in answers:
        duty.step()
    return duty


def test_engine__computes_what_is_known__passes() -> None:
    assert EngineTestDuty(Engine(), lambda: b"elf").view.passed is None
    duty = stepped(RIGHT)
    assert (duty.view.passed, duty.view.problem, duty.interval) == (True, None, 600.0)


@pytest.mark.parametrize("answer", [b"", RIGHT[:-1] + b"\xff", ExecutorCrashed("died")])
def test_engine__does_something_else__fails_and_is_tried_again_soon(
    answer: bytes | AttestorError,
) -> None:
    duty = stepped(RIGHT, answer)
    assert duty.view.passed is False
    assert duty.view.problem is not None
    assert duty.view.problem.code == "self_test_failed"
    assert duty.interval == 10.0
    duty = stepped(answer, RIGHT)
    assert (duty.view.passed, duty.view.problem, duty.interval) == (True, None, 600.0)


def test_engine__jobs_have_the_memory__keeps_what_was_found() -> None:
    busy = ExecutionStopped("others run")
    assert stepped(busy).view.passed is True
    assert stepped(b"", busy).view.passed is False


def test_engine__signer_process_is_gone__ends_the_daemon() -> None:
    with pytest.raises(SignerGone):
        stepped(SignerGone("gone"))


def test_engine__program_is_not_installed__says_so() -> None:
    def missing() -> bytes:
        raise ProgramMissing("no guest program fibonacci")

    duty = EngineTestDuty(Engine(), missing)
    duty.step()
    assert duty.view.problem is not None
    assert duty.view.problem.code == "program_missing"
