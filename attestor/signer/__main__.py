"""Entry point of the signer process: `python -m attestor.signer FD FD`, started by the daemon. The
first is its connection, over the second it hands over those of whoever serves clients.

Its first frame is the answer to the settings: what it started with, or the error that kept it from
that.
"""

import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Any, Protocol

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import AttestorError, ConfigurationInvalid
from attestor.hardening import process
from attestor.signer.build import start
from attestor.signer.poe.build import start as start_poe
from attestor.signer.poe.settings import ROLE as POE
from attestor.signer.poe.settings import PoeSettings
from attestor.signer.server import MAX_REQUEST_BYTES, START_ID, refusal, serve, serve_attached
from attestor.signer.settings import ROLE as SP1
from attestor.signer.settings import SignerSettings, require_kinds
from attestor.signer.start_report import StartReport

Settings = SignerSettings | PoeSettings


def main(descriptor: int, attachments: int) -> None:
    """Serve the daemon at the other end of the socket until it goes, and what it attaches."""
    process.keep_memory_to_itself()
    process.end_with_parent()
    # The daemon decides when to stop; a Ctrl-C in its terminal must not take the keys first, nor
    # must a reload that is told to all processes of the service.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    connection = socket.socket(fileno=descriptor)
    with connection.makefile("rb", buffering=0) as incoming:
        first = frame.read(lambda count: _read_exactly(incoming.read, count), MAX_REQUEST_BYTES)
    if first is None:
        return
    settings, service = _start(connection, first.header)
    threading.Thread(
        target=serve_attached,
        args=(
            socket.socket(fileno=attachments),
            service.handle_attached,
            settings.workers,
            service.detached,
        ),
        name="attachments",
        daemon=True,
    ).start()
    serve(connection, service.handle, settings.workers)
    # Programs that still run are of no use to anyone; they end with this process.
    os._exit(0)


class Service(Protocol):
    """Of either role."""

    def handle(self, frame: Frame) -> Frame: ...

    def handle_attached(self, frame: Frame) -> Frame: ...

    def detached(self) -> None: ...


def _settings(header: dict[str, Any]) -> Settings:
    """A process has one role for all of its life, and settings of that role alone. Raises
    `ConfigurationInvalid`."""
    kinds: dict[object, type[Settings]] = {SP1: SignerSettings, POE: PoeSettings}
    role = header.get("role")
    try:
        settings = kinds[role].from_header(header)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ConfigurationInvalid(
            f"no settings of a signer process in the role {role!r:.20}: {error!r:.200}"
        ) from None
    require_kinds(settings)
    if settings.workers < 1:
        raise ConfigurationInvalid(f"the signer process would have {settings.workers} workers")
    return settings


def _start(connection: socket.socket, header: dict[str, Any]) -> tuple[Settings, Service]:
    """The service, once the daemon is told of it."""
    try:
        settings = _settings(header)
        service, report = _started(settings)
    except AttestorError as error:
        with suppress(OSError):
            connection.sendall(refusal(START_ID, error))
        raise
    connection.sendall(frame.encode(Frame({**report.to_header(), "id": START_ID})))
    return settings, service


def _started(settings: Settings) -> tuple[Service, StartReport]:
    if isinstance(settings, PoeSettings):
        return start_poe(settings)
    return start(settings)


def _read_exactly(read: object, count: int) -> bytes:
    """Unbuffered, so that not one byte of the next frame is swallowed."""
    assert callable(read)
    data = b""
    while len(data) < count:
        chunk = read(count - len(data))
        if not chunk:
            break
        data += chunk
    return data


if __name__ == "__main__":
    try:
        # Whoever started it may have ended before it is ready: nobody is left to tell.
        with suppress(ConnectionError):
            main(int(sys.argv[1]), int(sys.argv[2]))
    except AttestorError as error:
        sys.exit(f"attestor signer: {error} [{error.code}]")
