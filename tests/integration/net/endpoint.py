"""A JSON-RPC endpoint on loopback that answers as `cases.lying_endpoints` says."""

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from time import sleep

from cases.lying_endpoints import HUGE_BYTES, Lie, Question, Reply
from cases.small_chain import SmallChain

DRIP_SECONDS = 0.2


class FakeEndpoint:
    """The script of a server; `lie` None is an honest node. `asked` are the methods, in order."""

    def __init__(self, chain: SmallChain, lie: Lie | None = None) -> None:
        self.chain = chain
        self.lie = lie
        self.asked: list[str] = []

    def __call__(self, connection: socket.socket) -> None:
        while (request := _request(connection)) is not None:
            asked, params = request["method"], request["params"]
            self.asked.append(asked)
            question = Question(request["id"], asked, params, self.chain.answer(asked, params))
            reply = question.truth if self.lie is None else self.lie(question)
            MANNERS[reply.manner](connection, reply)


def _request(connection: socket.socket) -> dict | None:  # type: ignore[type-arg]
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)
    found: dict = json.loads(body)  # type: ignore[type-arg]
    return found


def _head(reply: Reply, length: int) -> bytes:
    headers = {**reply.headers, "Content-Length": str(length)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {reply.status} Said\r\n{lines}\r\n".encode()


def _whole(connection: socket.socket, reply: Reply) -> None:
    connection.sendall(_head(reply, len(reply.body)) + reply.body)


def _drip(connection: socket.socket, reply: Reply) -> None:
    connection.sendall(_head(reply, len(reply.body)))
    for byte in reply.body:
        connection.sendall(bytes([byte]))
        sleep(DRIP_SECONDS)


def _endless(connection: socket.socket, reply: Reply) -> None:
    """200 MB that are not announced."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    part = b"%x\r\n" % (1 << 20) + b"7" * (1 << 20) + b"\r\n"
    for _ in range(HUGE_BYTES >> 20):
        connection.sendall(part)


def _drop(connection: socket.socket, reply: Reply) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


MANNERS: dict[str, Callable[[socket.socket, Reply], None]] = {
    "whole": _whole,
    "drip": _drip,
    "endless": _endless,
    "drop": _drop,
}
