"""A connection's protocol, which says when the connection begins and ends, and lets it be ended."""

import asyncio
from typing import Protocol

from attestor.http import wrong_port


class Guard(Protocol):
    """`connections.Connections`."""

    def opened(self, guarded: "GuardedProtocol", transport: asyncio.BaseTransport) -> None: ...

    def lost(self, guarded: "GuardedProtocol", transport: asyncio.BaseTransport) -> None: ...


class GuardedProtocol(asyncio.Protocol):
    """A connection's protocol, with a deadline while no request of it is being answered."""

    def __init__(self, inner: asyncio.Protocol, address: str, guard: Guard) -> None:
        self.address = address
        self.deadline = 0.0
        self.is_surplus = False
        self._inner = inner
        self._guard = guard
        self._transport: asyncio.Transport | None = None
        self._is_first = True
        self._unsent = 0
        self._read_until = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._guard.opened(self, transport)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._is_first and wrong_port.is_tls(data):
            # aiohttp would answer that there is a control character in the method.
            assert self._transport is not None
            self._transport.write(wrong_port.TLS_ON_PLAIN)
            self._transport.close()
            return
        self._is_first = False
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._guard.lost(self, self._transport)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def reads_its_answer(self, now: float, bytes_per_second: float) -> bool:
        """Whether the other end took something of what is to be sent since this was last asked, and
        is still within the time in which it would have all of it at that rate."""
        assert self._transport is not None
        before, self._unsent = self._unsent, self._transport.get_write_buffer_size()
        if self._unsent > before:
            self._read_until = now + self._unsent / bytes_per_second
        return self._unsent < before and now < self._read_until

    def abort(self) -> None:
        """Close it without another word."""
        if self._transport is not None:
            self._transport.abort()
