"""What runs beside our engine: when it starts, when it counts, and that it ends with the job."""

import select
import threading

import pytest

from attestor.core.execution import Engine, Execution
from attestor.errors import ExecutionStopped
from attestor.executor.stop import Stop
from attestor.signer.beside import Answer, Beside

RUN = Execution(b"", 0, 7, bytes(32), Engine.SP1_JIT)
NEVER = 60.0


class Engines:
    """Answers at once, or with `hold` when it is cancelled."""

    def __init__(self, hold: bool = False) -> None:
        self.begun, self.cancelled = threading.Event(), threading.Event()
        self._hold = hold

    def start(self, stop: Stop) -> Answer:
        self.begun.set()
        if not self._hold:
            return RUN
        readable, _, _ = select.select([stop], [], [], 10)
        assert readable
        self.cancelled.set()
        return ExecutionStopped("not wanted")


def test_take__job_that_takes_longer__the_answer_of_what_ran_beside_it() -> None:
    engines = Engines()
    with Beside(engines.start, head_start=0.0) as beside:
        assert engines.begun.wait(10)
        assert beside.take() == RUN


def test_take__job_that_was_faster__was_not_started() -> None:
    engines = Engines()
    with Beside(engines.start, head_start=NEVER) as beside:
        assert beside.take() is None
    assert not engines.begun.is_set()


def test_take__nothing_beside__none() -> None:
    with Beside(None) as beside:
        assert beside.take() is None


def test_exit__not_taken__stopped() -> None:
    engines = Engines(hold=True)
    with Beside(engines.start, head_start=0.0):
        assert engines.begun.wait(10)
    assert engines.cancelled.is_set()


def test_exit__job_that_failed__stopped_and_the_error_goes_on() -> None:
    engines = Engines(hold=True)
    with pytest.raises(ZeroDivisionError), Beside(engines.start, head_start=0.0):
        assert engines.begun.wait(10)
        raise ZeroDivisionError
    assert engines.cancelled.is_set()


@pytest.mark.parametrize("fault", [ExecutionStopped("no memory"), ZeroDivisionError()])
def test_take__it_could_not_run__none(fault: Exception) -> None:
    def start(stop: Stop) -> Answer:
        if isinstance(fault, ExecutionStopped):
            return fault
        raise fault

    with Beside(start, head_start=0.0) as beside:
        assert beside.take() is None
