"""Servers that drip, stall or never end, in each phase: the caller is free at its deadline."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from integration.net.authority import Authority

from attestor.chain.rpc import Rpc
from attestor.client import ProverClient
from attestor.collateral.pcs import Pcs
from attestor.errors import (
    AttestorError,
    CollateralUnreachable,
    HttpFailed,
    HttpFault,
    ProverUnreachable,
    RpcUnreachable,
)
from attestor.net import Deadline, HttpClient
from attestor.net.resolver import Resolver
from attestor.quote.collateral import MachineKind
from attestor.quote.simulated import SimulatedPlatform

SECONDS = 1.0
SLACK = 1.0
"""For a machine that has other things to do; a timeout per read would hold for many times that."""
PACE = 0.4
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
Serve = Callable[..., Any]
NO_REGISTRY: Any = None


def drip(connection: socket.socket, data: bytes, pace: float = PACE) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(pace)


def dripping(at_once: bytes, slowly: bytes, pace: float = PACE) -> Callable[[socket.socket], None]:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(at_once)
        drip(connection, slowly, pace)

    return script


def timed(call: Callable[[], object]) -> tuple[float, AttestorError]:
    begun = time.monotonic()
    with pytest.raises(AttestorError) as caught:
        call()
    return time.monotonic() - begun, caught.value


def get(url: str, client: HttpClient | None = None, **options: Any) -> tuple[float, HttpFailed]:
    made = client or HttpClient()
    seconds, error = timed(
        lambda: made.request("GET", url, Deadline(SECONDS), max_bytes=1 << 20, **options)
    )
    made.close()
    assert isinstance(error, HttpFailed)
    return seconds, error


@pytest.mark.parametrize(
    ("at_once", "slowly", "pace"),
    [
        (b"", HEAD, PACE),
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"x" * 100, PACE),
        (b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 1000, 0.005),
        (HEAD, b"x" * 40, PACE),
        (CHUNKED, b"1\r\nx\r\n" * 20, PACE),
        (CHUNKED + b"0\r\n", b"Trailer: " + b"x" * 60, PACE),
        (b"HTTP/1.0 200 OK\r\n\r\n", b"x" * 60, PACE),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", PACE),
        (b"", b"", 0.0),
    ],
    ids=[
        "status-line",
        "header",
        "headers-quickly",
        "body",
        "chunked-body",
        "trailers",
        "body-until-the-end",
        "interim-answers",
        "nothing-and-no-end",
    ],
)
def test_request__server_drips__ends_at_the_deadline(
    serve: Serve, at_once: bytes, slowly: bytes, pace: float
) -> None:
    def script(connection: socket.socket) -> None:
        dripping(at_once, slowly, pace)(connection)
        time.sleep(10)

    seconds, error = get(serve(script).url)
    assert error.fault is HttpFault.TIMEOUT
    assert SECONDS - 0.05 < seconds < SECONDS + SLACK


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (lambda url: Rpc(url, SECONDS).call("eth_blockNumber", []), RpcUnreachable),
        (lambda url: Pcs(url, SECONDS).evaluation_numbers("tdx"), CollateralUnreachable),
        (lambda url: ProverClient(url, NO_REGISTRY, SECONDS).prove(b"", []), ProverUnreachable),
    ],
    ids=["Rpc", "Pcs", "ProverClient"],
)
@pytest.mark.parametrize("at_once", [b"", HEAD], ids=["status-line", "body"])
def test_clients__server_drips__keep_their_bound(
    serve: Serve, ask: Callable[[str], object], kind: type[AttestorError], at_once: bytes
) -> None:
    url = serve(dripping(at_once, HEAD)).url
    seconds, error = timed(lambda: ask(f"{url.replace('//', '//user:secret@')}/secret"))
    assert type(error) is kind
    assert "no answer within 1 s" in str(error)
    assert "secret" not in str(error)
    assert seconds < SECONDS + SLACK


def test_collateral__each_part_in_time_but_not_all__ends_at_the_bound(serve: Serve) -> None:
    collateral = SimulatedPlatform(b"slow", 31337, 1_790_000_000).collateral()
    body = f'{{"tcbInfo":{collateral.tcb_info},"signature":"{"ab" * 64}"}}'.encode()
    chain = quote(collateral.tcb_info_issuer_chain).encode()

    def script(connection: socket.socket) -> None:
        while connection.recv(65536):
            time.sleep(0.6)
            head = b"HTTP/1.1 200 OK\r\nTCB-Info-Issuer-Chain: %b\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(head % (chain, len(body)) + body)

    pcs = Pcs(serve(script).url, SECONDS)
    seconds, error = timed(lambda: pcs.collateral(MachineKind(b"SIMDEV", "platform", "tdx")))
    assert type(error) is CollateralUnreachable
    assert "(identity)" in str(error)
    assert seconds < SECONDS + SLACK


def test_request__server_reads_nothing__ends_at_the_deadline(serve: Serve) -> None:
    url = serve(lambda connection: time.sleep(10)).url
    seconds, error = get(url, body=b"x" * (32 << 20))
    assert error.fault is HttpFault.TIMEOUT
    assert "sending the request" in str(error)
    assert seconds < SECONDS + SLACK


def tls_relay(context: ssl.SSLContext, quick_bytes: int) -> Callable[[socket.socket], None]:
    """A TLS server whose first `quick_bytes` come at once, and every later byte by itself."""

    def script(connection: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(incoming, outgoing, server_side=True)
        left = quick_bytes
        answered = False
        while True:
            try:
                if server.read(65536) and not answered:
                    answered = True
                    server.write(HEAD + b"x" * 40)
            except ssl.SSLWantReadError:
                pass
            data = outgoing.read()
            connection.sendall(data[:left])
            drip(connection, data[left:], 0.05)
            left = max(0, left - len(data))
            if not data:
                incoming.write(connection.recv(65536))

    return script


@pytest.mark.parametrize("quick_bytes", [0, 1300], ids=["handshake", "answer"])
def test_request__tls_drips__ends_at_the_deadline(
    serve: Serve, authority: Authority, quick_bytes: int
) -> None:
    server = serve(tls_relay(authority.server_context(), quick_bytes))
    client = HttpClient(context=authority.client_context)
    seconds, error = get(server.url.replace("http:", "https:"), client)
    assert error.fault is HttpFault.TIMEOUT
    expected = "TLS handshake" if quick_bytes == 0 else "answer"
    assert expected in str(error)
    assert seconds < SECONDS + SLACK


def test_request__tls_server_is_silent__ends_at_the_deadline(serve: Serve) -> None:
    url = serve(lambda connection: time.sleep(10)).url.replace("http:", "https:")
    seconds, error = get(url)
    assert (error.fault, "TLS handshake" in str(error)) == (HttpFault.TIMEOUT, True)
    assert seconds < SECONDS + SLACK


def test_request__connect_bound__is_shorter_than_the_deadline(serve: Serve) -> None:
    url = serve(lambda connection: time.sleep(10)).url.replace("http:", "https:")
    seconds, error = get(url, connect_seconds=0.2)
    assert "within 0.2 s" in str(error)
    assert seconds < 0.2 + SLACK


def test_request__backlog_full__ends_at_the_deadline() -> None:
    """A host that drops the first packet of every connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        seconds, error = get(f"http://127.0.0.1:{address[1]}/")
        for filler in fillers:
            filler.close()
    assert (error.fault, "connecting" in str(error)) == (HttpFault.TIMEOUT, True)
    assert seconds < SECONDS + SLACK


