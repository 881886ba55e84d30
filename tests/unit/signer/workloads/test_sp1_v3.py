"""Programs for SP1 v3 in the signer process: on which engine they run, and what is signed."""

import hashlib
from typing import Any, cast

import pytest
from cases.rv32 import ending, program

from attestor.core.cross_check import CrossCheckPolicy, Mode, Timing
from attestor.core.eip712 import Domain
from attestor.core.execution import Engine, Execution, Limits, stdin_sha256
from attestor.core.statement import Statement
from attestor.core.verifying_key import VerifyingKey
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.workloads.sp1 import Sp1Workload

PROGRAM = program(ending(b"\x0a"), b"\x0a")
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
DOMAIN = Domain(31337, b"\x55" * 20)
ALWAYS = CrossCheckPolicy(Mode.ALWAYS, Mode.ALWAYS)


class Executor:
    """Runs nothing, and keeps on which engines it should have."""

    has_jit = True

    def __init__(self) -> None:
        self.engines: list[Engine] = []

    def verifying_key(self, program: bytes, limits: Limits) -> VerifyingKey:
        return KEY

    def execute(
        self, program: bytes, stdin: Any, limits: Limits, engine: Engine, **_: Any
    ) -> Execution:
        self.engines.append(engine)
        return Execution(b"\x0a", 0, 99, hashlib.sha256(b"\x0a").digest(), engine)


def never(_: str) -> None:
    raise AssertionError("the keys are destroyed")


@pytest.mark.parametrize("chosen", [Engine.ATTESTOR, Engine.SP1_PORTABLE])
def test_prove__v3_program__on_sp1s_own_and_nothing_repeats_it(chosen: Engine) -> None:
    executor = Executor()
    checker = CrossChecker(never, cast(Any, executor), Limits(), ALWAYS, lambda: 0.0)
    workload = Sp1Workload(cast(Any, executor), Limits(), chosen, checker, {"": DOMAIN})
    run = workload.runs["prove"]
    signable = cast(Any, run({"job": "a job"}, (PROGRAM, b"in")))
    assert executor.engines == [Engine.SP1_V3]
    assert signable.outcome.cross_check is Timing.NOT_NEEDED
    statement = Statement(
        program_vkey=KEY.program_vkey,
        public_values_hash=hashlib.sha256(b"\x0a").digest(),
        exit_code=0,
        stdin_hash=bytes.fromhex(stdin_sha256([b"in"])),
        circuit_version="v3.0.0",
        expires_at=7,
    )
    assert signable.digests(7)[2] == statement.digest(DOMAIN)
