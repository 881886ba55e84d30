"""Bodies within bounds: of size, of time, of memory, and of what one client may have of it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiohttp import web

from attestor.errors import BodyCompressed, BodyInvalid, BodyTooLarge, QueueFull
from attestor.http.clients import client_of
from attestor.http.expectations import tell_to_go_on


@dataclass(frozen=True)
class BodyLimits:
    """Of the bodies of one call."""

    max_bytes: int
    bytes_per_second: float = 16_384.0
    """The least on the average, after `grace_seconds`."""
    grace_seconds: float = 10.0
    bodies_in_memory: float = 4.0
    """Bodies of the largest size that may be held together, whole or in part."""
    at_once: int = 8
    """Whole bodies that may wait to be decoded."""
    slot_seconds: float = 30.0
    """How long a whole body waits for its turn."""


class Share:
    """What one body has of the memory."""

    def __init__(self, client: str, evict: Callable[[], None]) -> None:
        self.client = client
        self.size = 0
        self._evict = evict

    def evict(self) -> None:
        """Give the memory to somebody else."""
        self._evict()


class Memory:
    """What all bodies take together. When it is full, the client that has most gives way: many slow
    bodies of one cannot keep out those of others."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._used = 0
        self._by_client: Counter[str] = Counter()
        self._shares: list[Share] = []

    @contextmanager
    def share(self, client: str, evict: Callable[[], None]) -> Iterator[Share]:
        """Room for one body; `evict` ends it."""
        share = Share(client, evict)
        self._shares.append(share)
        try:
            yield share
        finally:
            self._release(share)

    def grow(self, share: Share, size: int) -> None:
        """Take so many bytes more. Raises `QueueFull`."""
        while self._used + size > self._most:
            most = max(self._by_client, key=lambda name: self._by_client[name], default="")
            if self._by_client[most] <= self._by_client[share.client] + size:
                raise QueueFull("too many large requests are being read", hint="try again later")
            largest = max(
                (one for one in self._shares if one.client == most), key=lambda one: one.size
            )
            self._release(largest)
            largest.evict()
        share.size += size
        self._used += size
        self._by_client[share.client] += size

    def _release(self, share: Share) -> None:
        if share in self._shares:
            self._shares.remove(share)
            self._used -= share.size
            self._by_client[share.client] -= share.size
            if self._by_client[share.client] <= 0:
                del self._by_client[share.client]


class Bodies:
    """Reads the bodies of one call within limits."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._memory = Memory(limits.bodies_in_memory * limits.max_bytes)
        self._slots = asyncio.Semaphore(limits.at_once)

    @asynccontextmanager
    async def whole(self, request: web.Request) -> AsyncIterator[bytes]:
        """A whole body, which holds memory and one of few slots until the end of the block.

        Raises `BodyTooLarge`, `BodyInvalid`, `BodyCompressed`, and `QueueFull` when others have all
        the memory, or all slots for long. A slot is taken by a body that is there, and by none
        that is on its way.
        """
        async with self.held(request) as body:
            try:
                async with asyncio.timeout(self._limits.slot_seconds):
                    await self._slots.acquire()
            except TimeoutError:
                raise QueueFull("too many requests are waiting", hint="try again later") from None
            try:
                yield body
            finally:
                self._slots.release()

    @asynccontextmanager
    async def held(self, request: web.Request) -> AsyncIterator[bytes]:
        """A whole body, which holds memory until the end of the block; for who makes something of
        it that is as large. Raises as `whole`, but for slots."""
        transport = request.transport
        evict = transport.abort if transport is not None else _nothing
        with self._memory.share(client_of(request), evict) as share:
            yield await self._read(request, share)

    async def small(self, request: web.Request) -> bytes | None:
        """The whole body; None when it has more bytes than may be."""
        require_plain(request)
        await tell_to_go_on(request)
        body = bytearray()
        began = time.monotonic()
        while chunk := await self._chunk(request, len(body), began):
            body += chunk
            if len(body) > self._limits.max_bytes:
                return None
        return bytes(body)

    async def _read(self, request: web.Request, share: Share) -> bytes:
        require_plain(request)
        limit, length = self._limits.max_bytes, request.content_length
        if length is not None and length > limit:
            raise _too_large(limit)
        await tell_to_go_on(request)
        body = bytearray()
        began = time.monotonic()
        while chunk := await self._chunk(request, len(body), began):
            if len(body) + len(chunk) > limit:
                raise _too_large(limit)
            self._memory.grow(share, len(chunk))
            body += chunk
        return bytes(body)

    async def _chunk(self, request: web.Request, read: int, began: float) -> bytes:
        """What came; nothing at the end."""
        limits = self._limits
        allowed = limits.grace_seconds + read / limits.bytes_per_second
        left = began + allowed - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, left)):
                return await request.content.readany()
        except TimeoutError:
            raise BodyInvalid(
                f"the body is too slow: {read} bytes in {allowed:.0f} s, where at least "
                f"{limits.bytes_per_second:.0f} a second have to come"
            ) from None
        except (web.RequestPayloadError, ConnectionError) as error:
            raise BodyInvalid(f"the body cannot be read: {type(error).__name__}") from None


def require_plain(request: web.Request) -> None:
    """Raise `BodyCompressed` for a body that would have to be inflated before anyone can say how
    large it is."""
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise BodyCompressed(
            "the body is compressed, or says so", hint="send it without Content-Encoding"
        )


def _nothing() -> None:
    pass


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"the body is larger than {limit} bytes", hint="the operator's api.max_body_bytes"
    )
