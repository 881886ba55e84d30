"""Whatever a peer or an operator writes: an answer, or a typed fault."""

from contextlib import suppress
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.net.script import Script

from attestor.errors import HttpFailed, HttpFault
from attestor.net.address import parse
from attestor.net.connection import HttpConnection
from attestor.net.deadline import Deadline
from attestor.net.message import Request, Response
from attestor.net.redirects import is_redirect, next_target

TARGET = parse("http://node.example/")
LINES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.0 200",
        b"HTTP/1.1 100 Continue",
        b"HTTP/1.1 101 Switching",
        b"HTTP/1.1 204 None",
        b"HTTP/1.1 304 Same",
        b"Content-Length: 2",
        b"Content-Length: 70",
        b"Transfer-Encoding: chunked",
        b"Content-Encoding: gzip",
        b"Connection: close",
        b"Location: //x",
        b" folded",
        b"2",
        b"hi",
        b"0",
        b"",
        b"\x00",
    ]
)
ANSWERS = st.lists(LINES, max_size=12).map(lambda lines: b"\r\n".join(lines)) | st.binary()


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


def perform(pieces: list[bytes], max_bytes: int = 64) -> Response:
    request = Request("GET", (), b"", max_bytes, True)
    return HttpConnection(Script(pieces)).perform(TARGET, request, Deadline(60.0))


@settings(deadline=None)
@given(ANSWERS, st.lists(st.integers(0, 1000), max_size=4))
def test_perform__any_bytes__is_a_bounded_answer_or_a_typed_fault(
    answer: bytes, cuts: list[int]
) -> None:
    with suppress(HttpFailed):
        response = perform(pieces_of(answer, cuts))
        assert len(response.body) <= 64
        assert 200 <= response.status <= 999


@settings(deadline=None)
@given(ANSWERS, st.lists(st.integers(0, 1000), max_size=4))
def test_perform__any_bytes_in_any_pieces__ends_the_same_way(
    answer: bytes, cuts: list[int]
) -> None:
    def outcome(pieces: list[bytes]) -> Response | str:
        try:
            return perform(pieces)
        except HttpFailed as error:
            # How much of a garbled answer is seen at once decides between these two.
            garbled = {HttpFault.PROTOCOL, HttpFault.LOST, HttpFault.TLS}
            return "garbled" if error.fault in garbled else error.fault.value

    assert outcome([answer] if answer else []) == outcome(pieces_of(answer, cuts))


@settings(deadline=None)
@given(
    st.binary(max_size=200),
    st.lists(st.integers(1, 50), max_size=8),
    st.lists(st.integers(0, 1000), max_size=6),
)
def test_perform__body_in_chunks__is_put_together(
    body: bytes, sizes: list[int], cuts: list[int]
) -> None:
    rest, chunks = body, []
    for size in [*sizes, len(body)]:
        part, rest = rest[:size], rest[size:]
        if part:
            chunks.append(b"%x\r\n%b\r\n" % (len(part), part))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = head + b"".join(chunks) + b"0\r\n\r\n"
    assert perform(pieces_of(answer, cuts), max_bytes=200).body == body


@settings(deadline=None)
@given(st.text(max_size=40) | st.text(":/@[]?#%.\\ab0\n ", max_size=20).map("http://{}".format))
def test_parse__any_text__is_a_target_or_a_typed_fault(url: str) -> None:
    try:
        target = parse(url)
    except HttpFailed:
        return
    assert parse(target.origin + target.path).path == target.path
    for part in (target.path, target.authority):
        assert part.isascii()
        assert part.isprintable()
        assert " " not in part


@settings(deadline=None)
@given(st.text(max_size=30))
def test_next_target__any_location__is_a_target_or_a_typed_fault(location: str) -> None:
    response = Response(302, {"location": location}, b"")
    assert is_redirect(response)
    with suppress(HttpFailed):
        assert next_target(TARGET, response).scheme in {"http", "https"}
