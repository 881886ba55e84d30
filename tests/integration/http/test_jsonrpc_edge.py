"""JSON-RPC over real sockets: every status and body that a client of jsonrpsee's server sees."""

import asyncio
import datetime
import json
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cases.tls_files import CHAIN, OWN, issue, write

from attestor.errors import AttestorError, ConfigurationInvalid
from attestor.http import tls_files
from attestor.http.allow_list import AllowList
from attestor.http.connections import ConnectionLimits
from attestor.http.jsonrpc import Failure
from attestor.http.jsonrpc_server import OTHER_SITE, JsonRpcLimits, JsonRpcServer, Params
from attestor.http.server import Listener, application, listen

LIMIT = 4096
HUGE = 16 << 20
"""More than sockets take."""
PARSE_ERROR = '{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}'
TOO_BIG = (
    '{"jsonrpc":"2.0","error":{"code":-32007,"message":"Request is too big","data":'
    '"Exceeded max limit of 4096"},"id":null}'
)
JSON = "application/json; charset=utf-8"
Body = Callable[[int], Awaitable[None]]


async def echo(params: Params) -> object:
    return params


async def fail(params: Params) -> object:
    raise ConfigurationInvalid("what", hint="do this")


async def crash(params: Params) -> object:
    raise RuntimeError("secret")


async def large(params: Params) -> object:
    return "x" * LIMIT


