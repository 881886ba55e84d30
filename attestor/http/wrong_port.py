"""Clients that speak TLS to a plain port, or plain HTTP to a TLS port, answered in words."""

import asyncio
import socket

_HANDSHAKE = b"\x16\x03"
"""The first two bytes of a TLS client: a handshake record of TLS 1.x."""
LINGER_SECONDS = 1.0


def _answer(text: str) -> bytes:
    body = text.encode()
    head = (
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


TLS_ON_PLAIN = _answer(
    "This port speaks plain HTTP, and the client began a TLS handshake. Use http://, or set up "
    "TLS on the server.\n"
)
PLAIN_ON_TLS = _answer(
    "This port speaks TLS, and the client sent plain text. Use https:// in place of http://.\n"
)


def is_tls(first: bytes) -> bool:
    """Whether the first bytes of a connection are those of a TLS client."""
    return first.startswith(_HANDSHAKE)


async def speaks_tls(connection: socket.socket, seconds: float) -> bool:
    """Whether the client of an accepted connection does, as far as its first byte says. One that
    does not is told, one that is silent for so long is not. Raises `OSError`."""
    try:
        async with asyncio.timeout(seconds):
            first = await _peek(connection)
    except TimeoutError:
        return False
    if first == _HANDSHAKE[:1]:
        return True
    if first:
        await _tell(connection)
    return False


async def _peek(connection: socket.socket) -> bytes:
    """The first byte, which stays to be read; nothing at the end."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK)


async def _tell(connection: socket.socket) -> None:
    """Answer, and read what the client still sends: the kernel would throw the answer away if the
    connection were closed with something unread."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            await loop.sock_sendall(connection, PLAIN_ON_TLS)
            connection.shutdown(socket.SHUT_WR)
            while await loop.sock_recv(connection, 4096):
                pass
    except TimeoutError:
        pass
