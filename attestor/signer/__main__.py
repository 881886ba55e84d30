"""Entry point of the signer process: `python -m attestor.signer FD`, started by the daemon."""

import ctypes
import random
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path

from attestor.core import frame
from attestor.core.execution import Engine
from attestor.errors import AttestorError, ConfigurationInvalid
from attestor.executor import NativeExecutor
from attestor.quote.provider import QuoteProvider
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.keys import Keys
from attestor.signer.server import MAX_REQUEST_BYTES, serve
from attestor.signer.settings import SignerSettings
from attestor.signer.verbs import SignerService

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def main(descriptor: int) -> None:
    """Serve the daemon at the other end of the socket until it goes."""
    harden()
    connection = socket.socket(fileno=descriptor)
    with connection.makefile("rb", buffering=0) as incoming:
        first = frame.read(lambda count: _read_exactly(incoming.read, count), MAX_REQUEST_BYTES)
    if first is None:
        return
    settings = SignerSettings.from_header(first.header)
    service, cross_checker = make_service(settings)
    threading.Thread(target=cross_checker.work, name="cross_checker", daemon=True).start()
    serve(connection, service.handle, settings.workers)


def make_service(settings: SignerSettings) -> tuple[SignerService, CrossChecker]:
    """The verbs, and what confirms signed runs beside them."""
    keys = Keys(time.time)
    executor, limits = NativeExecutor(Path(settings.executor_directory)), settings.limits
    draw = random.SystemRandom().random
    cross_checker = CrossChecker(keys, executor, limits, settings.policy, draw)
    engine = Engine(settings.engine)
    service = SignerService(
        keys,
        make_provider(settings),
        settings.binding,
        executor,
        limits,
        engine,
        cross_checker,
        settings.statements,
    )
    return service, cross_checker


def harden() -> None:
    """No core dumps, no tracing by the same user, no life without the daemon."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # The daemon decides when to stop; a Ctrl-C in its terminal must not take the keys first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def make_provider(settings: SignerSettings) -> QuoteProvider:
    """The platform that makes quotes."""
    if settings.provider == "simulated":
        from attestor.quote.simulated import SimulatedPlatform

        return SimulatedPlatform(
            seed=settings.simulation_seed.encode(),
            chain_id=settings.chain_id,
            now=int(time.time()),
        )
    if settings.provider == "configfs":
        from attestor.quote.configfs import ConfigfsProvider

        return ConfigfsProvider()
    raise ConfigurationInvalid(f"no quote provider is named {settings.provider!r}")


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
        main(int(sys.argv[1]))
    except AttestorError as error:
        sys.exit(f"attestor signer: {error} [{error.code}]")
