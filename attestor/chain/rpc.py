"""JSON-RPC 2.0 over HTTP with one node, with a bounded answer in a bounded time.

web3's provider believes answers with another request's id, retries sends by itself and lets its
transport's exceptions through; here every failure is one of three typed errors.
"""

import itertools
import json
from typing import Any

from attestor.core import strict_json
from attestor.core.text import from_hex
from attestor.errors import HttpFailed, HttpFault, RpcAnswerInvalid, RpcError, RpcUnreachable
from attestor.net import Deadline, HttpClient, Response, origin_of

MAX_ANSWER_BYTES = 64 << 20
_HINT = "check that the node runs and that chain.rpc_url is right"
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
        "eth_getTransactionByHash",
        "eth_getTransactionCount",
        "eth_getTransactionReceipt",
        "eth_maxPriorityFeePerGas",
    }
)
"""Methods that a node may see twice without a difference; all others are sent once."""


class Rpc:
    """A client of one endpoint. Safe to use from several threads.

    Each call ends within `timeout` seconds, all of it: name, connection, TLS and answer.
    """

    def __init__(self, url: str, timeout: float = 10.0, http: HttpClient | None = None) -> None:
        self.url = url
        self.timeout = timeout
        self._http = http or HttpClient()
        self._ids = itertools.count(1)

    @property
    def label(self) -> str:
        """The endpoint without credentials, path or query: they may hold an API key."""
        return origin_of(self.url)

    def call(self, method: str, params: list[Any], deadline: Deadline | None = None) -> Any:
        """The `result` of one call, which ends by `deadline` where that is earlier.

        Raises `RpcUnreachable` (no answer, no JSON), `RpcAnswerInvalid` (not an answer to this
        request) or `RpcError` (the node's own error, with its message and revert data).
        """
        request_id = next(self._ids)
        request = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
        bound = Deadline(self.timeout) if deadline is None else deadline.within(self.timeout)
        answer = self._parse(method, self._post(method, request, bound))
        if answer.get("id") != request_id:
            raise self._invalid(method, f"has id {answer.get('id')!r:.40}, expected {request_id}")
        if answer.get("error") is not None:
            raise self._error(method, answer["error"])
        if "result" not in answer:
            raise self._invalid(method, "has neither result nor error")
        return answer["result"]

    def close(self) -> None:
        """End calls that run in other threads, and refuse new ones: with `RpcUnreachable`."""
        self._http.close()

    def _post(self, method: str, request: dict[str, Any], deadline: Deadline) -> bytes:
        try:
            response = self._http.request(
                "POST",
                self.url,
                deadline,
                max_bytes=MAX_ANSWER_BYTES,
                body=json.dumps(request).encode(),
                headers={"Content-Type": "application/json"},
                repeatable=method in _READS,
            )
        except HttpFailed as error:
            if error.fault is HttpFault.TOO_LARGE:
                raise self._invalid(method, f"is refused: {error.message}") from None
            raise RpcUnreachable(
                f"{self.label} did not answer {method}: {error.message}",
                hint=error.hint_with(_HINT),
            ) from None
        return self._json_of(method, response)

    def _json_of(self, method: str, response: Response) -> bytes:
        # Nodes give their JSON-RPC errors with a 4xx or 5xx status, proxies give HTML.
        if response.status != 200 and not response.body.lstrip().startswith(b"{"):
            raise RpcUnreachable(
                f"{self.label} answered {method} with HTTP status {response.status}"
            )
        return response.body

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
