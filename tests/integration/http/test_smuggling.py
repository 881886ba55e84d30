"""Requests that two servers in a row could read in two ways, over real sockets: what is ambiguous
is refused, the connection ends with it, and no answer goes to whom it is not for."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from attestor.access import clients_file
from attestor.access.clients_file import KeptKey, KnownClient
from attestor.access.known_clients import KnownClients
from attestor.access.usage import Usage
from attestor.core import api_key
from attestor.http.access import Access, AccessRules
from attestor.http.access_log import AccessLog
from attestor.http.bodies import Bodies, BodyLimits
from attestor.http.clients import Asking, client_of
from attestor.http.connections import ConnectionLimits
from attestor.http.server import Listener, application, listen

ALICE, BOB = (api_key.make(bytes(range(first, first + 40))) for first in (1, 2))
MOST_BYTES = 1000
AS_ALICE, AS_BOB = (f"Authorization: Bearer {key}\r\n" for key in (ALICE, BOB))
BOBS = f"POST /call/bobs HTTP/1.1\r\nHost: x\r\n{AS_BOB}Content-Length: 2\r\n\r\nok"
Ask = Callable[[int], Awaitable[None]]


def head(*lines: str, path: str = "/call/first", who: str = AS_ALICE) -> str:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{who}" + "".join(f"{one}\r\n" for one in lines)


def known() -> tuple[KnownClient, ...]:
    return tuple(
        KnownClient(name, "then", keys=(KeptKey(key.id, key.sha256(), "then"),))
        for name, key in (("alice", ALICE), ("bob", BOB))
    )


class Service:
    """What it was called with: path, client and body, each as it was read."""

    def __init__(self, limits: BodyLimits | None = None) -> None:
        self.limits = limits or BodyLimits(MOST_BYTES)
        self.seen: list[tuple[str, str, bytes]] = []

    def run(self, folder: Path, ask: Ask) -> None:
        path = folder / "clients.json"
        path.write_bytes(clients_file.encode(known()))
        asyncio.run(asyncio.wait_for(self._whole(path, ask), 60))

    async def _whole(self, path: Path, ask: Ask) -> None:
        clients = KnownClients(path, time.monotonic)
        rules = AccessRules(anonymous_here=False)
        access = Access(rules, clients, Usage(time.monotonic), Asking())
        log = AccessLog(True)
        served = application([log.middleware], [access.middleware])
        log.add_to(served)
        bodies = Bodies(self.limits)

        async def call(request: web.Request) -> web.Response:
            async with bodies.whole(request) as body:
                name = request.match_info["name"]
                self.seen.append((name, client_of(request), body))
                return web.json_response([name, client_of(request), len(body)])

        served.router.add_post("/call/{name}", call)
        listener = Listener(served, listen("127.0.0.1", 0, "api"), ConnectionLimits())
        await listener.start()
        try:
            await ask(listener.address[1])
        finally:
            await listener.stop()


async def exchange(port: int, sent: bytes) -> list[tuple[int, bytes]]:
    """Statuses and bodies of all answers until the server ends the connection, or has sent nothing
    for a moment."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answers = []
    try:
        while True:
            raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 1.5)
            status = int(raw.split()[1])
            length = raw.lower().partition(b"content-length:")[2].partition(b"\r")[0]
            answers.append((status, await reader.readexactly(int(length or 0))))
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        return answers
    finally:
        writer.close()