async def half(params: Params) -> object:
    return "x" * (LIMIT // 2)


async def wait(params: Params) -> object:
    await asyncio.sleep(30)
    return None


async def slow(params: Params) -> object:
    await asyncio.sleep(2.5)
    return params


async def huge(params: Params) -> object:
    return "x" * HUGE


def told(error: AttestorError) -> Failure:
    return Failure(14001, str(error))


def serve(
    body: Body,
    limits: ConnectionLimits | None = None,
    tls: ssl.SSLContext | None = None,
    body_limit: int = LIMIT,
) -> None:
    async def whole() -> None:
        served = application()
        methods = {
            "echo": echo,
            "fail": fail,
            "crash": crash,
            "large": large,
            "half": half,
            "wait": wait,
            "slow": slow,
            "huge": huge,
        }
        server = JsonRpcServer(methods, lambda: "a 1\n", JsonRpcLimits(body_limit, 3), told)
        server.add_to(served)
        listener = Listener(served, listen("127.0.0.1", 0, "avs"), limits, tls)
        await listener.start()
        try:
            await body(listener.address[1])
        finally:
            await listener.stop()

    asyncio.run(asyncio.wait_for(whole(), 60))


async def exchange(
    port: int, sent: bytes, context: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> tuple[int, str, str]:
    """Status, content type, body."""
    name = "prover.example" if context else None
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=name, local_addr=(address, 0)
    )
    writer.write(sent)
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode()
    fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    body = await reader.readexactly(int(fields.get("content-length", 0)))
    writer.close()
    return int(head.split()[1]), fields.get("content-type", ""), body.decode()


def post(body: str | bytes, content_type: str | None = "application/json") -> bytes:
    data = body.encode() if isinstance(body, str) else body
    kind = f"Content-Type: {content_type}\r\n" if content_type is not None else ""
    head = f"POST / HTTP/1.1\r\nHost: x\r\n{kind}Content-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def call(method: str, params: object = None) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def error(number: int, message: str, data: str | None = None) -> str:
    more = "" if data is None else f',"data":"{data}"'
    return f'{{"jsonrpc":"2.0","error":{{"code":{number},"message":"{message}"{more}}},"id":1}}'


def asked_of(host: str, origin: str | None = None) -> bytes:
    """By the name of a machine; by a page of a site."""
    more = "" if origin is None else f"\r\nOrigin: {origin}"
    return post(call("echo", [1])).replace(b"Host: x", f"Host: {host}{more}".encode())


WRONG_VERB = "Used HTTP Method is not allowed. POST or OPTIONS is required\n"
WRONG_TYPE = "Supplied content type is not allowed. Content-Type: application/json is required\n"
ECHOED = '{"jsonrpc":"2.0","result":[1],"id":1}'
EXCHANGES: dict[str, tuple[bytes, int, str, str]] = {
    "call": (post(call("echo", [1])), 200, JSON, ECHOED),
    "upper case type": (post(call("echo", [1]), "Application/JSON"), 200, JSON, ECHOED),
    "json-rpc type": (post(call("echo", [1]), "application/json-rpc"), 200, JSON, ECHOED),
    "charset": (post(call("echo", [1]), "application/json;charset=utf-8"), 200, JSON, ECHOED),
    "no params": (post(call("echo")), 200, JSON, '{"jsonrpc":"2.0","result":null,"id":1}'),
    "notification": (post('{"jsonrpc":"2.0","method":"echo"}'), 200, JSON, ""),
    "batch": (
        post('[{"jsonrpc":"2.0","method":"echo"},' + call("echo", [1]) + "]"),
        200,
        JSON,
        f"[{ECHOED}]",
    ),
    "batch of notifications": (post('[{"jsonrpc":"2.0","method":"echo"}]'), 200, JSON, ""),
    "params that are none": (
        post(call("nothing", "p")),
        200,
        JSON,
        error(-32601, "Method not found"),
    ),
    "nothing to answer to": (post("{}"), 200, JSON, PARSE_ERROR),
    "batch beyond the limit": (
        post("[" + ",".join([call("half")] * 3) + "]"),
        200,
        JSON,
        '{"jsonrpc":"2.0","error":{"code":-32011,"message":"The batch response was too large",'
        '"data":"Exceeded max limit of 4096"},"id":null}',
    ),
    "unknown": (post(call("nothing")), 200, JSON, error(-32601, "Method not found")),
    "typed error": (post(call("fail")), 200, JSON, error(14001, "what (do this)")),
    "unexpected error": (post(call("crash")), 200, JSON, error(-32603, "Internal error")),
    "large answer": (
        post(call("large")),
        200,
        JSON,
        error(-32008, "Response is too big", "Exceeded max limit of 4096"),
    ),
    "no json": (post("hello"), 400, JSON, PARSE_ERROR),
    "no body": (post(""), 400, JSON, PARSE_ERROR),
    "half json": (post("{"), 200, JSON, PARSE_ERROR),
    "bytes": (post(b"{\xff"), 200, JSON, PARSE_ERROR),
    "too long": (post("{" + " " * LIMIT), 413, JSON, TOO_BIG),
    "no type": (post(call("echo"), None), 415, "text/plain", WRONG_TYPE),
    "other type": (post(call("echo"), "text/plain"), 415, "text/plain", WRONG_TYPE),
    "other charset": (
        post(call("echo"), "application/json; charset=latin1"),
        415,
        "text/plain",
        WRONG_TYPE,
    ),
    "compressed": (
        post(call("echo")).replace(b"Host: x", b"Host: x\r\nContent-Encoding: gzip"),
        400,
        JSON,
        PARSE_ERROR.replace(
            '"},"id"',
            '","data":"the body is compressed, or says so '
            '(send it without Content-Encoding)"},"id"',
        ),
    ),
    "expects something": (
        post(call("echo", [1])).replace(b"Host: x", b"Host: x\r\nExpect: skip"),
        200,
        JSON,
        ECHOED,
    ),
    "put": (b"PUT / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "text/plain", WRONG_VERB),
    "delete": (b"DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n", 405, "text/plain", WRONG_VERB),
    "options": (b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "text/plain", WRONG_VERB),
    "get": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 200, JSON, "a 1\n"),
    "get any path": (b"GET /a/%20b?c=d HTTP/1.1\r\nHost: x\r\n\r\n", 200, JSON, "a 1\n"),
    "get a line's end": (b"GET /a%0Ab HTTP/1.1\r\nHost: x\r\n\r\n", 200, JSON, "a 1\n"),
    "get a whole address": (b"GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 200, JSON, "a 1\n"),
    "options of a server": (
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        405,
        "text/plain",
        WRONG_VERB,
    ),
    "connect": (b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "text/plain", WRONG_VERB),
    "any host": (asked_of("prover.example:18232"), 200, JSON, ECHOED),
    "no host": (asked_of(""), 200, JSON, ECHOED),
    "page of this machine": (asked_of("x", "http://127.0.0.1:3000"), 200, JSON, ECHOED),
    "page of another site": (asked_of("x", "https://a.example"), 403, "text/plain", OTHER_SITE),
    "page by a name of its own for us": (
        asked_of("a.example:18232", "http://a.example:18232"),
        403,
        "text/plain",
        OTHER_SITE,
    ),
    "page without a site": (asked_of("127.0.0.1", "null"), 403, "text/plain", OTHER_SITE),
    "preflight": (
        b"OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n"
        b"Access-Control-Request-Method: POST\r\n\r\n",
        405,
        "text/plain",
        WRONG_VERB,
    ),
    "websocket": (
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        200,
        JSON,
        "a 1\n",
    ),
}


@pytest.mark.parametrize("name", EXCHANGES)
def test_edge__each_request__gets_the_bytes_that_it_always_got(name: str) -> None:
    sent, *expected = EXCHANGES[name]

    async def body(port: int) -> None:
        assert list(await exchange(port, sent)) == expected

    serve(body)


def test_edge__client_that_waits_to_go_on__is_told_to() -> None:
    """As curl does before a large body."""

    async def body(port: int) -> None:
        head, sent = post(call("echo", [1])).split(b"\r\n\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(sent)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")
        assert await reader.readexactly(len(ECHOED)) == ECHOED.encode()
        writer.close()

    serve(body)


def test_edge__body_without_length__is_cut_off_at_the_limit() -> None:
    async def body(port: int) -> None:
        head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        chunk = b"1000\r\n" + b"{" * 4096 + b"\r\n"
        sent = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 2
        assert (await exchange(port, sent))[::2] == (413, TOO_BIG)

    serve(body)


def test_edge__batch_bomb__is_refused_as_one() -> None:
    async def body(port: int) -> None:
        status, _, text = await exchange(port, post("[" + ",".join(["{}"] * 1000) + "]"))
        assert status == 200
        assert text == (
            '{"jsonrpc":"2.0","error":{"code":-32010,"message":"The batch request was too large",'
            '"data":"Exceeded max limit of 3"},"id":null}'
        )

    serve(body)


def test_edge__connection_beyond_those_that_are_answered__is_told() -> None:
    async def body(port: int) -> None:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        await asyncio.sleep(0.1)
        found = await exchange(port, post(call("echo", [1])))
        assert found == (429, "text/plain", "Too many connections. Please try again later.")
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.1)
        assert (await exchange(port, post(call("echo", [1]))))[0] == 200

    serve(body, ConnectionLimits(answered=2))


def test_edge__call_outlasts_all_limits_of_silence__is_answered_and_so_is_the_next() -> None:
    """The prover before this one ended a connection 60 seconds after it began."""

    async def body(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for method in ("slow", "echo"):
            writer.write(post(call(method, [1])))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")
            assert await reader.readexactly(len(ECHOED)) == ECHOED.encode()
        writer.close()

    serve(body, ConnectionLimits(head_seconds=0.5, idle_seconds=0.5, handshake_seconds=0.5))


def test_edge__answers_that_nobody_reads__give_way_to_another_client() -> None:
    async def body(port: int) -> None:
        asked = post(call("huge"))
        held = [await asyncio.open_connection("127.0.0.1", port, limit=1) for _ in range(8)]
        for _, writer in held:
            writer.write(asked)
        await asyncio.sleep(0.5)
        for address in ("127.0.0.2", "127.0.0.3"):
            status, _, text = await exchange(port, asked, address=address)
            assert (status, len(text) > HUGE) == (200, True)
        heads = [await asyncio.wait_for(reader.read(12), 5) for reader, _ in held]
        # Of the eight, four were too many from the first.
        assert heads.count(b"HTTP/1.1 503") == 4
        for _, writer in held:
            writer.close()

    serve(body, body_limit=HUGE + 1000)


@pytest.mark.parametrize("sent", [b"", post(call("wait"))])
def test_edge__one_address_has_all_connections__gives_way_to_another(sent: bytes) -> None:
    async def body(port: int) -> None:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
        for _, writer in held[:4]:
            writer.write(sent)
        await asyncio.sleep(0.1)
        found = await exchange(port, post(call("echo", [1])), address="127.0.0.2")
        assert found == (200, JSON, ECHOED)
        # Of its own it had as many as there are.
        assert (await exchange(port, post(call("echo", [1]))))[0] == 429
        for _, writer in held:
            writer.close()

    serve(body, ConnectionLimits(answered=4))


def test_edge__address_that_is_not_allowed__is_closed() -> None:
    async def body(port: int) -> None:
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await exchange(port, post(call("echo")))

    serve(body, ConnectionLimits(allowed=AllowList.parse(["10.0.0.0/8"], "--allow")))


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def server_tls(tmp_path: Path, authorities: bytes | None = None) -> ssl.SSLContext:
    clients = None
    if authorities is not None:
        clients = tmp_path / "clients.crt"
        clients.write_bytes(authorities)
    files = tls_files.from_prefix(write(tmp_path, CHAIN, OWN.key_pem()), clients)
    return tls_files.server_context(files, now())


def client_tls() -> ssl.SSLContext:
    authority = CHAIN[CHAIN.rindex(b"-----BEGIN") :].decode()
    return ssl.create_default_context(cadata=authority)


def test_tls__call__is_answered(tmp_path: Path) -> None:
    async def body(port: int) -> None:
        # For a page of another site the certificate would not do.
        for sent in (post(call("echo", [1])), asked_of("x", "https://prover.example")):
            assert await exchange(port, sent, client_tls()) == (200, JSON, ECHOED)

    serve(body, tls=server_tls(tmp_path))


def test_tls__silent_clients__keep_nobody_waiting(tmp_path: Path) -> None:
    async def body(port: int) -> None:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        held[0][1].write(b"\x16\x03\x01")
        async with asyncio.timeout(5):
            assert (await exchange(port, post(call("echo", [1])), client_tls()))[0] == 200
        for reader, writer in held:
            with suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()

    serve(body, ConnectionLimits(handshake_seconds=1.0), server_tls(tmp_path))


def test_tls__plain_client__is_answered_in_words(tmp_path: Path) -> None:
    async def body(port: int) -> None:
        status, _, text = await exchange(port, post(call("echo" * 1000)))
        assert status == 400
        assert "speaks TLS" in text
        assert "https://" in text

    serve(body, tls=server_tls(tmp_path))


def test_plain__tls_client__is_answered_in_words() -> None:
    async def body(port: int) -> None:
        with pytest.raises(ssl.SSLError):
            await exchange(port, post(call("echo")), client_tls())
        hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"
        status, _, text = await exchange(port, hello)
        assert status == 400
        assert "plain HTTP" in text

    serve(body)


def test_tls__clients_need_certificates__those_without_are_refused(tmp_path: Path) -> None:
    authority = issue("clients")
    client = issue("operator", authority)
    chain, key = tmp_path / "client.crt", tmp_path / "client.key"
    chain.write_bytes(client.pem)
    key.write_bytes(client.key_pem())

    async def body(port: int) -> None:
        with_certificate = client_tls()
        with_certificate.load_cert_chain(chain, key)
        assert (await exchange(port, post(call("echo", [1])), with_certificate))[0] == 200
        with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
            await exchange(port, post(call("echo", [1])), client_tls())

    serve(body, tls=server_tls(tmp_path, authority.pem))


def test_tls__reset_while_it_is_looked_at__leaves_the_server_as_it_was(tmp_path: Path) -> None:
    async def body(port: int) -> None:
        for sent in (b"", b"\x16", b"G", b"\x16\x03\x01\x00"):
            plain = socket.create_connection(("127.0.0.1", port))
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            plain.send(sent) if sent else None
            await asyncio.sleep(0.05)
            plain.close()
        assert (await exchange(port, post(call("echo", [1])), client_tls()))[0] == 200

    serve(body, tls=server_tls(tmp_path))
