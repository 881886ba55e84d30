"""`attestor run`: starts the parts, watches over them, and stops them in order.

The event loop serves health and metrics. Duties have threads of their own, and clients are served
by another process.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress

from loguru import logger

from attestor.config import Chains, Config
from attestor.core.duty import DutyBounds, fault, is_past_hope
from attestor.core.events import Event
from attestor.daemon.build import build
from attestor.daemon.chain_units import ChainUnits
from attestor.daemon.clocks import ClockWatch
from attestor.daemon.database import check_daily
from attestor.daemon.duties import Duties
from attestor.daemon.operators import for_operators
from attestor.daemon.service_manager import ALIVE, READY, STOPPING, ServiceManager
from attestor.daemon.stopping import aside, at_signals
from attestor.errors import AttestorError, Fatal
from attestor.http.connections import ConnectionLimits
from attestor.http.server import Listener

WATCH_SECONDS = 1.0
DUTIES_STOP_SECONDS = 4.0
"""What duties get to end a step. One that waits for an endpoint longer is left behind."""
API_STOP_SECONDS = 4.0
"""What the API process gets, at the same time, to finish what it does."""
CLOSE_SECONDS = 3.0
"""What closing the rest gets afterwards."""
EXIT_SECONDS = 9.0
"""After which the process is ended by force: on a busy machine that takes a while, too."""
STOP_SECONDS = 10.0
"""Within which the process has ended, whatever hangs."""
HEALTH_CONNECTIONS = ConnectionLimits(128, 64, head_seconds=5.0, idle_seconds=30.0)


class Daemon:
    """A daemon that is set up but does not run yet. Make it in the main thread."""

    def __init__(
        self,
        config: Config | Chains,
        bounds: DutyBounds | None = None,
        manager: ServiceManager | None = None,
    ) -> None:
        """With one chain, or with several. `manager` is told of start, life and stop."""
        self._manager = manager or ServiceManager()
        self._bounds = bounds or DutyBounds()
        chains = config if isinstance(config, Chains) else Chains.of(config)
        self._parts = build(chains, self._bounds)
        self._clocks = self._parts.clocks
        self.renew = self._parts.renew
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._failure: AttestorError | None = None

    @property
    def exit_code(self) -> int:
        """Of a process that has to end before everything is closed."""
        return Fatal.exit_code if self._failure is None else self._failure.exit_code

    async def run(self, at_stop: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM, SIGINT or a fatal error, which is raised.

        `at_stop` is called when it begins to stop, also by a signal handler, and may be called
        more than once: what it begins has to end the process within `STOP_SECONDS`.
        """
        loop = self._loop = asyncio.get_running_loop()

        def stop() -> None:
            at_stop()
            with suppress(RuntimeError):  # The loop is closed: it stops already.
                loop.call_soon_threadsafe(self._stop.set)

        at_signals((signal.SIGTERM, signal.SIGINT), stop)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(aside, self._parts.closing.close, CLOSE_SECONDS)
            shared = Duties(self._parts.duties, self._fail, self._clocks)
            units = ChainUnits(self._parts.units, shared)
            await self._serve_operators(stack, units)
            units.start(self._fail)
            self._parts.api.supervisor.start()
            stack.push_async_callback(self._stop_parts, units)
            stack.callback(check_daily(units.wake).stop)
            stack.callback(at_stop)
            self._manager.tell(READY, "started")
            await self._watch(units)
            self._manager.tell(STOPPING, "stopping")
            logger.bind(event=Event.STOPPING).info("stopping")
        if self._failure is not None:
            raise self._failure

    async def _serve_operators(self, stack: AsyncExitStack, units: ChainUnits) -> None:
        served = for_operators(self._parts, units, self._bounds, self._stop.is_set)
        listener = Listener(served, self._parts.health, HEALTH_CONNECTIONS)
        stack.push_async_callback(listener.stop)
        await listener.start()

    async def _watch(self, units: ChainUnits) -> None:
        """Until it is time to stop; a duty past hope makes it so."""
        clocks = ClockWatch(self._clocks)
        while not self._stop.is_set():
            self._manager.tell(ALIVE)
            for line in clocks.told():
                logger.bind(event=Event.CLOCK_CHANGED).warning(line)
            now = self._clocks.watch()
            for record in units.ending_records():
                found = fault(record, now, self._bounds)
                if found is not None and is_past_hope(record, now, self._bounds):
                    self._fail(found)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), WATCH_SECONDS)

    async def _stop_parts(self, units: ChainUnits) -> None:
        """Clients and duties at the same time: neither needs the other to end."""
        api = self._parts.api.supervisor
        _, hanging = await asyncio.gather(
            aside(lambda: api.stop(API_STOP_SECONDS), API_STOP_SECONDS + 1),
            aside(lambda: units.stop(DUTIES_STOP_SECONDS), DUTIES_STOP_SECONDS + 1),
        )
        if hanging is None or hanging:
            logger.bind(event=Event.DUTIES_LEFT_BEHIND).warning(
                "left behind, as they hang: {}", ", ".join(hanging or ["duties"])
            )

    def _fail(self, error: Fatal) -> None:
        """Stop for good: whoever supervises the daemon starts it anew, with new keys. Called from
        every thread."""
        if self._stop.is_set():
            # What is closed already is missed by whoever still uses it: that is no failure.
            logger.debug("while stopping: {} [{}]", error, error.code)
            return
        if self._parts.api.halt.takes(error):
            return
        with self._lock:
            if self._failure is None:
                logger.bind(event=Event.DAEMON_FAILED).error("{} [{}]", error, error.code)
            self._failure = self._failure or error
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