AMBIGUOUS = {
    "length and chunks": head("Content-Length: 4", "Transfer-Encoding: chunked")
    + "\r\n0\r\n\r\n"
    + BOBS,
    "chunks and length": head("Transfer-Encoding: chunked", f"Content-Length: {len(BOBS) + 5}")
    + "\r\n0\r\n\r\n"
    + BOBS,
    "two lengths": head("Content-Length: 2", f"Content-Length: {len(BOBS)}") + "\r\n" + BOBS,
    "two lengths that are one": head("Content-Length: 2", "Content-Length: 2") + "\r\nok" + BOBS,
    "lengths in a list": head("Content-Length: 2, 9") + "\r\nok" + BOBS,
    "length with a sign": head("Content-Length: +2") + "\r\nok" + BOBS,
    "length below zero": head("Content-Length: -1") + "\r\nok" + BOBS,
    "length in hexadecimal": head("Content-Length: 0x2") + "\r\nok" + BOBS,
    "length with an underscore": head("Content-Length: 1_0") + "\r\nok" + BOBS,
    "length of other digits": head("Content-Length: \u0662") + "\r\nok" + BOBS,
    "coding that is not known": head("Transfer-Encoding: xchunked") + "\r\n0\r\n\r\n" + BOBS,
    "chunked is not the last": head("Transfer-Encoding: chunked, identity")
    + "\r\n0\r\n\r\n"
    + BOBS,
    "chunked twice": head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")
    + "\r\n0\r\n\r\n"
    + BOBS,
    "coding behind a tab": head("Transfer-Encoding:\x0bchunked") + "\r\n0\r\n\r\n" + BOBS,
    "space before the colon": head("Content-Length : 2") + "\r\nok" + BOBS,
    "folded line": head("X-Long: a", " Content-Length: 2") + "\r\n" + BOBS,
    "folded first line": "POST /call/first HTTP/1.1\r\n Host: x\r\n" + AS_ALICE + "\r\n" + BOBS,
    "line feeds alone": head("Content-Length: 2").replace("\r\n", "\n") + "\nok" + BOBS,
    "line feed in a header": head("X-One: a\nContent-Length: 2") + "\r\nok" + BOBS,
    "carriage return in a header": head("X-One: a\rContent-Length: 2") + "\r\nok" + BOBS,
    "zero byte in a header": head("X-One: a\0b", "Content-Length: 2") + "\r\nok" + BOBS,
    "header without a name": head(": a", "Content-Length: 2") + "\r\nok" + BOBS,
    "header without a colon": head("Content-Length") + "\r\n" + BOBS,
    "chunk size that is none": head("Transfer-Encoding: chunked")
    + "\r\nzz\r\nok\r\n0\r\n\r\n"
    + BOBS,
    "chunk size with a sign": head("Transfer-Encoding: chunked")
    + "\r\n+2\r\nok\r\n0\r\n\r\n"
    + BOBS,
    "chunk size with 0x": head("Transfer-Encoding: chunked") + "\r\n0x2\r\nok\r\n0\r\n\r\n" + BOBS,
    "chunk size with an underscore": head("Transfer-Encoding: chunked")
    + "\r\n0_2\r\nok\r\n0\r\n\r\n"
    + BOBS,
    "chunk size below zero": head("Transfer-Encoding: chunked")
    + "\r\n-2\r\nok\r\n0\r\n\r\n"
    + BOBS,
    "chunk size of 2^64": head("Transfer-Encoding: chunked")
    + "\r\n10000000000000002\r\nok\r\n0\r\n\r\n"
    + BOBS,
    "chunk longer than it says": head("Transfer-Encoding: chunked")
    + "\r\n2\r\nokay\r\n0\r\n\r\n"
    + BOBS,
    "chunk that ends in a line feed": head("Transfer-Encoding: chunked")
    + "\r\n2\r\nok\n0\r\n\r\n"
    + BOBS,
    "chunk size ends in a line feed": head("Transfer-Encoding: chunked")
    + "\r\n2\nok\r\n0\r\n\r\n"
    + BOBS,
    "version of its own": head("Content-Length: 2").replace("HTTP/1.1", "HTTP/1.1x")
    + "\r\nok"
    + BOBS,
}
"""Each is followed by a whole request of another client, as a proxy might put it there."""


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_request__ambiguous__is_refused_and_ends_the_connection(name: str, tmp_path: Path) -> None:
    service = Service()

    async def ask(port: int) -> None:
        answers = await exchange(port, AMBIGUOUS[name].encode())
        assert [status for status, _ in answers] == [400]

    service.run(tmp_path, ask)
    assert [seen[0] for seen in service.seen] == []


