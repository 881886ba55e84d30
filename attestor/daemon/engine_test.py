"""The duty of having the engine run a program whose outcome is known: at the start, and again and
again, since a machine's memory and limits change while it runs."""

from collections.abc import Callable, Sequence
from typing import Protocol

from loguru import logger

from attestor.core.service_view import EngineView, Problem
from attestor.errors import AttestorError, ExecutionStopped, Fatal
from attestor.errors.readiness import SelfTestFailed
from attestor.programs import elf, fibonacci

TERM, PAIR = 500, (1268, 1926)
"""A term of the sequence, and the pair that the program commits to."""
CYCLES, SECONDS = 1_000_000, 20.0
PAUSE_SECONDS, PAUSE_AFTER_FAILURE = 600.0, 10.0
DEADLINE_SECONDS = 60.0


class Engine(Protocol):
    """Who runs it: `signer.client.SignerProcess`."""

    def self_test(
        self, program: bytes, stdin: Sequence[bytes], cycles: int, seconds: float
    ) -> bytes: ...


class EngineTestDuty:
    """`view` is what the last test came to, and may be read by any thread."""

    name = "engine_test"
    deadline = DEADLINE_SECONDS

    def __init__(
        self, engine: Engine, program: Callable[[], bytes] = lambda: elf(fibonacci.NAME)
    ) -> None:
        self._engine = engine
        self._program = program
        self.interval = PAUSE_SECONDS
        self.view = EngineView()

    def step(self) -> None:
        """Raises `Fatal` errors; what else fails is in the view, and tried again soon. While jobs
        have the memory, nothing is tested: they run."""
        try:
            self._test()
        except Fatal:
            raise
        except ExecutionStopped:
            self.view = EngineView(True) if self.view.passed is None else self.view
            return
        except AttestorError as error:
            if self.view.problem is None:
                logger.error("the engine's self-test failed: {} [{}]", error, error.code)
            self.view, self.interval = EngineView(False, Problem.of(error)), PAUSE_AFTER_FAILURE
            return
        if self.view.problem is not None:
            logger.info("the engine's self-test passes again")
        self.view, self.interval = EngineView(True), PAUSE_SECONDS

    def close(self) -> None:
        """A step ends by its limits."""

    def _test(self) -> None:
        program, stdin = self._program(), fibonacci.stdin(TERM)
        try:
            values = self._engine.self_test(program, stdin, CYCLES, SECONDS)
        except (Fatal, ExecutionStopped):
            raise
        except AttestorError as error:
            told = f"the engine did not run a program of known outcome: {error.message}"
            raise SelfTestFailed(f"{told} [{error.code}]", hint=error.hint) from error
        if values != fibonacci.encode(fibonacci.Result(TERM, *PAIR)):
            raise SelfTestFailed(f"the engine computed {values.hex():.80} for a known program")
