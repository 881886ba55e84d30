"""Starts the API process, notices when it does not answer or ends, and starts it anew.

Nothing of the rotation waits for it: it has a thread of its own, and what is said to the process is
given up when it does not listen.
"""

import threading
from collections.abc import Callable
from typing import Any, Protocol

from loguru import logger

from attestor.api.settings import ApiState
from attestor.core.service_view import QueueView
from attestor.errors import ApiNotAnswering, AttestorError, SigningHalted, WorkersFailing, restore

MUTE_SECONDS = 6.0
"""Silence after which the daemon is not healthy."""
KILL_SECONDS = 20.0
"""Silence after which the process is killed: a request that takes the interpreter for some seconds
is no reason."""
START_SECONDS = 30.0
START_KILL_SECONDS = 120.0
"""The same for a process that has not said a word yet: it imports much, on a busy machine."""
FIRST_PAUSE, LAST_PAUSE = 0.5, 30.0
"""Before it is started anew."""
WELL_SECONDS = 60.0
"""A process that lived so long is started anew after the first pause again."""
LOOK_SECONDS = 1.0


class Run(Protocol):
    """`daemon.api_process.ApiRun`."""

    @property
    def pid(self) -> int: ...

    def tell(self, state: ApiState) -> None: ...

    def ended(self) -> int | None: ...

    def wait(self, seconds: float) -> bool: ...

    def end(self) -> None: ...


class ApiSupervisor:
    """`start` starts a process, in the thread that it is called in; `clock` counts seconds in which
    this machine ran."""

    def __init__(self, start: Callable[[ApiState], Run], clock: Callable[[], float]) -> None:
        self._start_run = start
        self._clock = clock
        self._lock = threading.Lock()
        self._run: Run | None = None
        self._state = ApiState()
        self._heard = 0.0
        self._heard_once = False
        self._figures: dict[str, Any] = {}
        self._earlier_errors = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="api", daemon=True)
        self.starts = 0
        """How often it was started."""

    def start(self) -> None:
        """Start the process, and look after it from now on."""
        self._thread.start()

    def heard(self, figures: dict[str, Any]) -> None:
        """The process lives; how it stands."""
        self._heard, self._heard_once, self._figures = self._clock(), True, figures

    def halt(self, error: SigningHalted) -> None:
        """Tell it, and every later one, that signing is halted. Never waits for long."""
        self._tell(ApiState(halted=error, stopping=self._state.stopping))

    def stop(self, seconds: float) -> None:
        """Let it finish what it does, and end it after that time at the latest."""
        self._tell(ApiState(halted=self._state.halted, stopping=seconds))
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(seconds + 1.0)

    @property
    def internal_errors(self) -> int:
        """Internal errors that jobs met since the daemon's start, as far as they were told."""
        return self._earlier_errors + int(self._figures.get("internal_errors", 0))

    @property
    def connections(self) -> int:
        """Clients' connections, as last heard."""
        return int(self._figures.get("connections", 0))

    @property
    def queues(self) -> tuple[QueueView, ...]:
        """The jobs of each registration, as last heard."""
        told = dict(self._figures.get("queues", {}))
        return tuple(QueueView(str(one), *map(int, told[one][:2])) for one in told)

    def fault(self) -> AttestorError | None:
        """What is wrong with the process, or with what it told of itself."""
        if self._thread.ident is None or self._stopping.is_set():
            return None
        if self._run is None and self.starts:
            hint = "it is started anew; the log says why it ended"
            return ApiNotAnswering("the API process ended", hint=hint)
        silence = self._clock() - self._heard
        if silence > (MUTE_SECONDS if self._heard_once else START_SECONDS):
            told = f"the API process has not answered for {silence:.0f} s"
            return ApiNotAnswering(told, hint="it is killed and started anew if that lasts")
        return self._told_fault()

    def _told_fault(self) -> AttestorError | None:
        failing = self._figures.get("workers_fault")
        if failing is not None:
            return WorkersFailing(str(failing["message"]), hint=failing["hint"])
        database = self._figures.get("database_fault")
        if database is not None:
            return restore(str(database["code"]), str(database["message"]), database["hint"])
        return None

    def _supervise(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = self._clock()
            try:
                self._once()
            except Exception as error:
                logger.opt(exception=error).error("the API process cannot be started")
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if self._clock() - began > WELL_SECONDS else pause
            logger.warning("the API process is started anew in {:g} s", pause)
            self._stopping.wait(pause)
            pause = min(2 * pause, LAST_PAUSE)

    def _once(self) -> None:
        """One process from its start to its end."""
        with self._lock:
            self._heard, self._heard_once = self._clock(), False
            run = self._run = self._start_run(self._state)
            self.starts += 1
        try:
            self._watch(run)
        finally:
            run.end()
            with self._lock:
                self._run = None
                self._earlier_errors = self.internal_errors
                self._figures = {}

    def _watch(self, run: Run) -> None:
        while not self._stopping.is_set():
            if (code := run.ended()) is not None:
                how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
                logger.error("the API process ended {}", how)
                return
            silence = self._clock() - self._heard
            if silence > (KILL_SECONDS if self._heard_once else START_KILL_SECONDS):
                logger.error("the API process is killed: silent for {:.0f} s", silence)
                return
            self._stopping.wait(LOOK_SECONDS)
        if not run.wait(self._state.stopping or 0.0):
            logger.warning("the API process did not stop in time, and is killed")

    def _tell(self, state: ApiState) -> None:
        with self._lock:
            self._state = state
            if self._run is not None:
                self._run.tell(state)