PLAIN = {
    "length": (head("Content-Length: 2") + "\r\nok", b"ok"),
    "length with zeros": (head("Content-Length: 002") + "\r\nok", b"ok"),
    "no body": (head() + "\r\n", b""),
    "chunks": (head("Transfer-Encoding: chunked") + "\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", b"ok"),
    "chunks with extensions": (
        head("Transfer-Encoding: chunked") + '\r\n2;a=b;c="d"\r\nok\r\n0;e\r\n\r\n',
        b"ok",
    ),
    "chunks with a trailer": (
        head("Transfer-Encoding: chunked") + f"\r\n2\r\nok\r\n0\r\n{AS_BOB}X: y\r\n\r\n",
        b"ok",
    ),
    "coding in capitals": (head("Transfer-Encoding: CHUNKED") + "\r\n2\r\nok\r\n0\r\n\r\n", b"ok"),
    "two spaces in the first line": (
        head("Content-Length: 2").replace(" HTTP", "  HTTP") + "\r\nok",
        b"ok",
    ),
    "empty lines first": ("\r\n\r\n" + head("Content-Length: 2") + "\r\nok", b"ok"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_request__plain_then_another_clients__are_two_each_with_its_own_answer(
    name: str, tmp_path: Path
) -> None:
    service, (sent, body) = Service(), PLAIN[name]

    async def ask(port: int) -> None:
        answers = await exchange(port, (sent + BOBS + sent).encode())
        assert [status for status, _ in answers] == [200] * 3
        told = [json.loads(text) for _, text in answers]
        first = ["first", "client alice", len(body)]
        assert told == [first, ["bobs", "client bob", 2], first]

    service.run(tmp_path, ask)
    assert [one[2] for one in service.seen] == [body, b"ok", body]


HUGE = "A" * 200_000
REFUSED = {
    "without a name": (head("Content-Length: 2", who="") + "\r\nok", 401),
    "unknown call": (head("Content-Length: 2", path="/no") + "\r\nok", 404),
    "other method": (head("Content-Length: 2").replace("POST", "PATCH") + "\r\nok", 404),
    "body that says it is compressed": (
        head("Content-Length: 2", "Content-Encoding: gzip") + "\r\nok",
        415,
    ),
    "body too large": (head("Content-Length: 1001") + "\r\n" + "x" * 1001, 413),
    "chunks too large": (
        head("Transfer-Encoding: chunked") + "\r\n3e9\r\n" + "x" * 1001 + "\r\n0\r\n\r\n",
        413,
    ),
}
"""Requests that are whole, and refused for what they are."""


@pytest.mark.parametrize("name", REFUSED)
def test_pipeline__first_is_refused__its_body_is_no_request_and_the_next_has_its_own_answer(
    name: str, tmp_path: Path
) -> None:
    service, (sent, expected) = Service(), REFUSED[name]

    async def ask(port: int) -> None:
        answers = await exchange(port, (sent + BOBS).encode())
        assert answers[0][0] == expected
        # The connection may end with the refusal; if it does not, the next answer is Bob's.
        for status, text in answers[1:]:
            assert (status, json.loads(text)) == (200, ["bobs", "client bob", 2])
        assert len(answers) <= 2

    service.run(tmp_path, ask)
    assert set(service.seen) <= {("bobs", "client bob", b"ok")}


@pytest.mark.parametrize("path", ["/call/first", "/no"])
@pytest.mark.parametrize("who", [AS_ALICE, ""], ids=["named", "nameless"])
def test_body__has_a_request_in_it__is_never_called(path: str, who: str, tmp_path: Path) -> None:
    service = Service()

    async def ask(port: int) -> None:
        sent = head(f"Content-Length: {len(BOBS)}", path=path, who=who) + "\r\n" + BOBS
        assert len(await exchange(port, sent.encode())) == 1

    service.run(tmp_path, ask)
    assert all(name == "first" for name, _, _ in service.seen)


@pytest.mark.parametrize(
    "sent",
    [
        head(f"X-Long: {HUGE}") + "\r\n",
        head(*(f"X-{number}: a" for number in range(5000))) + "\r\n",
        head(path=f"/call/{HUGE}") + "\r\n",
        head("Transfer-Encoding: chunked") + f"\r\n0\r\nX: {HUGE}\r\n\r\n",
        head("Transfer-Encoding: chunked") + "\r\nffffffffffffffff\r\n" + HUGE,
    ],
    ids=["header", "headers", "path", "trailer", "chunk"],
)
def test_request__a_part_of_it_is_huge__is_refused_and_ends_the_connection(
    sent: str, tmp_path: Path
) -> None:
    service = Service()

    async def ask(port: int) -> None:
        answers = await exchange(port, (sent + BOBS).encode())
        assert [status for status, _ in answers][:1] in ([400], [413], [431], [])
        assert len(answers) <= 1

    service.run(tmp_path, ask)
    assert service.seen == []


def test_pipeline__hundreds_of_two_clients__each_answer_is_of_its_request(tmp_path: Path) -> None:
    service = Service()

    async def ask(port: int) -> None:
        sent = "".join(
            head("Content-Length: 1", path=f"/call/{number}", who=(AS_ALICE, AS_BOB)[number % 2])
            + "\r\nx"
            for number in range(300)
        )
        answers = await exchange(port, sent.encode())
        told = [json.loads(text)[:2] for _, text in answers]
        whose = ("client alice", "client bob")
        assert told == [[str(number), whose[number % 2]] for number in range(300)]

    service.run(tmp_path, ask)


@pytest.mark.parametrize("first", ["2;", "2;a=", "0", '2;a="'])
def test_chunk__its_head_does_not_end__is_given_up_by_its_rate(first: str, tmp_path: Path) -> None:
    service = Service(BodyLimits(MOST_BYTES, bytes_per_second=1e6, grace_seconds=0.3))

    async def ask(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((head("Transfer-Encoding: chunked") + f"\r\n{first}").encode())
        answered = asyncio.create_task(reader.readline())
        async with asyncio.timeout(10):
            while not answered.done():
                writer.write(b"0" * 1000)
                await asyncio.sleep(0.01)
        assert (await answered).split()[1] == b"400"
        writer.transport.abort()

    service.run(tmp_path, ask)
    assert service.seen == []
