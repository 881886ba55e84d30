"""Frames between processes."""

import json
import struct

import pytest

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import FrameInvalid


def raw(header: object, *blobs: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + b"".join(blobs)


def test_encode__blobs__carries_them_unchanged() -> None:
    data = frame.encode(Frame({"verb": "prove"}, (b"\x00elf", b"", b"stdin")))
    assert data.endswith(b"\x00elfstdin")
    assert frame.decode(data, 100) == Frame({"verb": "prove"}, (b"\x00elf", b"", b"stdin"))


def test_decode__known_bytes__is_the_documented_layout() -> None:
    data = bytes.fromhex("0000000d") + b'{"blobs":[2]}' + b"hi"
    assert frame.decode(data, 2) == Frame({}, (b"hi",))


def test_read__end_of_stream__is_none() -> None:
    assert frame.read(lambda count: b"", 10) is None


def test_read__two_frames__leaves_the_second() -> None:
    data = frame.encode(Frame({"n": 1}, (b"a",))) + frame.encode(Frame({"n": 2}))
    position = 0

    def receive(count: int) -> bytes:
        nonlocal position
        position += count
        return data[position - count : position]

    assert frame.read(receive, 10) == Frame({"n": 1}, (b"a",))
    assert frame.read(receive, 10) == Frame({"n": 2})
    assert frame.read(receive, 10) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x00\x00", "length ended after 2 of 4"),
        (b"\x00\x00\x00\x05{}", "header ended after 2 of 5"),
        (b"\xff\xff\xff\xff", "header of 4294967295 bytes"),
        (raw(b"{nope"), "not JSON"),
        (raw(b"[" * 100_000), "not JSON"),
        (raw([1, 2]), "is a list"),
        (raw({"blobs": 3}), "not a list of lengths"),
        (raw({"blobs": [-1]}), "not a list of lengths"),
        (raw({"blobs": [True]}), "not a list of lengths"),
        (raw({"blobs": [1.0]}), "not a list of lengths"),
        (raw({"blobs": [101]}), "carries 101 bytes, at most 100"),
        (raw({"blobs": [60, 60]}), "carries 120 bytes, at most 100"),
        (raw({"blobs": [4]}, b"abc"), "blob ended after 3 of 4"),
        (raw({"blobs": [1]}, b"ab"), "1 bytes after the frame"),
    ],
)
def test_decode__not_a_frame__says_why(data: bytes, said: str) -> None:
    with pytest.raises(FrameInvalid, match=said.replace("(", r"\(")):
        frame.decode(data, 100)


def test_read__huge_blobs_announced__are_refused_before_they_are_read() -> None:
    data = raw({"blobs": [1 << 40]})
    asked: list[int] = []
    position = 0

    def receive(count: int) -> bytes:
        nonlocal position
        asked.append(count)
        position += count
        return data[position - count : position]

    with pytest.raises(FrameInvalid, match="at most 100"):
        frame.read(receive, 100)
    assert max(asked) < 100


def test_encode__header_too_large__is_refused() -> None:
    with pytest.raises(FrameInvalid, match="frame header of"):
        frame.encode(Frame({"text": "x" * frame.MAX_HEADER_BYTES}))


def test_encode__not_a_number__is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        frame.encode(Frame({"value": float("nan")}))
