"""The parts of the API process, started, watched over and stopped in order. Lives in one event
loop."""

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from loguru import logger

from attestor.api.answers import Answers
from attestor.api.housekeeping import Housekeeping
from attestor.api.link import DaemonLink
from attestor.api.program_keys import ProgramKeys
from attestor.api.proving import Proving
from attestor.api.relay import HealthRelay
from attestor.api.settings import ApiSettings, ApiState
from attestor.errors import AttestorError, EnginesDisagree, Fatal, SigningHalted
from attestor.executor.bodies import BodyDecoder
from attestor.http.bodies import BodyLimits
from attestor.http.connections import ConnectionLimits
from attestor.http.prover import Api
from attestor.http.server import Listener, application
from attestor.http.statements import Statements
from attestor.http.v1.calls import V1
from attestor.http.v1.forms import ProofForm
from attestor.http.v1.status import Told
from attestor.jobs.queue import ProofQueue
from attestor.jobs.worker import Workers
from attestor.signer.prover import AttachedProver
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS
from attestor.store.orders import Orders
from attestor.store.retention import Kept, Retention

ALIVE_SECONDS = 0.5
THREADS = 32
"""For short calls beside the loop: of the database, of the daemon."""
STOP_MARGIN_SECONDS = 1.5
"""What is left of the time to stop for telling those who wait."""


class ApiProcess:
    """Serves until it is told to stop, or a part fails for good."""

    def __init__(self, settings: ApiSettings, prover: AttachedProver, daemon: DaemonLink) -> None:
        self._settings = settings
        self._prover = prover
        self._daemon = daemon
        self._store = Store.open(Path(settings.database), JOBS)
        self._jobs = Jobs(self._store)
        self._queue = ProofQueue(
            self._jobs, settings.max_open, max_open_per_client=settings.max_open_per_client
        )
        self._answers = Answers(self._jobs.results, prover, daemon)
        self._workers = Workers(
            self._jobs,
            self._queue,
            Proving(prover, daemon).prove,
            settings.workers,
            self._fail,
            prover.cancel,
        )
        kept = Kept(settings.keep_seconds, settings.keep_jobs, settings.keep_program_bytes)
        retention = Retention(self._store, self._jobs, kept, time.time)
        self._housekeeping = Housekeeping(self._queue, self._jobs, Orders(self._store), retention)
        self._stop = asyncio.Event()
        self._stop_seconds = 0.0
        self._failure: Fatal | None = None
        self._loop = asyncio.get_running_loop()

    def told(self, state: ApiState) -> None:
        """Do what the daemon says. Called in the loop."""
        if state.halted is not None:
            self._queue.halt(state.halted)
        if state.stopping is not None:
            self._stop_seconds = state.stopping
            self._stop.set()

    async def run(self, listening: socket.socket) -> None:
        """Serve. Raises the `Fatal` error of a part."""
        self._loop.set_default_executor(ThreadPoolExecutor(THREADS))
        async with AsyncExitStack() as stack:
            stack.callback(self._store.close)
            stack.push_async_callback(self._workers.stop)
            if self._queue.halted is None:
                self._workers.start()
            listener = Listener(self._application(), listening, self._connection_limits())
            stack.push_async_callback(listener.stop)
            await listener.start()
            for work in (self._beat(listener), self._housekeeping.run()):
                stack.callback(asyncio.create_task(work).cancel)
            await self._stop.wait()
            await self._drain()
        if self._failure is not None:
            raise self._failure

    def _application(self) -> Any:
        settings, served = self._settings, application()
        limits = BodyLimits(settings.max_body_bytes, settings.min_bytes_per_second)
        decoder = BodyDecoder(Path(settings.executor_directory))
        parts = self._queue, self._answers
        Api(*parts, limits, settings.wait_seconds, decoder.decode).add_to(served)
        Statements(*parts, settings.chain_id).add_to(served)
        keys = ProgramKeys(self._jobs.programs, self._prover.verifying_key)
        V1(*parts, self._jobs.programs, keys, limits, self._told(), self._signing).add_to(served)
        HealthRelay(self._daemon).add_to(served)
        return served

    def _told(self) -> Told:
        settings = self._settings
        signed = ProofForm if settings.signs_statements else (ProofForm.UPSTREAM,)
        return Told(
            settings.chain_id, tuple(signed), settings.max_body_bytes, settings.wait_seconds
        )

    def _signing(self) -> tuple[bytes | None, int]:
        return self._answers.chain.signer, self._answers.chain.time

    def _connection_limits(self) -> ConnectionLimits:
        settings = self._settings
        return ConnectionLimits(settings.max_connections, settings.max_connections_per_address)

    async def _beat(self, listener: Listener) -> None:
        """Tell the daemon again and again that the loop turns."""
        threads = ThreadPoolExecutor(1, thread_name_prefix="alive")
        while True:
            figures = self._figures(listener)
            with suppress(AttestorError):
                self._answers.chain = await self._loop.run_in_executor(
                    threads, self._daemon.alive, figures
                )
            await asyncio.sleep(ALIVE_SECONDS)

    def _figures(self, listener: Listener) -> dict[str, Any]:
        return {
            "internal_errors": self._workers.internal_errors,
            "connections": listener.open_connections,
            "waiting": len(self._queue.wanted()),
            "workers_fault": _told(self._workers.fault()),
            "database_fault": _told(self._store.fault),
        }

    async def _drain(self) -> None:
        """Finish what runs, within bounds, and tell the others to come again."""
        self._queue.stop()
        if self._failure is None:
            await self._workers.drain(max(0.0, self._stop_seconds - STOP_MARGIN_SECONDS))
        self._queue.close()

    def _fail(self, error: Fatal) -> None:
        """End this process, which is started anew. Not where the engines disagree: the daemon has
        been told of that, and halts. Called in the loop."""
        if isinstance(error, EnginesDisagree | SigningHalted):
            return
        logger.error("the API process ends: {} [{}]", error, error.code)
        self._failure = self._failure or error
        self._stop.set()


def _told(error: AttestorError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"code": error.code, "message": error.message, "hint": error.hint}


def in_loop(
    loop: asyncio.AbstractEventLoop, call: Callable[[ApiState], None]
) -> Callable[[ApiState], None]:
    """`call`, for another thread."""

    def later(state: ApiState) -> None:
        with suppress(RuntimeError):  # The loop is closed: it is over.
            loop.call_soon_threadsafe(call, state)

    return later
