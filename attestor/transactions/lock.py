"""One sender per account: two processes that send from one take each other's nonces."""

import fcntl
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TextIO

from attestor.chain.node import Node
from attestor.core.chains import DEVELOPMENT_CHAIN_IDS
from attestor.core.text import checksummed, to_hex
from attestor.errors import PayerBusy


def lock_account(node: Node, payer: bytes, folder: Path | None = None) -> TextIO:
    """Take an account on a chain for this process until the file that is returned is closed.

    The file lies in the machine's folder for temporary files, where all of its processes find it.
    Raises `PayerBusy`.
    """
    path = lock_path(node, payer, folder)
    try:
        lock = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+")
    except OSError as error:
        raise PayerBusy(
            f"cannot open {path}, which keeps others from sending from {checksummed(payer)}: "
            f"{error.strerror}",
            hint="another user of this machine sends from it: let one user do that"
            if isinstance(error, PermissionError)
            else f"make {path.parent} a folder to write to, or name another with TMPDIR",
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise PayerBusy(
            f"another process, or another chain of this one, sends from {checksummed(payer)} on "
            f"chain {node.chain_id} (it holds {path})",
            hint="stop it first, or pay from another account",
        ) from None
    return lock


def lock_path(node: Node, payer: bytes, folder: Path | None = None) -> Path:
    """The lock of an account on the node's chain. A machine may run several development chains of
    one id: theirs names the node too."""
    chain = str(node.chain_id)
    if node.chain_id in DEVELOPMENT_CHAIN_IDS:
        chain += "-" + hashlib.sha256(node.rpc.label.encode()).hexdigest()[:8]
    place = folder or Path(tempfile.gettempdir())
    return place / f"attestor-payer-{chain}-{to_hex(payer)}.lock"