def test_request__resolver_hangs__ends_at_the_deadline() -> None:
    release = threading.Event()

    def lookup(*_: object, **__: object) -> list[Any]:
        release.wait(10)
        return []

    seconds, error = get("http://slow.example/", HttpClient(Resolver(lookup)))
    release.set()
    assert (error.fault, "resolving" in str(error)) == (HttpFault.TIMEOUT, True)
    assert seconds < SECONDS + SLACK


def test_request__redirects_slowly__all_share_the_deadline(serve: Serve) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        time.sleep(0.3)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
        connection.close()

    seconds, error = get(serve(script).url, max_redirects=100)
    assert error.fault is HttpFault.TIMEOUT
    assert seconds < SECONDS + SLACK


@pytest.mark.parametrize("phase", ["tls", "answer", "name"])
def test_close__from_another_thread__frees_the_caller_at_once(serve: Serve, phase: str) -> None:
    release = threading.Event()

    def lookup(*_: object, **__: object) -> list[Any]:
        release.wait(10)
        return []

    url = serve(lambda connection: time.sleep(10)).url
    client = HttpClient(Resolver(lookup)) if phase == "name" else HttpClient()
    target = {
        "tls": url.replace("http:", "https:"),
        "answer": url,
        "name": "http://slow.example/",
    }[phase]
    threading.Timer(0.2, client.close).start()
    seconds, error = timed(lambda: client.request("GET", target, Deadline(10.0), max_bytes=9))
    release.set()
    assert isinstance(error, HttpFailed)
    assert error.fault is HttpFault.CLOSED
    assert seconds < 0.2 + SLACK
    again, error = timed(lambda: client.request("GET", target, Deadline(10.0), max_bytes=9))
    assert again < SLACK
