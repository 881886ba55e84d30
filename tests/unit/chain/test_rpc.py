"""JSON-RPC against a transport that answers what it is told to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from attestor.chain import rpc as module
from attestor.chain.rpc import Rpc
from attestor.errors import RpcAnswerInvalid, RpcError, RpcUnreachable


class Response:
    def __init__(self, body: bytes, status: int = 200) -> None:
        self.body = body
        self.status_code = status

    def __enter__(self) -> "Response":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def iter_content(self, size: int) -> Iterator[bytes]:
        for start in range(0, len(self.body), size):
            yield self.body[start : start + size]


class Session:
    """A stand-in for `requests.Session`; `answer` is a body, a response or an exception."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.sent: list[dict[str, Any]] = []
        self.headers: dict[str, str] = {}

    def post(self, url: str, json: dict[str, Any], **_: Any) -> Response:
        self.sent.append(json)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, Response) else Response(self.answer)


def call(
    monkeypatch: pytest.MonkeyPatch, answer: Any, url: str = "http://node.example:8545"
) -> Any:
    rpc = Rpc(url)
    body = json.dumps(answer).encode() if isinstance(answer, dict | list) else answer
    monkeypatch.setattr(rpc, "_session", lambda: Session(body))
    return rpc.call("eth_blockNumber", [])


def ok(**changes: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "result": "0x1", **changes}


def test_call__answer__is_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, ok()) == "0x1"
    assert call(monkeypatch, ok(result=None)) is None


def test_call__answer_of_another_request__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RpcAnswerInvalid, match="id 2, expected 1"):
        call(monkeypatch, ok(id=2))


@pytest.mark.parametrize("answer", [[], [ok()], b'"text"', b"7"])
def test_call__not_an_object__is_refused(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    with pytest.raises(RpcAnswerInvalid, match="not an object"):
        call(monkeypatch, answer)


def test_call__neither_result_nor_error__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RpcAnswerInvalid, match="neither"):
        call(monkeypatch, {"jsonrpc": "2.0", "id": 1})


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id":1,', b"\xff\xfe", b"[" * 100_000])
def test_call__no_json__is_unreachable(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with pytest.raises(RpcUnreachable):
        call(monkeypatch, body)


def test_call__html_with_an_error_status__names_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RpcUnreachable, match="HTTP status 502"):
        call(monkeypatch, Response(b"<html>Bad Gateway", 502))


def test_call__json_error_with_an_error_status__is_the_nodes_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = json.dumps({"id": 1, "error": {"code": -32000, "message": "nope"}}).encode()
    with pytest.raises(RpcError, match="eth_blockNumber: nope"):
        call(monkeypatch, Response(body, 400))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("0xdeadbeef", b"\xde\xad\xbe\xef"),
        ({"data": "0xdead"}, b"\xde\xad"),
        (None, b""),
        ("nope", b""),
        (7, b""),
    ],
)
def test_call__revert_data__is_kept(
    monkeypatch: pytest.MonkeyPatch, data: Any, expected: bytes
) -> None:
    with pytest.raises(RpcError) as caught:
        call(monkeypatch, {"id": 1, "error": {"code": 3, "message": "reverted", "data": data}})
    assert caught.value.data == expected


def test_call__error_that_is_no_object__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RpcAnswerInvalid, match="error that is not an object"):
        call(monkeypatch, {"id": 1, "error": "boom"})


@pytest.mark.parametrize(
    "error", [requests.ConnectionError("secret-token"), requests.ReadTimeout("secret-token")]
)
def test_call__transport_failure__is_unreachable_without_its_text(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with pytest.raises(RpcUnreachable) as caught:
        call(monkeypatch, error, url="https://user:secret-token@node.example/v2/secret-token")
    assert "secret-token" not in str(caught.value)
    assert "https://node.example did not answer" in str(caught.value)


def test_call__endless_answer__is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ANSWER_BYTES", 100_000)
    with pytest.raises(RpcAnswerInvalid, match="larger than 100000"):
        call(monkeypatch, b'{"x":"' + b"a" * 200_000 + b'"}')


def test_call__several__count_up(monkeypatch: pytest.MonkeyPatch) -> None:
    rpc = Rpc("http://node.example")
    session = Session(json.dumps(ok()).encode())
    monkeypatch.setattr(rpc, "_session", lambda: session)
    rpc.call("a", [])
    with pytest.raises(RpcAnswerInvalid, match="id 1, expected 2"):
        rpc.call("b", ["x"])
    assert session.sent[1] == {"jsonrpc": "2.0", "id": 2, "method": "b", "params": ["x"]}
