"""A payer's key in an environment file: lines of NAME=value, as systemd's EnvironmentFile and
`docker run --env-file` read them.

    # comment
    ATTESTOR_PAYER_KEY=0x…          or with `export` before it, or the value in quotes

Nothing of it gets into the environment of this process, where others could read it.
"""

from collections.abc import Iterator
from pathlib import Path

from attestor.errors import PayerInvalid
from attestor.hardening.memory import SecretBuffer
from attestor.transactions import secret_file
from attestor.transactions.account import decode, require_file_name
from attestor.transactions.payer import Payer

NAME = b"ATTESTOR_PAYER_KEY"
_EXPORT = b"export "
_BLANK = frozenset(b" \t\r")
_QUOTES = frozenset(b"\"'")
_NEWLINE = ord("\n")


def load_environment(path: Path, option: str = "payer.environment_file") -> Payer:
    """The payer whose key the file has under `ATTESTOR_PAYER_KEY`, once.

    Raises `PayerInvalid` and `MemoryNotLocked`.
    """
    require_file_name(path, option)
    with secret_file.read(path, "the environment file", option) as (text, length):
        name, where = NAME.decode(), f"the environment file {path}"
        values = [value for line in _lines(text, length) if (value := _value(text, *line))]
        if len(values) != 1:
            raise PayerInvalid(
                f"{where} sets {name} {len(values)} times, not once",
                hint=f"it needs one line {name}=0x…",
            )
        return Payer(decode(text, *values[0], f"{name} in {where}"))


def _lines(text: SecretBuffer, length: int) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends, without blanks around it."""
    first = 0
    for at in range(length + 1):
        if at == length or text.data[at] == _NEWLINE:
            yield _stripped(text, first, at)
            first = at + 1


def _value(text: SecretBuffer, first: int, last: int) -> tuple[int, int] | None:
    """Where the value is, if the line sets the key. Quotes around it are left out."""
    if _begins(text, first, last, _EXPORT):
        first, last = _stripped(text, first + len(_EXPORT), last)
    if not _begins(text, first, last, NAME):
        return None
    first, last = _stripped(text, first + len(NAME), last)
    if first == last or text.data[first] != ord("="):
        return None
    first, last = _stripped(text, first + 1, last)
    is_quoted = last - first >= 2 and text.data[first] in _QUOTES
    if is_quoted and text.data[first] == text.data[last - 1]:
        return first + 1, last - 1
    return first, last


def _begins(text: SecretBuffer, first: int, last: int, wanted: bytes) -> bool:
    return last - first >= len(wanted) and all(
        text.data[first + at] == byte for at, byte in enumerate(wanted)
    )


def _stripped(text: SecretBuffer, first: int, last: int) -> tuple[int, int]:
    while first < last and text.data[first] in _BLANK:
        first += 1
    while first < last and text.data[last - 1] in _BLANK:
        last -= 1
    return first, last
