"""Connections within bounds: how many there are, and how long one may go without a request.

aiohttp bounds neither: whoever sends nothing, or a byte at a time, would hold a descriptor forever.
"""

import asyncio
import errno
import resource
import socket
import ssl
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from loguru import logger

from attestor.core.events import Event
from attestor.http import wrong_port
from attestor.http.addresses import shared_by
from attestor.http.allow_list import EVERYBODY, AllowList
from attestor.http.guarded_protocol import GuardedProtocol
from attestor.observe.repeated import Repeated

EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
RESERVED_FILES = 64
"""What a process needs beside its connections: database, sockets to other processes, log."""
ACCEPT_AT_ONCE = 64
HANDSHAKES_AT_ONCE = 1024
"""Each takes some 100 kB before anyone has shown that it can speak TLS."""
ACCEPT_PAUSE_SECONDS = 1.0
SWEEP_SECONDS = 1.0
UNSENT_BYTES = 64 << 10
"""Of an answer, in the kernel, besides what is under way."""
READ_BYTES_PER_SECOND = 16_384.0
"""What a client takes of its answer at least: a byte now and then is no progress."""


@dataclass(frozen=True)
class ConnectionLimits:
    """Of one listener. Times are seconds."""

    total: int = 10_000
    per_address: int = 256
    head_seconds: float = 15.0
    """From the connection's start to the end of its first request's head."""
    idle_seconds: float = 75.0
    """From an answer to the end of the next head; an answer that is read counts as progress."""
    answered: int | None = None
    """How many may be answered at once; those beyond are told so (`Connections.is_surplus`)."""
    handshake_seconds: float = 10.0
    """From the connection's start to the end of its TLS handshake."""
    allowed: AllowList = EVERYBODY
    """Whose connections are taken."""
    proxies: AllowList = EVERYBODY
    """Those of its networks, which speak for many, may have more connections than `per_address`."""


