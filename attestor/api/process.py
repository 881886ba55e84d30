"""The parts of the API process, started, watched over and stopped in order. Lives in one event
loop."""

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from functools import reduce
from pathlib import Path
from typing import Any

from loguru import logger

from attestor.api import serving
from attestor.api.access import build_access
from attestor.api.housekeeping import Housekeeping
from attestor.api.link import DaemonLink
from attestor.api.program_keys import ProgramKeys
from attestor.api.relay import HealthRelay
from attestor.api.settings import ApiSettings, ApiState, Renewed
from attestor.core.events import Event
from attestor.core.job_figures import JobFigures
from attestor.errors import AttestorError, EnginesDisagree, Fatal, SigningHalted
from attestor.executor import cgroup
from attestor.executor.bodies import BodyDecoder
from attestor.executor.memory_budget import shared_bytes
from attestor.http.bodies import BodyLimits
from attestor.http.clients import Asking
from attestor.http.connections import ConnectionLimits
from attestor.http.prover import Api
from attestor.http.server import Listener, application
from attestor.http.statements import Statements
from attestor.http.tls_renewal import TlsRenewal
from attestor.http.v1.calls import V1
from attestor.http.v1.status import Bounds
from attestor.observe import logs
from attestor.signer.prover import AttachedProver
from attestor.store.database import Store
from attestor.store.job_ends import JobEnds
from attestor.store.lock import lock_database
from attestor.store.opening import JOBS
from attestor.store.orders import Orders
from attestor.store.programs import Programs
from attestor.store.retention import Kept, Retention

ALIVE_SECONDS = 2.0
"""A third of the silence after which the daemon is not healthy."""
THREADS = 32
"""For short calls beside the loop: of the database, of the daemon."""
LOCK_SECONDS = 5.0
"""What a process of before gets to end: one whose daemon was killed ends after it."""
STOP_MARGIN_SECONDS = 1.5
"""What is left of the time to stop for telling those who wait."""


