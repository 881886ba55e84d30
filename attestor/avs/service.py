"""The service: an application of its own on a port of its own, until the process is to stop."""

import asyncio
import datetime
import signal
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from loguru import logger

from attestor.avs.failures import failure_of
from attestor.avs.health import Health
from attestor.avs.methods import Methods
from attestor.avs.parts import Parts
from attestor.core.events import Event
from attestor.http import tls_files
from attestor.http.allow_list import EVERYBODY, AllowList
from attestor.http.connections import ConnectionLimits
from attestor.http.jsonrpc_server import JsonRpcLimits, JsonRpcServer
from attestor.http.server import Listener, application
from attestor.http.tls_files import TlsFiles
from attestor.http.tls_renewal import TlsRenewal

PORT = 18232
ANSWERED = 100
"""Connections that are answered at once, as before."""
SPARE = 64
"""Connections beside them, which are told that there are too many."""
BATCH = 100
THREADS = 16
"""More than all calls together use that wait in a thread: each kind of them has turns."""
HISTORY_SECONDS = 5.0
"""Between looks at whether the history can be written."""
WATCH_SECONDS = 1.0
"""Between looks at whether the signer process still answers: without it the service ends."""


@dataclass(frozen=True)
class Serving:
    """How the service serves. `body_limit` is in bytes; `stop_seconds` is what calls get that are
    being answered when the process is told to stop."""

    body_limit: int
    allowed: AllowList = EVERYBODY
    tls: TlsFiles | None = None
    stop_seconds: float = 30.0


def tls_context(serving: Serving) -> ssl.SSLContext | None:
    """The context of the service's certificate. Raises `TlsFileInvalid`."""
    if serving.tls is None:
        return None
    return tls_files.server_context(serving.tls, datetime.datetime.now(datetime.UTC))


async def serve(listening: socket.socket, serving: Serving, parts: Parts) -> None:
    """Serve until SIGTERM or SIGINT; a second one ends the calls that are being answered. SIGHUP
    ends nothing, as the key would go. Raises what `parts.require_alive` and `parts.history` do."""
    loop = asyncio.get_running_loop()
    stop, now = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: (now if stop.is_set() else stop).set())
    loop.add_signal_handler(signal.SIGHUP, _tell_of_reload)
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="avs"))
    methods = Methods(parts)
    served = application()
    limits = JsonRpcLimits(serving.body_limit, BATCH)
    health = Health(parts.version, parts.address)
    given = methods.by_name(), parts.metrics.text, limits, failure_of, parts.asking
    JsonRpcServer(*given, health.answer).add_to(served)
    listener = Listener(
        served,
        listening,
        ConnectionLimits(
            total=ANSWERED + SPARE,
            per_address=ANSWERED + SPARE // 2,
            answered=ANSWERED,
            allowed=serving.allowed,
        ),
        tls_context(serving),
        serving.stop_seconds,
    )
    await listener.start()
    stopped = asyncio.ensure_future(stop.wait())
    watching = [asyncio.ensure_future(_watch(parts, health))]
    watching.append(asyncio.ensure_future(_watch_history(parts, health)))
    if serving.tls is not None:
        renewal = TlsRenewal(serving.tls, listener.use, time.monotonic)
        watching.append(asyncio.ensure_future(renewal.run()))
    try:
        await asyncio.wait((stopped, *watching), return_when=asyncio.FIRST_COMPLETED)
        for one in watching:
            if one.done():
                one.result()
        logger.bind(event=Event.STOPPING).info(
            "stopping: calls that are being answered get {:g} s", serving.stop_seconds
        )
    finally:
        stopped.cancel()
        for one in watching:
            one.cancel()
        await _stop(listener, methods, now, serving.stop_seconds)
        parts.release()
    logger.bind(event=Event.STOPPED).info("stopped")


def _tell_of_reload() -> None:
    logger.bind(event=Event.CONFIGURATION_NOTE).warning(
        "SIGHUP: certificates are read again as soon as their files change; everything else needs "
        "a new start, which makes another key"
    )


async def _watch(parts: Parts, health: Health) -> None:
    """Raise what `parts.require_alive` does."""
    while True:
        health.asked()
        await asyncio.to_thread(parts.require_alive)
        health.answered()
        await asyncio.sleep(WATCH_SECONDS)


async def _watch_history(parts: Parts, health: Health) -> None:
    """Raise what `parts.history` does."""
    while True:
        health.history = await asyncio.to_thread(parts.history)
        await asyncio.sleep(HISTORY_SECONDS)


async def _stop(listener: Listener, methods: Methods, now: asyncio.Event, seconds: float) -> None:
    """Drain for so long, or end at once when `now` comes."""
    draining = asyncio.ensure_future(listener.stop())
    hurry = asyncio.ensure_future(now.wait())
    # aiohttp would wait twice as long for who reads no answer.
    await asyncio.wait((draining, hurry), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    hurry.cancel()
    listener.abort()
    await methods.stop()
    await draining
