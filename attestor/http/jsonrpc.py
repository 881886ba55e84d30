"""JSON-RPC 2.0 as the servers of Rust's jsonrpsee 0.23 speak it, of which clients see every byte:
codes, texts, and the order {"jsonrpc","result" or "error","id"}.

Bytes in, calls out; values in, bytes out. What runs the calls is `jsonrpc_server`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from attestor.core import strict_json

Id = str | int | None

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = (
    *(-32700, -32600, -32601, -32602),
    -32603,
)
REQUEST_TOO_BIG, RESPONSE_TOO_BIG, BATCH_TOO_LARGE, BATCH_ANSWER_TOO_LARGE = (
    *(-32007, -32008, -32010),
    -32011,
)
TEXTS = {
    PARSE_ERROR: "Parse error",
    INVALID_REQUEST: "Invalid request",
    METHOD_NOT_FOUND: "Method not found",
    INVALID_PARAMS: "Invalid params",
    INTERNAL_ERROR: "Internal error",
    REQUEST_TOO_BIG: "Request is too big",
    RESPONSE_TOO_BIG: "Response is too big",
    BATCH_TOO_LARGE: "The batch request was too large",
    BATCH_ANSWER_TOO_LARGE: "The batch response was too large",
}
SPACES = b" \t\n\x0c\r"
LOOKED_AT = 128
"""Bytes in which the first that is no space has to be."""
_MAX_ID = (1 << 64) - 1


@dataclass(frozen=True)
class Failure:
    """The "error" of an answer."""

    number: int
    message: str
    data: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Without `data` where there is none."""
        found = {"code": self.number, "message": self.message}
        return found if self.data is None else {**found, "data": self.data}


@dataclass(frozen=True)
class Call:
    """Asks for an answer. `params` is any JSON: jsonrpsee leaves it to the method to say that it
    takes only a list or an object."""

    id: Id
    method: str
    params: Any


@dataclass(frozen=True)
class Encoded:
    """A value of a result that is JSON already, in UTF-8: what is large is encoded by who made it,
    beside the loop."""

    text: bytes


@dataclass(frozen=True)
class Notification:
    """Asks for none, and gets none: no method here is of use without its answer."""

    method: str


@dataclass(frozen=True)
class Refused:
    """Not even a call."""

    id: Id
    failure: Failure


Item = Call | Notification | Refused


@dataclass(frozen=True)
class Message:
    """What one body asks: a single item, or a batch."""

    items: tuple[Item, ...]
    is_batch: bool = False


def standard(number: int, data: str | None = None) -> Failure:
    """A failure with the text that belongs to its number."""
    return Failure(number, TEXTS[number], data)


def over_limit(number: int, limit: int) -> Failure:
    """A failure for something above a limit."""
    return standard(number, f"Exceeded max limit of {limit}")


def begins_well(body: bytes) -> bool:
    """Whether it may be a call or a batch, by its first byte that is no space."""
    return body[:LOOKED_AT].lstrip(SPACES)[:1] in (b"{", b"[")


def parse(body: bytes, max_batch: int) -> Message:
    """The calls in a body that begins well. What is none is `Refused` in its place."""
    is_batch = body.lstrip(SPACES)[:1] == b"["
    try:
        value = strict_json.loads(body)
    except ValueError:
        return Message((Refused(None, standard(PARSE_ERROR)),))
    if not is_batch:
        return Message((_item(value, PARSE_ERROR),))
    if len(value) > max_batch:
        return Message((Refused(None, over_limit(BATCH_TOO_LARGE, max_batch)),))
    if not value:
        return Message((Refused(None, standard(INVALID_REQUEST)),))
    return Message(tuple(_item(item, INVALID_REQUEST) for item in value), is_batch=True)


def result(call_id: Id, value: object, limit: int) -> bytes:
    """An answer with a result; with an error when it is larger than `limit` bytes."""
    value = value.text if isinstance(value, Encoded) else encode(value)
    text = b'{"jsonrpc":"2.0","result":' + value + b',"id":' + encode(call_id) + b"}"
    return text if len(text) <= limit else error(call_id, over_limit(RESPONSE_TOO_BIG, limit))


def error(call_id: Id, failure: Failure) -> bytes:
    """An answer with an error."""
    return encode({"jsonrpc": "2.0", "error": failure.to_json(), "id": call_id})


def batch(answers: Sequence[bytes], limit: int) -> bytes:
    """The answers of a batch as one."""
    joined = b"[" + b",".join(answers) + b"]"
    if len(joined) > limit:
        return error(None, over_limit(BATCH_ANSWER_TOO_LARGE, limit))
    return joined


def _item(value: object, nameless: int) -> Item:
    """A call has an id; without one it is a notification. What is neither and has no id is told by
    the number `nameless`. An id of another kind is refused: jsonrpsee took the call for a
    notification, and the client never heard of it."""
    if not isinstance(value, dict):
        return Refused(None, standard(nameless))
    has_id, call_id, method = "id" in value, value.get("id"), value.get("method")
    if not _is_id(call_id):
        return Refused(None, standard(INVALID_REQUEST))
    if value.get("jsonrpc") != "2.0" or not isinstance(method, str):
        return Refused(call_id, standard(INVALID_REQUEST if has_id else nameless))
    return Call(call_id, method, value.get("params")) if has_id else Notification(method)


def _is_id(value: object) -> bool:
    if value is None or isinstance(value, str):
        return True
    return type(value) is int and 0 <= value <= _MAX_ID


def encode(value: object) -> bytes:
    """A value as JSON, without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
