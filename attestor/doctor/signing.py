"""The executor, the signer process, and a registration as far as it goes without being sent."""

from collections.abc import Iterator
from pathlib import Path

from attestor.config import Config
from attestor.core.execution import Engine, ExecutorBuild
from attestor.daemon.dry_run import registration_of
from attestor.doctor.finding import Finding, failed, ok, warning
from attestor.executor import SandboxLevel
from attestor.executor.native import NativeExecutor
from attestor.executor.starting import BUILD_COMMAND
from attestor.programs import elf, fibonacci
from attestor.signer.client import SignerProcess
from attestor.signer.settings import SignerSettings

TERM, PAIR = 500, (1268, 1926)
"""A term of the sequence, and the pair that the program commits to."""


def executor(settings: SignerSettings) -> Iterator[Finding]:
    """A program whose result is known, on both engines."""
    native = NativeExecutor(Path(settings.executor_directory))
    program, stdin = elf(fibonacci.NAME), fibonacci.stdin(TERM)
    for engine in (Engine.ATTESTOR, Engine.SP1_PORTABLE):
        execution = native.execute(program, stdin, settings.limits, engine)
        found = fibonacci.decode(execution.public_values)
        if (found.n, found.a, found.b) != (TERM, *PAIR):
            told = f"{engine} computed {found}"
            yield failed("executor", told, "build it again, on a machine whose memory is sound")
            return
        yield ok("executor", f"{engine} runs a program of {execution.cycles} cycles as it should")


def signer(settings: SignerSettings) -> Iterator[Finding]:
    """A signer process as the daemon starts it, which tries the ways out of its sandbox first."""
    process = SignerProcess(settings)
    try:
        started = process.started()
    finally:
        process.close()
    told = f"runs as user {started.uid}, sandbox level {started.level}"
    if started.level is SandboxLevel.ISOLATED and not started.missing:
        yield ok("signer", told)
    for missing in started.missing:
        yield warning("signer", f"{told}; missing is {missing}", "docs/operate-machine.md, sandbox")
    if started.executor is ExecutorBuild.UNRECORDED:
        told = f"{settings.executor_directory} was not built with this attestor"
        yield warning("signer", told, f"{BUILD_COMMAND}; a real chain refuses it")


def registration(config: Config) -> Iterator[Finding]:
    """A quote of this machine, judged, and what the registry would say of it."""
    made = registration_of(config)
    rows = made.rows()
    yield ok("quote", f"{rows['quote']}, measurement {rows['measurement']}")
    if made.quoted.simulated:
        told, advice = "quotes are simulated", "right on development chains alone"
        yield warning("quote", told, advice)
    if made.refusal:
        advice = "docs/contract-reference.md has each reason; most need the registry's owner"
        yield failed("registration", f"the registry refuses: {made.refusal}", advice)
    else:
        yield ok("registration", f"{made.request.kind}, {rows['gas limit']} gas at most")
