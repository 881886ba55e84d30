"""HTTP on one connection, against a peer that plays a script."""

import pytest
from unit.net.script import Script

from attestor.errors import HttpFailed, HttpFault
from attestor.net.address import parse
from attestor.net.connection import MAX_HEAD_BYTES, HttpConnection
from attestor.net.deadline import Deadline
from attestor.net.message import Request, Response

GET = Request("GET", (("User-Agent", "test"),), b"", 100, True)
OK = b"HTTP/1.1 200 OK\r\n"


def perform(*pieces: bytes, request: Request = GET) -> Response:
    connection = HttpConnection(Script(pieces))
    return connection.perform(parse("http://node.example/x"), request, Deadline(10.0))


def fault(*pieces: bytes, request: Request = GET) -> HttpFault:
    with pytest.raises(HttpFailed) as caught:
        perform(*pieces, request=request)
    return caught.value.fault


def test_perform__request__has_its_headers_and_body() -> None:
    script = Script([OK + b"Content-Length: 0\r\n\r\n"])
    request = Request("POST", (("User-Agent", "test"),), b"body", 10, False)
    target = parse("http://user:word@node.example:81/x?y=1")
    HttpConnection(script).perform(target, request, Deadline(10.0))
    head, body = script.sent.split(b"\r\n\r\n")
    assert body == b"body"
    assert head.split(b"\r\n") == [
        b"POST /x?y=1 HTTP/1.1",
        b"Host: node.example:81",
        b"User-Agent: test",
        b"Content-Length: 4",
        b"Authorization: Basic dXNlcjp3b3Jk",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 2\r\n\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1;ext=1\r\ni\r\n0\r\nTrailer: x\r\n\r\n",
        OK + b"Connection: close\r\n\r\nhi",
        b"HTTP/1.0 200 OK\r\n\r\nhi",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi",
    ],
    ids=["length", "chunked", "until-the-end", "http-1.0", "after-continue"],
)
def test_perform__each_framing__gives_the_body(answer: bytes) -> None:
    assert perform(answer).body == b"hi"


def test_perform__one_byte_at_a_time__is_the_same_answer() -> None:
    answer = OK + b"X-A: 1\r\nx-a: 2\r\nContent-Length: 2\r\n\r\nhi"
    whole = perform(answer)
    assert perform(*(bytes([byte]) for byte in answer)) == whole
    assert whole.headers["x-a"] == "1, 2"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        OK + b"Content-Length: 3\r\n",
        OK + b"Content-Length: 3\r\n\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_perform__connection_ends_early__is_lost_and_no_short_answer(answer: bytes) -> None:
    assert fault(answer) is HttpFault.LOST


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"bad name : x\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nhi",
        OK + b"Content-Length: 1_0\r\n\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhi",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nhi\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 30 + b"\r\nhi",
        OK + b"Transfer-Encoding: gzip\r\n\r\nhi",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
    ],
)
def test_perform__garbage__is_a_fault_of_the_protocol(answer: bytes) -> None:
    assert fault(answer) is HttpFault.PROTOCOL


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 101\r\n\r\n",
        OK + b"Content-Length: 99999999999999999999\r\n\r\n",
        OK + b"\r\n" + b"x" * 101,
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 101,
    ],
)
def test_perform__large_body__is_cut_off(answer: bytes) -> None:
    assert fault(answer) is HttpFault.TOO_LARGE


def test_perform__body_of_exactly_the_limit__is_taken() -> None:
    assert len(perform(OK + b"Content-Length: 100\r\n\r\n" + b"x" * 100).body) == 100


@pytest.mark.parametrize("line", [b"X: " + b"x" * 200, b"X-%d: y" * 20])
def test_perform__endless_headers__are_cut_off(line: bytes) -> None:
    pieces = [OK, *((line + b"\r\n") for _ in range(MAX_HEAD_BYTES // len(line) + 100))]
    script = Script(pieces)
    with pytest.raises(HttpFailed, match="headers are larger") as caught:
        HttpConnection(script).perform(parse("http://n/"), GET, Deadline(10.0))
    assert caught.value.fault is HttpFault.TOO_LARGE
    assert script.pieces, "it read on after the limit"


def test_perform__endless_chunk_line__is_cut_off() -> None:
    pieces = [OK + b"Transfer-Encoding: chunked\r\n\r\n1;", *([b"x" * 1000] * 200)]
    assert fault(*pieces) in {HttpFault.TOO_LARGE, HttpFault.PROTOCOL}


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"identity, gzip", b"GZIP"])
def test_perform__compressed_body__is_refused_unread(encoding: bytes) -> None:
    answer = OK + b"Content-Encoding: " + encoding + b"\r\nContent-Length: 9\r\n\r\n"
    assert fault(answer) is HttpFault.ENCODED


def test_perform__head__has_no_body_whatever_its_length_says() -> None:
    request = Request("HEAD", (), b"", 10, True)
    assert perform(OK + b"Content-Length: 5000\r\n\r\n", request=request).body == b""


def test_perform__tls_alert__says_that_the_port_speaks_tls() -> None:
    with pytest.raises(HttpFailed, match="speaks TLS") as caught:
        perform(b"\x15\x03\x01\x00\x02\x02\x46")
    assert (caught.value.fault, caught.value.hint) == (HttpFault.TLS, "use https://")


def test_perform__server_answers_before_it_has_read_all__answer_is_given() -> None:
    broken = HttpFailed("broken", fault=HttpFault.LOST)
    script = Script([b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"], fails=broken)
    connection = HttpConnection(script)
    request = Request("POST", (), b"x" * 1000, 10, False)
    response = connection.perform(parse("http://n/"), request, Deadline(10.0))
    assert (response.status, response.body) == (413, b"big")
    assert not connection.is_reusable()


def test_perform__deadline_passed__names_the_phase() -> None:
    now = [0.0]
    deadline = Deadline(1.0, lambda: now[0])

    class Slow(Script):
        def receive(self, deadline: Deadline, phase: str) -> bytes:
            now[0] += 0.4
            return super().receive(deadline, phase)

    answer = OK + b"Content-Length: 5\r\n\r\nhello"
    script = Slow([answer[:1], answer[1:-4], *(b"l",) * 4])
    with pytest.raises(HttpFailed, match=r"within 1 s \(reading the answer\)") as caught:
        HttpConnection(script).perform(parse("http://n/"), GET, deadline)
    assert caught.value.fault is HttpFault.TIMEOUT


@pytest.mark.parametrize(
    ("answer", "reusable"),
    [
        (OK + b"Content-Length: 2\r\n\r\nhi", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", True),
        (OK + b"Content-Length: 2\r\n\r\nhi and more", False),
        (OK + b"Content-Length: 2\r\nConnection: close\r\n\r\nhi", False),
        (OK + b"\r\nhi", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", False),
    ],
)
def test_is_reusable__after_an_answer__only_where_the_next_one_begins_clean(
    answer: bytes, reusable: bool
) -> None:
    connection = HttpConnection(Script([answer]))
    connection.perform(parse("http://n/"), GET, Deadline(10.0))
    assert connection.is_reusable() is reusable
