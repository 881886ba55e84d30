"""Asking a daemon how it stands. Nothing of what is loaded here takes long to load."""

import http.client
import json
from urllib.parse import urlsplit

from attestor.errors import ConfigurationInvalid
from attestor.errors.daemon import DaemonNotAnswering, StatusInvalid
from attestor.status.codec import from_json
from attestor.status.document import Document

PATH = "/status.json"
SECONDS = 5.0
MAX_BYTES = 8 << 20
DEFAULT_PORTS = {"http": 80, "https": 443}


def ask(url: str) -> Document:
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
    makes = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = makes(parts.hostname, port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path.rstrip("/") + PATH)
        answer = connection.getresponse()
        body = answer.read(MAX_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DaemonNotAnswering(f"no daemon answers at {url}: {told}") from None
    finally:
        connection.close()
    if answer.status != 200 or len(body) > MAX_BYTES:
        told = f"{url}{PATH} answers {answer.status} with {len(body)} bytes"
        raise StatusInvalid(told, hint=StatusInvalid.advice)
    try:
        return from_json(json.loads(body))
    except (ValueError, RecursionError):
        raise StatusInvalid(f"{url}{PATH} is not JSON", hint=StatusInvalid.advice) from None
