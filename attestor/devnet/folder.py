"""The folder of a development stack: what is in it and was not written by a stack stays."""

import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import TextIO

from attestor.core import strict_json
from attestor.errors import DevnetFolderBusy, DevnetFolderRefused
from attestor.store.lock import lock_database
from attestor.store.moving import jobs_path

MARKER = ".attestor-devnet"
DATABASE = "attestor.sqlite"
DAEMON_LOG = "attestor.log"
ANVIL_LOG = "anvil.log"
JOBS = jobs_path(Path(DATABASE)).name
CHANGING = (
    *(name + suffix for name in (DATABASE, JOBS) for suffix in ("", "-wal", "-shm")),
    DAEMON_LOG,
    ANVIL_LOG,
)
"""Belongs to whoever has the folder."""
PAYER_KEY = "payer.key"
SETTINGS = "attestor.toml"
DEPLOYMENT = "deployment.json"
DESCRIPTION = "devnet.json"
WRITTEN_ONCE = (PAYER_KEY, SETTINGS, DEPLOYMENT, DESCRIPTION)
"""Noted in the marker with its hash: a key or settings of somebody's own are never replaced."""


class DevnetFolder:
    """A folder that this process holds until `close`, empty but for what a stack leaves alone.

    Its marker is a JSON object: the name of each file that was written once → its sha256, or null
    while it is being written.
    """

    def __init__(self, path: Path) -> None:
        """Take the folder, made if it is missing, and remove the last stack's files: all or, where
        one of the names is somebody else's, none. Raises
        `DevnetFolderRefused`, `DevnetFolderBusy`, and `DatabaseInvalid` while a daemon uses
        its database."""
        self.path = path
        self._marker = _take(path)
        try:
            self._noted: dict[str, str | None] = _noted(self._marker)
            self._require_unchanged()
            self._remove_last()
        except OSError as error:
            self.close()
            raise _unusable(path, error) from None
        except BaseException:
            self.close()
            raise

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """Write a file that later stacks may replace."""
        try:
            path = self.begin(name)
            path.touch(mode=mode)
            path.write_text(text)
            self.finish(name)
        except OSError as error:
            raise _unusable(self.path, error) from None
        return path

    def begin(self, name: str) -> Path:
        """A file is going to be written, by its path."""
        self._note(name, None)
        return self.path / name

    def finish(self, name: str) -> None:
        """A file is complete: from now on a change of it is somebody else's."""
        self._note(name, _sha256(self.path / name))

    def close(self) -> None:
        """Let others have the folder."""
        self._marker.close()

    def _note(self, name: str, digest: str | None) -> None:
        self._noted[name] = digest
        self._marker.seek(0)
        self._marker.truncate()
        json.dump(self._noted, self._marker, indent=2)
        self._marker.flush()

    def _require_unchanged(self) -> None:
        """What is going to be replaced was written by a stack, and by nobody since."""
        for path in (self.path / name for name in (*CHANGING, *WRITTEN_ONCE)):
            if os.path.lexists(path) and not path.is_file():
                raise _refused(path, "is not a file that attestor devnet wrote")
        for path in (self.path / name for name in WRITTEN_ONCE):
            if not os.path.lexists(path):
                continue
            if path.name not in self._noted:
                raise _refused(path, "was not written by attestor devnet")
            if self._noted[path.name] not in (None, _sha256(path)):
                raise _refused(path, "was changed after attestor devnet wrote it")

    def _remove_last(self) -> None:
        with lock_database(self.path / DATABASE):
            for name in (*CHANGING, *WRITTEN_ONCE):
                (self.path / name).unlink(missing_ok=True)


def _take(path: Path) -> TextIO:
    """The marker, locked."""
    marker = path / MARKER
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not marker.exists() and any(path.iterdir()):
            raise DevnetFolderRefused(
                f"{path} has files that attestor devnet did not make: it would overwrite some",
                hint="name a folder that is empty or does not exist yet with --folder",
            )
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        file = os.fdopen(os.open(marker, flags, 0o644), "r+")
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise DevnetFolderBusy(
            f"another development stack runs in {path}",
            hint="stop it first, or name another folder with --folder",
        ) from None
    return file


def _noted(marker: TextIO) -> dict[str, str | None]:
    """A marker that was cut off notes nothing: then nothing that is there is removed."""
    try:
        noted = strict_json.loads(marker.read().encode())
    except ValueError:
        return {}
    return noted if isinstance(noted, dict) else {}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _unusable(path: Path, error: OSError) -> DevnetFolderRefused:
    return DevnetFolderRefused(
        f"cannot use {error.filename or path} as the folder of a development stack: "
        f"{error.strerror or error}",
        hint="name another with --folder",
    )


def _refused(path: Path, why: str) -> DevnetFolderRefused:
    return DevnetFolderRefused(
        f"{path} {why}: it would be overwritten",
        hint="move it away, or name another folder with --folder",
    )
