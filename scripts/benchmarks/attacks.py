"""What hostile clients do to the service: each from many addresses of this machine, in a process
of its own, until it is told to end.

`python -m benchmarks.attacks NAME PORT KEY`: the key is that of a client with small quotas.
"""

import argparse
import asyncio
import json
import os
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from attestor.core import api_key
from attestor.http import wire
from attestor.http.process_limits import raise_file_limit
from attestor.programs import ELF_FOLDER

CONNECTIONS = 10_000
ADDRESSES = 50
AT_ONCE = 32
ENDLESS = ELF_FOLDER / "test" / "spin.elf"
HELLO = b"\x16\x03\x01\x02\x00\x01\x00"
"""The beginning of a TLS handshake."""


class Attacker:
    """Counts what it did, and what it was answered by status."""

    def __init__(self, port: int, key: str) -> None:
        self.port = port
        self.key = key
        self.counts: dict[str, int] = {}
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE

    def count(self, what: str) -> None:
        """One more of that."""
        self.counts[what] = self.counts.get(what, 0) + 1

    async def open_sockets(self, first: bytes) -> None:
        """Hold 10,000 connections that say that and nothing more, and open them anew when they
        are closed."""
        held: list[socket.socket] = []
        while True:
            held = [one for one in held if not _is_closed(one)]
            for number in range(min(500, CONNECTIONS - len(held))):
                with suppress(OSError):
                    held.append(self._connect(number, first))
                    self.count("opened")
            self.counts["held_at_most"] = max(self.counts.get("held_at_most", 0), len(held))
            await asyncio.sleep(0.1)

    async def ask(self, head: Callable[[int], bytes], body: bytes = b"") -> None:
        """Send requests one after the other, on 32 connections."""
        await asyncio.gather(*(self._asking(number, head, body) for number in range(AT_ONCE)))

    async def half_bodies(self) -> None:
        """Send 100 bytes of a megabyte each, on 400 connections."""
        text = self.head("/request_proof", self.key, 1_000_000) + b"{" * 100
        await asyncio.gather(*(self._half(number, text) for number in range(400)))

    async def slow_readers(self) -> None:
        """Ask for the description of the calls, twice on each of 400 connections, and read a
        byte a second of the answers."""
        text = self.head("/v1/openapi.json", self.key, 0).replace(b"POST", b"GET", 1) * 2
        await asyncio.gather(*(self._slow(number, text) for number in range(400)))

    def head(self, path: str, key: str, length: int) -> bytes:
        """The head of a request."""
        lines = (
            f"POST {path} HTTP/1.1",
            "Host: x",
            f"Authorization: Bearer {key}",
            f"Content-Length: {length}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _connect(self, number: int, first: bytes) -> socket.socket:
        one = socket.socket()
        one.settimeout(1.0)
        try:
            one.bind((_address(number), 0))
            one.connect(("127.0.0.1", self.port))
            one.setblocking(False)
            if first:
                one.send(first)
        except OSError:
            one.close()
            raise
        return one

    async def _open(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self._tls, local_addr=(_address(number), 0)
        )

    async def _asking(self, number: int, head: Callable[[int], bytes], body: bytes) -> None:
        asked = 0
        while True:
            with suppress(OSError, asyncio.IncompleteReadError, ValueError):
                reader, writer = await self._open(number)
                while True:
                    asked += 1
                    writer.write(head(asked * AT_ONCE + number) + body)
                    status = await _status(reader)
                    self.count(status)
            await asyncio.sleep(0.01)

    async def _half(self, number: int, text: bytes) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await self._open(number)
                writer.write(text)
                self.count("opened")
                await reader.read(1)
                writer.close()
            await asyncio.sleep(0.1)

    async def _slow(self, number: int, text: bytes) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1",
                    self.port,
                    ssl=self._tls,
                    local_addr=(_address(number), 0),
                    limit=1,
                )
                writer.write(text)
                self.count("opened")
                while await reader.read(1):
                    await asyncio.sleep(1)
                writer.close()
            await asyncio.sleep(0.1)


def attacks(attacker: Attacker) -> dict[str, Callable[[], Awaitable[None]]]:
    """All of them by name."""
    bad, good = str(api_key.make(os.urandom(40))), attacker.key

    def program(number: int) -> bytes:
        return wire.encode_request(ENDLESS.read_bytes(), [number.to_bytes(4, "little")])

    def endless(number: int) -> bytes:
        body = program(number % 1000)
        return attacker.head("/request_proof", good, len(body)) + body

    return {
        "open_connections": lambda: attacker.open_sockets(b""),
        "handshakes_without_end": lambda: attacker.open_sockets(HELLO),
        "half_bodies": attacker.half_bodies,
        "slow_readers": attacker.slow_readers,
        "bad_keys": lambda: attacker.ask(lambda _: attacker.head("/wait_proof", bad, 0)),
        "quota_used_up": lambda: attacker.ask(lambda _: attacker.head("/wait_proof", good, 0)),
        "endless_programs": lambda: attacker.ask(endless),
    }


NAMES = (
    "open_connections",
    "handshakes_without_end",
    "half_bodies",
    "slow_readers",
    "bad_keys",
    "quota_used_up",
    "endless_programs",
)


async def _status(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r")[0]
    await reader.readexactly(int(length or 0))
    return head.split(b" ", 2)[1].decode()


def _is_closed(one: socket.socket) -> bool:
    try:
        is_closed = one.recv(4096) == b""
    except BlockingIOError:
        return False
    except OSError:
        is_closed = True
    if is_closed:
        one.close()
    return is_closed


def _address(number: int) -> str:
    """One of this machine's, for a client of that number."""
    return f"127.9.0.{1 + number % ADDRESSES}"


async def _main(name: str, port: int, key: str, seconds: float) -> None:
    attacker = Attacker(port, key)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await attacks(attacker)[name]()
    print(json.dumps(attacker.counts), flush=True)
    # What is still open ends with the process.
    os._exit(0)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("port", type=int)
    parser.add_argument("key")
    parser.add_argument("seconds", type=float)
    arguments = parser.parse_args()
    raise_file_limit()
    os.nice(5)
    asyncio.run(_main(arguments.name, arguments.port, arguments.key, arguments.seconds))
