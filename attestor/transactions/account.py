"""The funded account that sends transactions, from the file with its key. It never signs a proof.

The file is read into locked memory, and decoded there: neither its text nor the key becomes an
object of Python's.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from attestor.errors import PayerInvalid
from attestor.hardening.memory import SecretBuffer
from attestor.hardening.secret_key import LENGTH, SecretKey
from attestor.transactions import secret_file
from attestor.transactions.payer import Payer

_KEY = re.compile(r"(0x)?[0-9a-fA-F]{64}")
_DIGITS = {ord(digit): int(digit, 16) for digit in "0123456789abcdefABCDEF"}
_BLANK = frozenset(b" \t\r\n")


def load_account(path: Path, option: str = "payer.key_file") -> Payer:
    """The payer whose key is in a file: 0x text of 32 bytes, readable by its owner alone.

    `option` is what an operator sets the file with. Raises `PayerInvalid` and `MemoryNotLocked`.
    """
    require_file_name(path, option)
    with secret_file.read(path, "the payer's key file", option) as (text, length):
        return Payer(decode(text, 0, length, "the payer's key file"))


def require_file_name(path: Path, option: str) -> None:
    """Raise `PayerInvalid` for a key that was taken for the name of a file."""
    if _KEY.fullmatch(str(path)) and not path.exists():
        # Not repeated, nor looked for: what is shown of it would be the key.
        raise PayerInvalid(
            f"{option} is a private key, not the name of a file that holds one",
            hint="write the key to a file of mode 600, and name that; consider this key seen",
        )


def decode(text: SecretBuffer, first: int, last: int, where: str) -> SecretKey:
    """The key in a part of a text. Raises `PayerInvalid`."""
    if any(text.data[at] > 127 for at in range(first, last)):
        raise PayerInvalid(
            f"cannot read {where}: it is not text", hint="write the key as 0x and 64 digits"
        )
    while first < last and text.data[first] in _BLANK:
        first += 1
    while first < last and text.data[last - 1] in _BLANK:
        last -= 1
    if last - first > 2 and text.data[first] == ord("0") and text.data[first + 1] == ord("x"):
        first += 2
    secret = SecretBuffer(LENGTH)
    try:
        if last - first != 2 * LENGTH:
            raise ValueError
        for at, digit in enumerate(_digits(text, first, last)):
            secret.data[at // 2] = secret.data[at // 2] << 4 | digit
        return SecretKey(secret)
    except (ValueError, KeyError):
        secret.destroy()
        raise PayerInvalid(
            f"what {where} holds is not a secp256k1 key of 32 bytes in hexadecimal",
            hint="write it as 0x and 64 digits",
        ) from None


def _digits(text: SecretBuffer, first: int, last: int) -> Iterator[int]:
    """One number at a time, of those that Python keeps anyway. Raises `KeyError`."""
    return (_DIGITS[text.data[at]] for at in range(first, last))
