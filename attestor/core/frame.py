"""The frame in which attestor's processes exchange messages over pipes and socket pairs.

    frame = u32 BE header length ‖ header (UTF-8 JSON object) ‖ blob 0 ‖ blob 1 ‖ …

The header's key `blobs` lists the blobs' lengths in bytes, so that programs and public values
travel as they are, without base64. The same format is in `executor/protocol` (Rust).
"""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from attestor.core import strict_json
from attestor.errors import FrameInvalid

MAX_HEADER_BYTES = 1 << 20
LENGTH = struct.Struct(">I")
"""What a frame begins with: the length of its header."""


@dataclass(frozen=True)
class Frame:
    """One message: a JSON object and its attached bytes."""

    header: dict[str, Any]
    blobs: tuple[bytes, ...] = field(default=(), repr=False)


def encode(frame: Frame) -> bytes:
    """The bytes of `frame`; its header must not hold `blobs` itself."""
    sizes = [len(blob) for blob in frame.blobs]
    return b"".join((encode_header(frame.header, sizes), *frame.blobs))


def encode_header(header: dict[str, Any], sizes: Sequence[int]) -> bytes:
    """The bytes of a frame up to its first blob, of blobs of `sizes` bytes that follow."""
    fields = {**header, "blobs": list(sizes)}
    text = json.dumps(fields, separators=(",", ":"), allow_nan=False).encode()
    if len(text) > MAX_HEADER_BYTES:
        raise FrameInvalid(f"frame header of {len(text)} bytes, at most {MAX_HEADER_BYTES}")
    return LENGTH.pack(len(text)) + text


def read(receive: Callable[[int], bytes], max_blob_bytes: int) -> Frame | None:
    """Read one frame.

    `receive(n)` gives exactly n bytes, or fewer at the end of the stream. Returns None when the
    stream ends before the first byte. `max_blob_bytes` bounds the sum of all blobs, before any
    of them is read. Raises `FrameInvalid` for anything else that is not a frame.
    """
    prefix = receive(LENGTH.size)
    if not prefix:
        return None
    (length,) = LENGTH.unpack(_exactly(prefix, LENGTH.size, "length"))
    if length > MAX_HEADER_BYTES:
        raise FrameInvalid(f"frame header of {length} bytes, at most {MAX_HEADER_BYTES}")
    header = _parse_header(_exactly(receive(length), length, "header"))
    sizes = _blob_sizes(header.pop("blobs", []), max_blob_bytes)
    blobs = tuple(_exactly(receive(size), size, "blob") for size in sizes)
    return Frame(header, blobs)


def decode(data: bytes, max_blob_bytes: int) -> Frame:
    """The frame that `data` consists of, without a byte before or after it."""
    view = memoryview(data)
    position = 0

    def receive(count: int) -> bytes:
        nonlocal position
        chunk = bytes(view[position : position + count])
        position += len(chunk)
        return chunk

    frame = read(receive, max_blob_bytes)
    if frame is None:
        raise FrameInvalid("empty where a frame was expected")
    if position != len(data):
        raise FrameInvalid(f"{len(data) - position} bytes after the frame")
    return frame


def _parse_header(text: bytes) -> dict[str, Any]:
    try:
        header = strict_json.loads(text)
    except ValueError as error:
        raise FrameInvalid(f"frame header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise FrameInvalid(f"frame header is a {type(header).__name__}, not an object")
    return header


def _blob_sizes(sizes: object, max_blob_bytes: int) -> list[int]:
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise FrameInvalid("frame header's blobs is not a list of lengths")
    if sum(sizes) > max_blob_bytes:
        raise FrameInvalid(f"frame carries {sum(sizes)} bytes, at most {max_blob_bytes}")
    return sizes


def _exactly(data: bytes, count: int, part: str) -> bytes:
    if len(data) != count:
        raise FrameInvalid(f"frame {part} ended after {len(data)} of {count} bytes")
    return data