class ApiProcess:
    """Serves until it is told to stop, or a part fails for good."""

    def __init__(self, settings: ApiSettings, prover: AttachedProver, daemon: DaemonLink) -> None:
        self._settings = settings
        self._prover = prover
        self._daemon = daemon
        database = Path(settings.database)
        self._lock = lock_database(database, LOCK_SECONDS)
        self._store = Store.open(database, JOBS, self._lock)
        asking = Asking()
        self._programs = Programs(self._store, time.time)
        self._parts = serving.build(
            settings, self._store, self._programs, prover, daemon, self._fail, asking
        )
        self._access = build_access(settings.access, asking)
        self._housekeeping = self._built_housekeeping()
        self._stop = asyncio.Event()
        self._stop_seconds = 0.0
        self._failure: Fatal | None = None
        self._renewed: Renewed | None = None
        self._loop = asyncio.get_running_loop()

    def told(self, state: ApiState) -> None:
        """Do what the daemon says. Called in the loop."""
        if state.halted is not None:
            for part in self._parts:
                part.queue.halt(state.halted)
        if state.renewed is not None and state.renewed != self._renewed:
            self._renewed = state.renewed
            logs.set_up(state.renewed.log_level, state.renewed.log_format)
            self._access.use_quotas(state.renewed.named, state.renewed.unnamed)
        if state.stopping is not None:
            self._stop_seconds = state.stopping
            self._stop.set()

    async def run(self, listening: socket.socket) -> None:
        """Serve. Raises the `Fatal` error of a part."""
        self._loop.set_default_executor(ThreadPoolExecutor(THREADS))
        async with AsyncExitStack() as stack:
            stack.callback(self._lock.close)
            stack.callback(self._store.close)
            self._parts[0].jobs.adopt()
            for part in self._parts:
                stack.push_async_callback(part.workers.stop)
                if part.queue.halted is None:
                    part.workers.start()
            limits = self._connection_limits()
            listener = Listener(self._application(), listening, limits, self._access.tls)
            stack.push_async_callback(listener.stop)
            await listener.start()
            if self._access.files is not None:
                renewal = TlsRenewal(self._access.files, listener.use, time.monotonic)
                stack.callback(asyncio.create_task(renewal.run()).cancel)
            access = self._access.access
            for work in (self._beat(listener), self._housekeeping.run(), access.end_revoked()):
                stack.callback(asyncio.create_task(work).cancel)
            await self._stop.wait()
            await self._drain()
        if self._failure is not None:
            raise self._failure

    def _application(self) -> Any:
        settings, access = self._settings, self._access
        served = application([access.log.middleware], [access.access.middleware])
        access.log.add_to(served)
        limits = BodyLimits(settings.max_body_bytes, settings.min_bytes_per_second)
        # That of the signer process's: what runs under both is held together.
        group = cgroup.make(shared_bytes(), cgroup.own_place())
        decoder = BodyDecoder(Path(settings.executor_directory), group)
        registrations = serving.registrations(self._parts)
        Api(registrations, limits, settings.wait_seconds, decoder.decode).add_to(served)
        Statements(registrations).add_to(served)
        keys = ProgramKeys(self._programs, self._prover.verifying_key)
        bounds = Bounds(settings.max_body_bytes, settings.wait_seconds)
        V1(registrations, self._programs, keys, limits, bounds).add_to(served)
        names = tuple(one.name for one in settings.registrations if one.name)
        HealthRelay(self._daemon, names).add_to(served)
        return served

    def _built_housekeeping(self) -> Housekeeping:
        settings = self._settings
        queues = {part.served.registration: part.queue for part in self._parts}
        every = JobEnds(self._store, time.time, programs=self._programs)
        kept = Kept(settings.keep_seconds, settings.keep_jobs, settings.keep_program_bytes)
        retention = Retention(self._store, every, kept, time.time)
        return Housekeeping(queues, every, Orders(self._store), retention)

    def _connection_limits(self) -> ConnectionLimits:
        settings, rules = self._settings, self._access.rules
        return ConnectionLimits(
            settings.max_connections,
            settings.max_connections_per_address,
            allowed=rules.allowed.also(rules.proxies),
            proxies=rules.proxies,
        )

    async def _beat(self, listener: Listener) -> None:
        """Tell the daemon again and again that the loop turns."""
        threads = ThreadPoolExecutor(1, thread_name_prefix="alive")
        while True:
            figures = await self._figures(listener)
            with suppress(AttestorError):
                chains = await self._loop.run_in_executor(threads, self._daemon.alive, figures)
                for part in self._parts:
                    part.answers.chain = chains[part.served.registration]
            if self._store.look() is not None:
                # Without a job nothing else is written, which would show that it can be again.
                with suppress(AttestorError):
                    await self._loop.run_in_executor(threads, self._store.probe)
            await asyncio.sleep(ALIVE_SECONDS)

    async def _figures(self, listener: Listener) -> dict[str, Any]:
        faults = (_told(part.workers.fault()) for part in self._parts)
        return {
            "internal_errors": sum(part.workers.internal_errors for part in self._parts),
            "connections": listener.open_connections,
            "jobs": self._job_figures().to_header(),
            "queues": await self._queues(),
            "waiting": sum(len(part.queue.wanted()) for part in self._parts),
            "workers_fault": next(filter(None, faults), None),
            "database_fault": _told(self._store.fault),
        }

    def _job_figures(self) -> JobFigures:
        return reduce(JobFigures.plus, (part.workers.counting.figures for part in self._parts))

    async def _queues(self) -> dict[str, tuple[int, int]]:
        """By registration, how many jobs are open and how many may be; none of those whose count
        the database does not give."""
        found = {}
        for part in self._parts:
            with suppress(AttestorError):
                count = await part.queue.open_count()
                found[part.served.registration] = (count, part.queue.bounds[0])
        return found

    async def _drain(self) -> None:
        """Finish what runs, within bounds, and tell the others to come again."""
        for part in self._parts:
            part.queue.stop()
        if self._failure is None:
            left = max(0.0, self._stop_seconds - STOP_MARGIN_SECONDS)
            await asyncio.gather(*(part.workers.drain(left) for part in self._parts))
        for part in self._parts:
            part.queue.close()

    def _fail(self, error: Fatal) -> None:
        """End this process, which is started anew. Not where the engines disagree: the daemon has
        been told of that, and halts. Called in the loop."""
        if isinstance(error, EnginesDisagree | SigningHalted):
            return
        logger.bind(event=Event.API_PROCESS_FAILED).error(
            "the API process ends: {} [{}]", error, error.code
        )
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
