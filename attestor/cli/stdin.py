"""Stdin entries on the command line: `u32:10`, `u64:10`, `hex:00ff`, or a file name."""

import struct
from pathlib import Path

from attestor import regular_file
from attestor.errors import StdinInvalid

MAX_FILE_BYTES = 1 << 31
_NUMBERS = {"u32": "<I", "u64": "<Q"}


def parse(text: str) -> bytes:
    """The bytes of one entry; numbers are little-endian, as SP1's `write` encodes them."""
    kind, _, value = text.partition(":")
    try:
        if kind in _NUMBERS:
            return struct.pack(_NUMBERS[kind], int(value, 0))
        if kind == "hex":
            return bytes.fromhex(value.removeprefix("0x"))
    except (struct.error, ValueError) as error:
        raise StdinInvalid(f"stdin entry {text!r:.80}: {error}") from None
    return read_file(Path(text), "stdin entry")


def read_file(path: Path, what: str) -> bytes:
    """A file's bytes."""
    try:
        return regular_file.read(path, MAX_FILE_BYTES)
    except OSError as error:
        raise StdinInvalid(
            f"cannot read the {what} {path}: {error.strerror}",
            hint="an entry is u32:N, u64:N, hex:DIGITS or a file",
        ) from None
