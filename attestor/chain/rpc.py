"""JSON-RPC 2.0 over HTTP with one node, with a bounded answer in a bounded time.

web3's provider believes answers with another request's id, retries sends by itself and lets its
transport's exceptions through; here every failure is one of three typed errors.
"""

import itertools
import threading
from typing import Any
from urllib.parse import urlsplit

import requests

from attestor import __version__
from attestor.core import strict_json
from attestor.core.text import from_hex
from attestor.errors import RpcAnswerInvalid, RpcError, RpcUnreachable

MAX_ANSWER_BYTES = 64 << 20
_CHUNK = 1 << 16


class Rpc:
    """A client of one endpoint. Safe to use from several threads."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        self.url = url
        self.timeout = timeout
        self._ids = itertools.count(1)
        self._local = threading.local()

    @property
    def label(self) -> str:
        """The endpoint without credentials, path or query: they may hold an API key."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"

    def call(self, method: str, params: list[Any]) -> Any:
        """The `result` of one call.

        Raises `RpcUnreachable` (no answer, no JSON), `RpcAnswerInvalid` (not an answer to this
        request) or `RpcError` (the node's own error, with its message and revert data).
        """
        request_id = next(self._ids)
        request = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
        answer = self._parse(method, self._post(method, request))
        if answer.get("id") != request_id:
            raise self._invalid(method, f"has id {answer.get('id')!r:.40}, expected {request_id}")
        if answer.get("error") is not None:
            raise self._error(method, answer["error"])
        if "result" not in answer:
            raise self._invalid(method, "has neither result nor error")
        return answer["result"]

    def _post(self, method: str, request: dict[str, Any]) -> bytes:
        try:
            with self._session().post(
                self.url, json=request, timeout=self.timeout, stream=True, allow_redirects=False
            ) as response:
                body = self._read(method, response)
                status = response.status_code
        except requests.RequestException as error:
            reason = type(error).__name__
            raise RpcUnreachable(
                f"{self.label} did not answer {method}: {reason}",
                hint="check that the node runs and that chain.rpc_url is right",
            ) from None
        # Nodes give their JSON-RPC errors with a 4xx or 5xx status, proxies give HTML.
        if status != 200 and not body.lstrip().startswith(b"{"):
            raise RpcUnreachable(f"{self.label} answered {method} with HTTP status {status}")
        return body

    def _read(self, method: str, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise self._invalid(method, f"is larger than {MAX_ANSWER_BYTES} bytes")
        return bytes(body)

    def _parse(self, method: str, body: bytes) -> dict[str, Any]:
        try:
            answer = strict_json.loads(body)
        except ValueError:
            raise RpcUnreachable(f"{self.label} answered {method} with no JSON") from None
        if not isinstance(answer, dict):
            raise self._invalid(method, f"is a {type(answer).__name__}, not an object")
        return answer

    def _error(self, method: str, error: object) -> Exception:
        if not isinstance(error, dict):
            return self._invalid(method, "has an error that is not an object")
        message = str(error.get("message", "no message"))[:300]
        return RpcError(f"{method}: {message}", data=_revert_data(error.get("data")))

    def _invalid(self, method: str, fault: str) -> RpcAnswerInvalid:
        return RpcAnswerInvalid(f"the answer of {self.label} to {method} {fault}")

    def _session(self) -> requests.Session:
        """One session per thread: requests' sessions are not thread-safe."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.headers["User-Agent"] = f"attestor/{__version__}"
            self._local.session = session
        return session


def _revert_data(data: object) -> bytes:
    """The revert data of an error: plain 0x text (geth, anvil) or nested in an object (others)."""
    if isinstance(data, dict):
        data = data.get("data")
    if not isinstance(data, str):
        return b""
    try:
        return from_hex(data)
    except ValueError:
        return b""
