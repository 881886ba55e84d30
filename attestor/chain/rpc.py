"""JSON-RPC 2.0 over HTTP with one node, with a bounded answer in a bounded time.

web3's provider believes answers with another request's id, retries sends by itself and lets its
transport's exceptions through; here every failure is one of four typed errors, with the node's own
words.
"""

import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from attestor.core import strict_json
from attestor.core.text import from_hex, one_line, shown
from attestor.errors import (
    HttpFailed,
    HttpFault,
    RpcAnswerInvalid,
    RpcError,
    RpcThrottled,
    RpcUnreachable,
)
from attestor.net import Deadline, HttpClient, Response, origin_of, retry_after


@dataclass(frozen=True)
class Bounds:
    """What an answer may have: bytes, and brackets, strings and numbers."""

    bytes: int = 64 << 20
    tokens: int = strict_json.MAX_TOKENS


_BOUNDS = Bounds()
MAX_WORDS = 300
"""Characters of what a node says that are kept in an error."""
_TAG = re.compile(r"<[^>]*>")
_SECRET_CHARS = 8
"""Pieces of a URL's path of at least this length may be an API key."""
_HINT = "check that the node runs, and its URL: of a daemon, chain.rpc_url"
_READS = frozenset(
    {
        "eth_blockNumber",
        "eth_call",
        "eth_chainId",
        "eth_estimateGas",
        "eth_feeHistory",
        "eth_gasPrice",
        "eth_getBalance",
        "eth_getBlockByHash",
        "eth_getBlockByNumber",
        "eth_getCode",
        "eth_getLogs",
        "eth_getProof",
        "eth_getTransactionByHash",
        "eth_getTransactionCount",
        "eth_getTransactionReceipt",
        "eth_maxPriorityFeePerGas",
        "web3_clientVersion",
    }
)
"""Methods that a node may see twice without a difference; all others are sent once."""


class Rpc:
    """A client of one endpoint. Safe to use from several threads.

    Each call ends within `timeout` seconds, all of it: name, connection, TLS and answer.
    """

    def __init__(
        self,
        url: str,
        timeout: float = 10.0,
        http: HttpClient | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self._clock = clock
        self.timeout = timeout
        self.connections = 0
        """How many connections were made for reads: behind each may be another node."""
        self._http = http or HttpClient()
        self._ids = itertools.count(1)

    @property
    def label(self) -> str:
        """The endpoint without credentials, path or query: they may hold an API key."""
        return origin_of(self.url)

    def call(
        self,
        method: str,
        params: list[Any],
        deadline: Deadline | None = None,
        fresh: bool = False,
        bounds: Bounds = _BOUNDS,
    ) -> Any:
        """The `result` of one call, which ends by `deadline` where that is earlier. A `fresh` call
        has a connection of its own.

        Raises `RpcUnreachable` (no answer, no JSON), `RpcThrottled` (not now), `RpcAnswerInvalid`
        (not an answer to this request) or `RpcError` (the node's own error, with its message and
        revert data).
        """
        request_id = next(self._ids)
        request = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
        own = Deadline(self.timeout, self._clock)
        until = own if deadline is None else deadline.within(self.timeout)
        response = self._post(method, request, until, fresh, bounds.bytes)
        answer = self._parse(method, response, bounds.tokens)
        error = answer.get("error")
        self._require_unthrottled(method, response, error)
        # A node that cannot read a request has no id to give back (JSON-RPC 2.0, 5).
        if answer.get("id") != request_id and (error is None or answer.get("id") is not None):
            raise self._invalid(
                method, f"has id {shown(answer.get('id'), 40)}, expected {request_id}"
            )
        if error is not None:
            raise self._error(method, error)
        if "result" not in answer:
            raise self._invalid(method, "has neither result nor error")
        return answer["result"]

    def close(self) -> None:
        """End calls that run in other threads, and refuse new ones: with `RpcUnreachable`."""
        self._http.close()

    def _post(
        self,
        method: str,
        request: dict[str, Any],
        deadline: Deadline,
        fresh: bool,
        max_bytes: int,
    ) -> Response:
        repeatable = method in _READS and not fresh
        try:
            response = self._http.request(
                "POST",
                self.url,
                deadline,
                max_bytes=max_bytes,
                body=json.dumps(request).encode(),
                headers={"Content-Type": "application/json"},
                repeatable=repeatable,
            )
        except HttpFailed as error:
            if error.fault is HttpFault.TOO_LARGE:
                raise self._invalid(method, f"is refused: {error.message}") from None
            raise RpcUnreachable(
                f"{self.label} did not answer {method}: {error.message}",
                hint=error.hint_with(_HINT),
            ) from None
        if repeatable and response.new_connection:
            self.connections += 1
        return response

    def _parse(self, method: str, response: Response, max_tokens: int) -> dict[str, Any]:
        # Nodes give their JSON-RPC errors with a 4xx or 5xx status, proxies give HTML or text.
        if response.status != 200 and not response.body.lstrip().startswith(b"{"):
            words = self._words(
                _TAG.sub(" ", response.body[: 16 * MAX_WORDS].decode(errors="replace"))
            )
            self._require_unthrottled(method, response, words)
            raise RpcUnreachable(
                f"{self.label} answered {method} with HTTP status {response.status}"
                + (f": {words}" if words else "")
            )
        try:
            answer = strict_json.loads(response.body, max_tokens)
        except (ValueError, RecursionError):
            self._require_unthrottled(method, response, None)
            raise RpcUnreachable(f"{self.label} answered {method} with no JSON") from None
        if not isinstance(answer, dict):
            raise self._invalid(method, f"is a {type(answer).__name__}, not an object")
        return answer

    def _require_unthrottled(self, method: str, response: Response, error: object) -> None:
        """429 always asks to wait, 503 when it says for how long."""
        seconds = retry_after(response) if response.status in (429, 503) else None
        if response.status != 429 and seconds is None:
            return
        words = f": {self._message(error)}" if error else ""
        raise RpcThrottled(
            f"{self.label} answered {method} with HTTP status {response.status}{words}",
            hint=None if seconds is None else f"it asks to wait {seconds:g} s",
            seconds=seconds,
        )

    def _error(self, method: str, error: object) -> Exception:
        if not isinstance(error, dict | str):
            return self._invalid(method, "has an error that is not an object")
        found = error if isinstance(error, dict) else {}
        number = found.get("code")
        return RpcError(
            f"{method}: {self._message(error)}",
            data=_revert_data(found.get("data")),
            number=number if isinstance(number, int) and not isinstance(number, bool) else None,
        )

    def _message(self, error: object) -> str:
        said = error.get("message", "no message") if isinstance(error, dict) else error
        return self._words(str(said))

    def _words(self, said: str) -> str:
        """What a node says, as one line, without what of the URL may be secret."""
        text = one_line(said[: 4 * MAX_WORDS])
        for secret in _secrets(self.url):
            text = text.replace(secret, "…")
        return text[:MAX_WORDS]

    def _invalid(self, method: str, fault: str) -> RpcAnswerInvalid:
        return RpcAnswerInvalid(f"the answer of {self.label} to {method} {fault}")


def _secrets(url: str) -> list[str]:
    """The pieces of a URL's path, query and credentials that are long enough for an API key."""
    try:
        parts = urlsplit(url)
        pieces = re.split(r"[/?&=:@]", f"{parts.path}?{parts.query}")
        pieces += [parts.username or "", parts.password or ""]
    except ValueError:
        return []
    return sorted((piece for piece in pieces if len(piece) >= _SECRET_CHARS), key=len, reverse=True)


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
