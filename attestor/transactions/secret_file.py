"""Files that hold a secret, read into locked memory: their text never becomes an object of
Python's."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attestor import regular_file
from attestor.errors import PayerInvalid
from attestor.hardening.memory import SecretBuffer

MAX_BYTES = 4096
CREDENTIAL_MODE = 0o440


@contextmanager
def read(path: Path, what: str, option: str) -> Iterator[tuple[SecretBuffer, int]]:
    """The file's bytes and how many they are, until the block ends. `what` is the file in words,
    `option` what an operator sets it with.

    Raises `PayerInvalid` for one that cannot be read, that others can read, and that is longer than
    a secret may be.
    """
    text = SecretBuffer(MAX_BYTES)
    try:
        length = _read(path, text)
        found = os.stat(path)
        mode = found.st_mode
        if _is_open_to_others(found):
            raise PayerInvalid(
                f"{what} {path} is open to others (mode {stat.S_IMODE(mode):03o})",
                hint=f"chmod 600 {path}",
            )
        if length == MAX_BYTES:
            raise PayerInvalid(f"{what} {path} has {MAX_BYTES} bytes or more", hint=f"set {option}")
        yield text, length
    except OSError as error:
        raise PayerInvalid(
            f"cannot read {what} {path}: {error.strerror}", hint=f"set {option}"
        ) from None
    finally:
        text.destroy()


def _is_open_to_others(found: os.stat_result) -> bool:
    """All but a credential of systemd's: root's file with mode 440, whose bits for the group are
    the mask of an access list that has the service's user alone."""
    mode = stat.S_IMODE(found.st_mode)
    if (found.st_uid, found.st_gid, mode) == (0, 0, CREDENTIAL_MODE):
        return False
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _read(path: Path, text: SecretBuffer) -> int:
    """How many bytes of the file are in the buffer now. Raises `OSError`."""
    descriptor = regular_file.descriptor(path)
    try:
        return text.read_from(descriptor)
    finally:
        os.close(descriptor)
