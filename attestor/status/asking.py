"""Asking a daemon how it stands.

The request is one of HTTP/1.0, whose answer ends with the connection: Python's HTTP client takes
longer to load than a daemon to answer, and `attestor status` has to answer at once.
"""

import re
import socket
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from attestor.errors import ConfigurationInvalid
from attestor.errors.daemon import DaemonNotAnswering
from attestor.errors.readiness import StatusInvalid

if TYPE_CHECKING:
    from attestor.status.document import Document

PATH = "/status.json"
SECONDS = 5.0
MAX_BYTES = 8 << 20
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")
DEFAULT_PORTS = {"http": 80, "https": 443}


def ask(url: str) -> "Document":
    """The document of the daemon at that address. Raises `ConfigurationInvalid` for what is no
    address, `DaemonNotAnswering`, and `StatusInvalid`."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (KeyError, ValueError):
        parts, port = urlsplit("http:"), 0
    if not parts.hostname:
        hint = "as in http://127.0.0.1:3001"
        raise ConfigurationInvalid(f"{url!r:.200} is no address of a daemon", hint=hint)
    try:
        status, body = _get(parts.scheme, parts.hostname, port, parts.path.rstrip("/") + PATH)
    except OSError as error:
        told = error.strerror or str(error) or type(error).__name__
        raise DaemonNotAnswering(f"no daemon answers at {url}: {told}") from None
    if status != 200 or len(body) > MAX_BYTES:
        told = f"{url}{PATH} answers {status} with {len(body)} bytes"
        raise StatusInvalid(told, hint=StatusInvalid.advice)
    # Where nobody answers, it is not needed.
    from attestor.core import strict_json
    from attestor.status.codec import from_json

    try:
        return from_json(strict_json.loads(body))
    except ValueError:
        raise StatusInvalid(f"{url}{PATH} is not JSON", hint=StatusInvalid.advice) from None


def _get(scheme: str, host: str, port: int, path: str) -> tuple[int, bytes]:
    """Status and body of an answer; 0 for what is no HTTP. Raises `OSError`."""
    # As bytes: for text, Python loads the rules of international names first.
    place: Any = host.encode() if host.isascii() else host
    with socket.create_connection((place, port), timeout=SECONDS) as plain:
        connection = plain
        if scheme == "https":
            import ssl

            context = ssl.create_default_context()
            connection = context.wrap_socket(plain, server_hostname=host)
        name = f"[{host}]" if ":" in host else host
        asked = f"GET {quote(path)} HTTP/1.0\r\nHost: {name}:{port}\r\n\r\n"
        connection.sendall(asked.encode("ascii", "replace"))
        found = b""
        deadline = time.monotonic() + SECONDS
        while len(found) <= MAX_BYTES and (more := connection.recv(1 << 16)):
            found += more
            if time.monotonic() > deadline:
                raise TimeoutError(f"its answer took more than {SECONDS:g} s")
    head, _, body = found.partition(b"\r\n\r\n")
    answered = _STATUS.match(head)
    return (int(answered[1]), body) if answered is not None else (0, found)
