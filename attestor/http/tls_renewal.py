"""A certificate that is renewed on the disk is used from the next connection on."""

import asyncio
import datetime
import os
import ssl
from collections.abc import Callable

from loguru import logger

from attestor.core.events import Event
from attestor.errors.avs import TlsFileInvalid
from attestor.http import tls_files
from attestor.http.tls_files import TlsFiles

LOOK_SECONDS = 5.0
WARN_SECONDS = 86_400.0
"""After which clients' coming trouble is told again: a certificate that ends soon."""

Stamp = tuple[object, ...]


class TlsRenewal:
    """Watches the files of one listener. `use` is given each new context; `clock` counts seconds,
    `today` is the date by which certificates are judged."""

    def __init__(
        self,
        files: TlsFiles,
        use: Callable[[ssl.SSLContext], None],
        clock: Callable[[], float],
        today: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._files = files
        self._use = use
        self._clock = clock
        self._today = today
        self._stamp = stamp_of(files)
        self._warned_at: float | None = None

    async def run(self) -> None:
        """Look again and again."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Take files that changed since the last look, unless they are wrong: then the fault is
        told once, and what was served stays. While the two files are being written one after the
        other they are wrong for a moment, and looked at again as they change."""
        stamp = stamp_of(self._files)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._use(tls_files.server_context(self._files, self._today()))
            except TlsFileInvalid as error:
                logger.bind(event=Event.TLS_REFUSED).error(
                    "the certificate stays as it was: {} [{}]", error, error.code
                )
                return
            logger.bind(event=Event.TLS_RENEWED).info(
                "{} is read again, and used from now on", self._files.certificates
            )
            self._warned_at = None
        self._warn()

    def _warn(self) -> None:
        now = self._clock()
        if self._warned_at is not None and now - self._warned_at < WARN_SECONDS:
            return
        self._warned_at = now
        try:
            for line in tls_files.warnings_of(self._files, self._today()):
                logger.bind(event=Event.TLS_WARNING).warning("{}", line)
        except TlsFileInvalid as error:
            logger.bind(event=Event.TLS_WARNING).warning("{}", error)


def stamp_of(files: TlsFiles) -> Stamp:
    """What changes when one of the files does."""
    paths = (files.certificates, files.key, files.client_authorities)
    return tuple(_stamp(path) for path in paths if path is not None)


def _stamp(path: os.PathLike[str]) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
