"""Stdin entries on the command line."""

from pathlib import Path

import pytest

from attestor.cli import stdin
from attestor.errors import StdinInvalid


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("u32:10", b"\x0a\x00\x00\x00"),
        ("u32:0xffffffff", b"\xff" * 4),
        ("u64:1", b"\x01" + bytes(7)),
        ("hex:00ff", b"\x00\xff"),
        ("hex:0x00ff", b"\x00\xff"),
        ("hex:", b""),
    ],
)
def test_parse__entry__is_its_bytes(text: str, data: bytes) -> None:
    assert stdin.parse(text) == data


def test_parse__file__is_its_content(tmp_path: Path) -> None:
    (tmp_path / "entry").write_bytes(b"\x00data")
    assert stdin.parse(str(tmp_path / "entry")) == b"\x00data"


@pytest.mark.parametrize("text", ["u32:-1", "u32:4294967296", "u64:ten", "u32:", "hex:0", "hex:zz"])
def test_parse__malformed__names_the_entry(text: str) -> None:
    with pytest.raises(StdinInvalid, match=text.replace("-", "\\-")):
        stdin.parse(text)


def test_parse__missing_file__says_what_an_entry_is() -> None:
    with pytest.raises(StdinInvalid, match="u16:5: No such file.*u32:N, u64:N, hex:DIGITS"):
        stdin.parse("u16:5")