class Connections:
    """Accepts from a listening socket and watches over what it accepted. Lives in one loop."""

    def __init__(
        self,
        listening: socket.socket,
        make_protocol: Callable[[], asyncio.Protocol],
        limits: ConnectionLimits,
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._listening = listening
        self._make_protocol = make_protocol
        self._limits = limits
        self._tls = tls
        self._clock = clock
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._total = max(1, min(limits.total, files - RESERVED_FILES))
        self._by_address: Counter[str] = Counter()
        self._by_transport: dict[asyncio.BaseTransport, GuardedProtocol] = {}
        self._silent: OrderedDict[GuardedProtocol, None] = OrderedDict()
        self._repeated = Repeated(clock)
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._loop = asyncio.get_running_loop()
        self._sweeper: asyncio.Task[None] | None = None
        self._stopped = False

    def __len__(self) -> int:
        return sum(self._by_address.values())

    def use(self, tls: ssl.SSLContext) -> None:
        """Begin later connections with another certificate."""
        self._tls = tls

    def start(self) -> None:
        """Accept from now on."""
        self._listening.setblocking(False)
        self._loop.add_reader(self._listening, self._accept)
        self._sweeper = self._loop.create_task(self._sweep())

    def stop(self) -> None:
        """Accept nothing more; what is open stays."""
        self._stopped = True
        self._loop.remove_reader(self._listening)
        if self._sweeper is not None:
            self._sweeper.cancel()
        for task in self._tasks:
            task.cancel()

    def abort(self) -> None:
        """Close what is open, whatever is being answered there."""
        for guarded in list(self._by_transport.values()):
            guarded.abort()

    def opened(self, guarded: GuardedProtocol, transport: asyncio.BaseTransport) -> None:
        """A connection begins, and owes a request."""
        answered = self._limits.answered
        is_full = answered is not None and self._answered() >= answered
        guarded.is_surplus = is_full and not self._gives_way_to(guarded.address)
        self._by_transport[transport] = guarded
        self._await_head(guarded, self._limits.head_seconds)

    def lost(self, guarded: GuardedProtocol, transport: asyncio.BaseTransport) -> None:
        """A connection ended."""
        self._by_transport.pop(transport, None)
        self._silent.pop(guarded, None)
        self._count(guarded.address, -1)

    def request_begins(self, transport: asyncio.BaseTransport | None) -> None:
        """The head of a request is there."""
        guarded = self._by_transport.get(transport) if transport is not None else None
        if guarded is not None:
            self._silent.pop(guarded, None)

    def request_ends(self, transport: asyncio.BaseTransport | None) -> None:
        """The request has its answer, which is being sent."""
        guarded = self._by_transport.get(transport) if transport is not None else None
        if guarded is not None:
            self._await_head(guarded, self._limits.idle_seconds)

    def is_surplus(self, transport: asyncio.BaseTransport | None) -> bool:
        """Whether the connection came when all that may be answered were there."""
        guarded = self._by_transport.get(transport) if transport is not None else None
        return guarded is not None and guarded.is_surplus

    def _answered(self) -> int:
        return sum(not one.is_surplus for one in self._by_transport.values())

    def _gives_way_to(self, address: str) -> bool:
        """End a connection of the address that has most of those that are answered, a silent one if
        it has one, unless it would have fewer than this address then."""
        answered = [one for one in self._by_transport.values() if not one.is_surplus]
        counts = Counter(one.address for one in answered)
        most, count = counts.most_common(1)[0]
        if count <= counts[address] + 1:
            return False
        theirs = [one for one in answered if one.address == most]
        silent = [one for one in theirs if one in self._silent]
        leaving = (silent or theirs)[0]
        leaving.is_surplus = True
        leaving.abort()
        return True

    def _await_head(self, guarded: GuardedProtocol, seconds: float) -> None:
        guarded.deadline = self._clock() + seconds
        self._silent[guarded] = None
        self._silent.move_to_end(guarded)

    def _accept(self) -> None:
        for _ in range(ACCEPT_AT_ONCE):
            try:
                connection, peer = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(error)
                return
            self._repeated.passed("accept")
            self._take(connection, peer)

    def _take(self, connection: socket.socket, peer: tuple[object, ...]) -> None:
        if not self._limits.allowed.allows(str(peer[0])):
            connection.close()
            if told := self._repeated.failed("address", "refused"):
                line = "refused {}, which is not allowed ({} times)", peer[0], told.times
                logger.bind(event=Event.ADDRESS_REFUSED).warning(*line)
            return
        address = shared_by(str(peer[0]))
        if self._has_too_many(address) or not self._has_room():
            connection.close()
            self._count(address, 0)
            return
        self._count(address, 1)
        connection.setblocking(False)
        # What the other end does not take stays with us, where it is bounded and seen.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        protocol = partial(GuardedProtocol, self._make_protocol(), address, self)
        task = self._loop.create_task(self._connect(protocol, connection, address))
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def _connect(
        self, protocol: Callable[[], GuardedProtocol], connection: socket.socket, address: str
    ) -> None:
        """In a task of its own: a handshake keeps nobody waiting but its client."""
        seconds = self._limits.handshake_seconds
        try:
            if self._tls is None:
                await self._loop.connect_accepted_socket(protocol, connection)
                return
            if not await wrong_port.speaks_tls(connection, seconds):
                connection.close()
                self._count(address, -1)
                return
            await self._loop.connect_accepted_socket(
                protocol, connection, ssl=self._tls, ssl_handshake_timeout=seconds
            )
        except (OSError, asyncio.CancelledError):
            connection.close()
            self._count(address, -1)

    def _has_too_many(self, address: str) -> bool:
        few = self._by_address[address] < self._limits.per_address
        return not few and not self._limits.proxies.names(address)

    def _has_room(self) -> bool:
        """Whether one more may come, perhaps for the longest silent or the oldest handshake."""
        if len(self._tasks) >= HANDSHAKES_AT_ONCE:
            self._end_oldest_handshake()
        if len(self) < self._total:
            return True
        for guarded in self._silent:
            guarded.abort()
            del self._silent[guarded]
            return True
        return self._end_oldest_handshake()

    def _end_oldest_handshake(self) -> bool:
        for task in self._tasks:
            task.cancel()
            del self._tasks[task]
            return True
        return False

    def _pause(self, error: OSError) -> None:
        """What is exhausted will not be there at once, and must not fill the log meanwhile."""
        seconds = ACCEPT_PAUSE_SECONDS if error.errno in EXHAUSTED else 0.1
        if told := self._repeated.failed("accept", str(error.errno)):
            line = "cannot accept a connection: {} (time {})", error.strerror, told.times
            logger.bind(event=Event.CONNECTION_NOT_ACCEPTED).warning(*line)
        self._loop.remove_reader(self._listening)
        self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        if not self._stopped:
            self._loop.add_reader(self._listening, self._accept)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._clock()
            for guarded in list(self._silent):
                if guarded.reads_its_answer(now, READ_BYTES_PER_SECOND):
                    guarded.deadline = now + self._limits.idle_seconds
                elif now >= guarded.deadline:
                    self._silent.pop(guarded, None)
                    guarded.abort()

    def _count(self, address: str, change: int) -> None:
        self._by_address[address] += change
        if self._by_address[address] <= 0:
            del self._by_address[address]


CONNECTIONS = web.AppKey("connections", list[Connections])
"""Of an application: those of each of its listeners."""
