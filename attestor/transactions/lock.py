"""One sender per account: two processes that send from one take each other's nonces."""

import hashlib
import os
import tempfile
from pathlib import Path

from attestor.chain.node import Node
from attestor.core.chains import DEVELOPMENT_CHAIN_IDS
from attestor.core.text import checksummed, to_hex
from attestor.errors import PayerBusy
from attestor.lock_file import LockFile, LockTaken


class AccountLock:
    """An account on a chain, until it is closed. Safe to use from several threads."""

    def __init__(self, path: Path, what: str, hint: str) -> None:
        """Of `what` is sent from; `hint` is for a file that cannot be made. Raises `PayerBusy`."""
        self._what = what
        self._hint = hint
        self._path = path
        try:
            self._file = LockFile(path, os.O_NOFOLLOW, 0o600)
        except (LockTaken, OSError) as error:
            raise self._busy(error) from None

    def require(self) -> None:
        """Raise `PayerBusy` where another process has taken the account, which it can once the
        file is removed: folders for temporary files are swept. Where nobody has, it is made again.
        """
        try:
            self._file.require()
        except (LockTaken, OSError) as error:
            raise self._busy(error) from None

    def close(self) -> None:
        """Let others send from it."""
        self._file.close()

    def __enter__(self) -> "AccountLock":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _busy(self, error: LockTaken | OSError) -> PayerBusy:
        if isinstance(error, LockTaken):
            return PayerBusy(
                f"another process, or another chain of this one, sends from {self._what} (it holds "
                f"{self._path}{error.told})",
                hint="stop it first, or pay from another account",
            )
        return PayerBusy(
            f"cannot open {self._path}, which keeps others from sending from {self._what}: "
            f"{error.strerror}",
            hint="another user of this machine sends from it: let one user do that"
            if isinstance(error, PermissionError)
            else self._hint,
        )


def lock_account(node: Node, payer: bytes, folder: Path | None = None) -> AccountLock:
    """Take an account on a chain for this process until what is returned is closed.

    The file lies in the machine's folder for temporary files, where all of its processes find it.
    Raises `PayerBusy`.
    """
    path = lock_path(node, payer, folder)
    return AccountLock(
        path,
        f"{checksummed(payer)} on chain {node.chain_id}",
        f"make {path.parent} a folder to write to, or name another with TMPDIR",
    )


def lock_path(node: Node, payer: bytes, folder: Path | None = None) -> Path:
    """The lock of an account on the node's chain. A machine may run several development chains of
    one id: theirs names the node too."""
    chain = str(node.chain_id)
    if node.chain_id in DEVELOPMENT_CHAIN_IDS:
        chain += "-" + hashlib.sha256(node.rpc.label.encode()).hexdigest()[:8]
    place = folder or Path(tempfile.gettempdir())
    return place / f"attestor-payer-{chain}-{to_hex(payer)}.lock"
