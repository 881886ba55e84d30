"""The funded account that sends transactions, from the file with its key. It never signs a proof.

The file is read into locked memory, and decoded there: neither its text nor the key becomes an
object of Python's.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from attestor.errors import PayerInvalid
from attestor.hardening.memory import SecretBuffer
from attestor.hardening.secret_key import LENGTH, SecretKey
from attestor.transactions.payer import Payer

_KEY = re.compile(r"(0x)?[0-9a-fA-F]{64}")
_MAX_FILE_BYTES = 4096
_DIGITS = {ord(digit): int(digit, 16) for digit in "0123456789abcdefABCDEF"}
_BLANK = frozenset(b" \t\r\n")


def load_account(path: Path, option: str = "payer.key_file") -> Payer:
    """The payer whose key is in a file: 0x text of 32 bytes, readable by its owner alone.

    `option` is what an operator sets the file with. Raises `PayerInvalid` and `MemoryNotLocked`.
    """
    if _KEY.fullmatch(str(path)) and not path.exists():
        # Not repeated, nor looked for: what is shown of it would be the key.
        raise PayerInvalid(
            f"{option} is a private key, not the name of a file that holds one",
            hint="write the key to a file of mode 600, and name that; consider this key seen",
        )
    text = SecretBuffer(_MAX_FILE_BYTES)
    try:
        mode = os.stat(path).st_mode
        length = _read(path, text)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise PayerInvalid(
                f"the payer's key file {path} is open to others (mode {stat.S_IMODE(mode):03o})",
                hint=f"chmod 600 {path}",
            )
        return Payer(_decode(text, length))
    except OSError as error:
        raise PayerInvalid(
            f"cannot read the payer's key file {path}: {error.strerror}", hint=f"set {option}"
        ) from None
    finally:
        text.destroy()


def _read(path: Path, text: SecretBuffer) -> int:
    """How many bytes of the file are in the buffer now. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return text.read_from(descriptor)
    finally:
        os.close(descriptor)


def _decode(text: SecretBuffer, length: int) -> SecretKey:
    """The key in so many bytes of text. Raises `PayerInvalid`."""
    if any(text.data[at] > 127 for at in range(length)):
        raise PayerInvalid(
            "cannot read the payer's key file: it is not text", hint="write it as 0x and 64 digits"
        )
    first, last = 0, length
    while first < last and text.data[first] in _BLANK:
        first += 1
    while first < last and text.data[last - 1] in _BLANK:
        last -= 1
    if last - first > 2 and text.data[first] == ord("0") and text.data[first + 1] == ord("x"):
        first += 2
    secret = SecretBuffer(LENGTH)
    try:
        if last - first != 2 * LENGTH or length == _MAX_FILE_BYTES:
            raise ValueError
        for at, digit in enumerate(_digits(text, first, last)):
            secret.data[at // 2] = secret.data[at // 2] << 4 | digit
        return SecretKey(secret)
    except (ValueError, KeyError):
        secret.destroy()
        raise PayerInvalid(
            "the payer's key is not a secp256k1 key of 32 bytes in hexadecimal",
            hint="write it as 0x and 64 digits",
        ) from None


def _digits(text: SecretBuffer, first: int, last: int) -> Iterator[int]:
    """One number at a time, of those that Python keeps anyway. Raises `KeyError`."""
    return (_DIGITS[text.data[at]] for at in range(first, last))
