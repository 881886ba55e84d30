"""The HTTP client against real sockets: reuse, faults in words, redirects, bounds."""

import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from integration.net.authority import DAY, Authority

from attestor.errors import HttpFailed, HttpFault
from attestor.net import Deadline, HttpClient, Response

Serve = Callable[..., Any]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def request(url: str, client: HttpClient | None = None, **options: Any) -> Response:
    method = options.pop("method", "GET")
    return (client or HttpClient()).request(
        method, url, Deadline(5.0), **{"max_bytes": 1 << 20, **options}
    )


def fault(url: str, client: HttpClient | None = None, **options: Any) -> HttpFailed:
    with pytest.raises(HttpFailed) as caught:
        request(url, client, **options)
    return caught.value


def read_request(connection: socket.socket) -> bytes:
    """One request, with its body; empty when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(*answers: bytes) -> Callable[[socket.socket], None]:
    """One connection gives these answers, then ends."""

    def script(connection: socket.socket) -> None:
        for answer in answers:
            if not read_request(connection):
                return
            connection.sendall(answer)

    return script


def endless(connection: socket.socket) -> None:
    while read_request(connection):
        connection.sendall(OK)


def test_request__several__share_a_connection(serve: Serve) -> None:
    server = serve(endless)
    client = HttpClient()
    for _ in range(5):
        assert request(server.url, client).body == b"ok"
    assert server.connections == 1
    client.close()


def test_request__from_several_threads__each_gets_its_own_answer(serve: Serve) -> None:
    def echo(connection: socket.socket) -> None:
        while data := read_request(connection):
            path = data.split(b" ")[1]
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(path), path)
            connection.sendall(answer)

    server, client = serve(echo), HttpClient()
    with ThreadPoolExecutor(8) as pool:
        paths = [f"/{n}" for n in range(200)]
        bodies = list(pool.map(lambda path: request(server.url + path, client).body, paths))
    assert bodies == [path.encode() for path in paths]
    assert server.connections <= 8
    client.close()


def test_request__kept_connection_was_closed__a_new_one_is_made(serve: Serve) -> None:
    server, client = serve(answering(OK)), HttpClient()
    for _ in range(3):
        assert request(server.url, client).body == b"ok"
        time.sleep(0.05)
    assert server.connections == 3


def closing_on_the_second(counts: list[int]) -> Callable[[socket.socket], None]:
    """Answers once per connection, then reads another request whole and hangs up."""

    def script(connection: socket.socket) -> None:
        if read_request(connection):
            connection.sendall(OK)
        if read_request(connection):
            counts.append(1)

    return script


def test_request__kept_connection_fails_under_it__a_repeatable_one_is_sent_again(
    serve: Serve,
) -> None:
    unanswered: list[int] = []
    server, client = serve(closing_on_the_second(unanswered)), HttpClient()
    for _ in range(2):
        assert request(server.url, client, method="POST", body=b"x", repeatable=True).body == b"ok"
    assert (server.connections, unanswered) == (2, [1])


def test_request__post__is_sent_once_on_a_connection_of_its_own(serve: Serve) -> None:
    unanswered: list[int] = []
    server, client = serve(closing_on_the_second(unanswered)), HttpClient()
    request(server.url, client)
    assert request(server.url, client, method="POST", body=b"x").body == b"ok"
    assert (server.connections, unanswered) == (2, [])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_request__new_connection_fails__is_not_sent_again(serve: Serve, method: str) -> None:
    server = serve(lambda connection: read_request(connection) and None)
    assert fault(server.url, method=method).fault is HttpFault.LOST
    assert server.connections == 1


def test_request__partly_answered_on_a_kept_connection__is_not_sent_again(serve: Serve) -> None:
    server, client = serve(answering(OK, OK[:-1])), HttpClient()
    request(server.url, client)
    assert fault(server.url, client).fault is HttpFault.LOST
    assert server.connections == 1


def test_request__over_ipv6__works(serve: Serve) -> None:
    try:
        server = serve(endless, socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert request(server.url).body == b"ok"


def test_request__name_with_two_addresses__takes_the_one_that_answers(serve: Serve) -> None:
    server = serve(endless)
    assert request(f"http://localhost:{server.port}/").body == b"ok"


def test_request__nobody_listens__says_so() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    error = fault(f"http://user:secret@127.0.0.1:{port}/secret")
    assert error.fault is HttpFault.REFUSED
    assert "secret" not in str(error)


def test_request__name_of_nobody__says_so() -> None:
    error = fault("http://nobody.invalid/secret")
    assert error.fault is HttpFault.NAME
    assert "secret" not in str(error)


@pytest.mark.parametrize("size", [100_000_000, 10**15])
def test_request__body_without_end__is_cut_off(serve: Serve, size: int) -> None:
    sent = [0]

    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent[0] < size:
            connection.sendall(b"x" * 65536)
            sent[0] += 65536

    assert fault(serve(script).url).fault is HttpFault.TOO_LARGE
    assert sent[0] < 20 << 20


def test_request__headers_without_end__are_cut_off(serve: Serve) -> None:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Header: " + b"x" * 1000 + b"\r\n")

    error = fault(serve(script).url)
    assert (error.fault, "headers" in str(error)) == (HttpFault.TOO_LARGE, True)


def test_request__gzip_bomb__is_refused_and_never_unpacked(serve: Serve) -> None:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    bomb = packer.compress(bytes(16 << 20)) + packer.flush()
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    assert fault(serve(answering(head + bomb)).url).fault is HttpFault.ENCODED


def test_request__redirect__is_not_followed_unless_asked(serve: Serve) -> None:
    seen: list[bytes] = []
    elsewhere = serve(endless)

    def script(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        location = f"{elsewhere.url}/secret".encode()
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n" % location
        )

    server = serve(script)
    error = fault(server.url)
    assert (error.fault, elsewhere.connections) == (HttpFault.REDIRECT, 0)
    assert f"HTTP status 302 redirects to {elsewhere.url}, which is not followed" in str(error)
    assert "secret" not in str(error)
    assert request(server.url, max_redirects=1).body == b"ok"
    assert fault(server.url, method="POST", max_redirects=9).fault is HttpFault.REDIRECT


def test_request__redirect_loop__ends(serve: Serve) -> None:
    answer = b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: /again\r\n\r\n"
    server = serve(answering(*[answer] * 100))
    assert fault(server.url, max_redirects=5).fault is HttpFault.REDIRECT
    assert server.connections == 1


def test_request__environment_names_a_proxy__it_is_not_used(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert request(serve(endless).url).body == b"ok"


def secured(context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    def script(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            endless(secure)

    return script


def test_request__tls__is_reused_like_any_other(serve: Serve, authority: Authority) -> None:
    server = serve(secured(authority.server_context()))
    client = HttpClient(context=authority.client_context)
    for _ in range(3):
        assert request(server.url.replace("http", "https"), client).body == b"ok"
    assert server.connections == 1
    client.close()


@pytest.mark.parametrize(
    ("host", "begins", "ends", "trusted", "expected", "words"),
    [
        ("127.0.0.1", -2 * DAY, -DAY, True, HttpFault.TLS_DATE, "has expired"),
        ("127.0.0.1", DAY / 2, DAY, True, HttpFault.TLS_DATE, "not valid yet"),
        ("other.example", -DAY, DAY, True, HttpFault.TLS_NAME, "for another host"),
        ("127.0.0.1", -DAY, DAY, False, HttpFault.TLS_AUTHORITY, "unknown authority"),
    ],
)
def test_request__bad_certificate__says_what_to_do(
    serve: Serve,
    authority: Authority,
    host: str,
    begins: timedelta,
    ends: timedelta,
    trusted: bool,
    expected: HttpFault,
    words: str,
) -> None:
    server = serve(secured(authority.server_context(host, begins, ends)))
    client = HttpClient(context=authority.client_context) if trusted else HttpClient()
    error = fault(server.url.replace("http", "https"), client)
    assert error.fault is expected
    assert words in error.message
    assert error.hint


def test_request__https_to_a_plain_port__says_so(serve: Serve) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    error = fault(serve(script).url.replace("http", "https"))
    assert (error.fault, "does not speak TLS" in str(error)) == (HttpFault.TLS, True)


def test_request__tls_answer_cut_off__is_no_short_answer(
    serve: Serve, authority: Authority
) -> None:
    """Without a length, only TLS's own end tells a whole answer from a part of it."""
    context = authority.server_context()

    def script(connection: socket.socket) -> None:
        secure = context.wrap_socket(connection, server_side=True)
        read_request(secure)
        secure.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nonly a part")
        socket.socket.shutdown(secure, socket.SHUT_RDWR)

    server = serve(script)
    client = HttpClient(context=authority.client_context)
    assert fault(server.url.replace("http", "https"), client).fault is HttpFault.LOST


def test_request__early_refusal_of_a_large_body__is_given(serve: Serve) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):
            pass

    response = request(serve(script).url, method="POST", body=b"x" * (8 << 20))
    assert (response.status, response.body) == (413, b"big")


def test_requests__many__leave_no_thread_or_socket(serve: Serve) -> None:
    server = serve(answering(OK))
    client = HttpClient()
    before = threading.active_count()
    for _ in range(30):
        request(f"http://localhost:{server.port}/", client)
    client.close()
    time.sleep(0.2)
    assert threading.active_count() <= before + 2
