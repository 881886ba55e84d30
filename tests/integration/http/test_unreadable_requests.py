"""What aiohttp answers by itself, with words in it that the AVS's operator acts on."""

import asyncio
import json
from collections.abc import Callable

import pytest
from aiohttp import web
from loguru import logger

from attestor.errors import AttestorError
from attestor.http.connections import CONNECTIONS
from attestor.http.jsonrpc import Failure
from attestor.http.jsonrpc_server import JsonRpcLimits, JsonRpcServer, Params
from attestor.http.server import Listener, application, listen

WORDS = b"skip unexpected EOF"
CALL = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "echo", "params": [1]}).encode()
ANSWERED = b'{"jsonrpc":"2.0","result":[1],"id":1}'


async def echo(params: Params) -> object:
    return params


async def read(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=ANSWERED)


def prover() -> web.Application:
    def told(error: AttestorError) -> Failure:
        return Failure(14001, str(error))

    served = application()
    JsonRpcServer({"echo": echo}, lambda: "a 1\n", JsonRpcLimits(1 << 16), told).add_to(served)
    return served


def proof_service() -> web.Application:
    served = application()
    served.router.add_post("/", read)
    return served


def request(
    more: bytes = b"",
    line: bytes = b"POST / HTTP/1.1",
    body: bytes = CALL,
    length: bytes | None = b"Content-Length: %d\r\n",
) -> bytes:
    size = length % len(body) if length and b"%d" in length else length or b""
    head = line + b"\r\nHost: x\r\nContent-Type: application/json\r\n" + more + size
    return head + b"\r\n" + body


def chunked(body: bytes) -> bytes:
    return request(b"Transfer-Encoding: chunked\r\n", body=body, length=None)


async def exchange(port: int, sent: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
    body = await reader.readexactly(int(fields.get(b"content-length", b"0")))
    writer.close()
    return int(head.split()[1]), head, body


def answer(made: Callable[[], web.Application], sent: bytes) -> tuple[int, bytes, bytes]:
    async def whole() -> tuple[int, bytes, bytes]:
        listener = Listener(made(), listen("127.0.0.1", 0, "api"))
        await listener.start()
        try:
            return await exchange(listener.address[1], sent)
        finally:
            await listener.stop()

    return asyncio.run(asyncio.wait_for(whole(), 60))


UNREADABLE: dict[str, bytes] = {
    "method": request(line=b"s,kip / HTTP/1.1"),
    "method that is none": request(line=WORDS + b" / HTTP/1.1"),
    "version": request(line=b"POST / skip/1.1"),
    "version of another kind": request(line=b"POST /skip HTTP/9.9"),
    "target with spaces": request(line=b"POST /" + WORDS + b" HTTP/1.1"),
    "target with a control character": request(line=b"POST /skip\x01 HTTP/1.1"),
    "target that is no ASCII": request(line=b"POST /skip\xff HTTP/1.1"),
    "target that is a star": request(line=b"POST *skip HTTP/1.1"),
    "target of no host": request(line=b"POST http://[skip/ HTTP/1.1"),
    "no target": request(line=b"POST skip HTTP/1.1"),
    "line too long": request(line=b"POST /" + b"skip" * 5000 + b" HTTP/1.1"),
    "header's name": request(b"sk skip: 1\r\n"),
    "header with a control character": request(b"a: \x00" + WORDS + b"\r\n"),
    "header without a colon": request(WORDS + b"\r\n"),
    "header that is folded": request(b"a: b\r\n " + WORDS + b"\r\n"),
    "header too long": request(b"a: " + b"skip" * 5000 + b"\r\n"),
    "headers too many": request(b"".join(b"skip%d: 1\r\n" % number for number in range(500))),
    "header twice": request(b"Content-Type: skip\r\n"),
    "host twice": request(b"Host: skip\r\n"),
    "no host": request().replace(b"Host: x\r\n", b"skip: x\r\n"),
    "length that is none": request(length=b"Content-Length: skip\r\n"),
    "length twice": request(b"Content-Length: 1\r\n"),
    "length too large": request(length=b"Content-Length: " + b"9" * 30 + b"\r\n"),
    "coding of transfer": request(b"Transfer-Encoding: skip\r\n", length=None),
    "chunked with a length": request(b"Transfer-Encoding: chunked\r\n"),
    "first chunk's size": chunked(WORDS + b"\r\n\r\n"),
    "lines that end otherwise": request(b"skip: 1\r\n").replace(b"\r\n", b"\n"),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another protocol": b"SSH-2.0-skip\r\n\r\n",
    "TLS": b"\x16\x03\x01\x00\x05skip\r\n\r\n",
    "asks for a page": request(b"Accept: text/html\r\n", line=b"<b>skip / HTTP/1.1"),
}
BOTH = pytest.mark.parametrize("made", [prover, proof_service])


@BOTH
@pytest.mark.parametrize("name", UNREADABLE)
def test_request__that_is_no_http__is_told_so_without_the_clients_words(
    name: str, made: Callable[[], web.Application]
) -> None:
    lines: list[str] = []
    log = logger.add(lambda line: lines.append(str(line)), level="DEBUG")
    status, head, body = answer(made, UNREADABLE[name])
    logger.remove(log)
    assert status == 400
    assert b"text/plain" in head
    assert body.endswith(b"\n")
    for word in (b"skip", b"EOF", b"<b>"):
        assert word not in head + body
    assert not [line for line in lines if "Traceback" in line]


EXPECTED = (b"skip", b"100-continue, skip", b"100-continue\r\nExpect: skip")


@BOTH
@pytest.mark.parametrize("expected", EXPECTED)
def test_request__expects_what_nobody_knows__is_answered_as_without(
    expected: bytes, made: Callable[[], web.Application]
) -> None:
    status, _, body = answer(made, request(b"Expect: " + expected + b"\r\n"))
    assert (status, body) == (200, ANSWERED)


@pytest.mark.parametrize("line", [b"POST /none HTTP/1.1", b"PUT / HTTP/1.1"])
def test_request__expects_of_a_call_that_is_not_there__gets_404(line: bytes) -> None:
    status, _, body = answer(proof_service, request(b"Expect: skip\r\n", line=line))
    assert (status, body) == (404, b"")


def test_request__exception_outside_of_calls__is_told_without_it() -> None:
    """As no call's exception reaches aiohttp, one is raised where nothing catches it."""

    async def fail(request: web.Request) -> web.Response:
        raise RuntimeError("skip")

    def failing() -> web.Application:
        served = web.Application()
        served[CONNECTIONS] = []
        served.router.add_post("/", fail)
        return served

    status, head, body = answer(failing, request(b"Accept: text/html\r\n"))
    assert status == 500
    assert b"skip" not in head + body
