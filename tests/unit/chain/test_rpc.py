"""JSON-RPC against a transport that answers what it is told to."""

import json
from typing import Any

import pytest

from attestor.chain.rpc import Rpc
from attestor.errors import (
    HttpFailed,
    HttpFault,
    RpcAnswerInvalid,
    RpcError,
    RpcUnreachable,
)
from attestor.net import Deadline, Response


class Http:
    """A stand-in for `HttpClient`; `answer` is a body, a response or an error."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.sent: list[dict[str, Any]] = []
        self.options: list[dict[str, Any]] = []

    def request(self, method: str, url: str, deadline: Deadline, **options: Any) -> Response:
        self.sent.append(json.loads(options["body"]))
        self.options.append({**options, "seconds": deadline.seconds})
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, Response) else response(self.answer)


def response(body: bytes, status: int = 200) -> Response:
    return Response(status, {}, body)


def make(http: Http, url: str = "http://node.example:8545") -> Rpc:
    double: Any = http
    return Rpc(url, http=double)


def call(answer: Any, url: str = "http://node.example:8545") -> Any:
    body = json.dumps(answer).encode() if isinstance(answer, dict | list) else answer
    return make(Http(body), url).call("eth_blockNumber", [])


def ok(**changes: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "result": "0x1", **changes}


def test_call__answer__is_its_result() -> None:
    assert call(ok()) == "0x1"
    assert call(ok(result=None)) is None


def test_call__answer_of_another_request__is_refused() -> None:
    with pytest.raises(RpcAnswerInvalid, match="id 2, expected 1"):
        call(ok(id=2))


@pytest.mark.parametrize("answer", [[], [ok()], b'"text"', b"7"])
def test_call__not_an_object__is_refused(answer: Any) -> None:
    with pytest.raises(RpcAnswerInvalid, match="not an object"):
        call(answer)


def test_call__neither_result_nor_error__is_refused() -> None:
    with pytest.raises(RpcAnswerInvalid, match="neither"):
        call({"jsonrpc": "2.0", "id": 1})


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id":1,', b"\xff\xfe", b"[" * 100_000])
def test_call__no_json__is_unreachable(body: bytes) -> None:
    with pytest.raises(RpcUnreachable):
        call(body)


def test_call__html_with_an_error_status__names_the_status() -> None:
    with pytest.raises(RpcUnreachable, match="HTTP status 502"):
        call(response(b"<html>Bad Gateway", 502))


def test_call__json_error_with_an_error_status__is_the_nodes_error() -> None:
    body = json.dumps({"id": 1, "error": {"code": -32000, "message": "nope"}}).encode()
    with pytest.raises(RpcError, match="eth_blockNumber: nope"):
        call(response(body, 400))


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
def test_call__revert_data__is_kept(data: Any, expected: bytes) -> None:
    with pytest.raises(RpcError) as caught:
        call({"id": 1, "error": {"code": 3, "message": "reverted", "data": data}})
    assert caught.value.data == expected


def test_call__error_that_is_neither_object_nor_text__is_refused() -> None:
    with pytest.raises(RpcAnswerInvalid, match="error that is not an object"):
        call({"id": 1, "error": ["boom"]})


def test_call__error_as_text__is_the_nodes_error() -> None:
    with pytest.raises(RpcError, match="eth_blockNumber: boom"):
        call({"id": 1, "error": "boom"})


def test_call__error_without_an_id__is_the_nodes_error() -> None:
    for answer in ({"id": None, "error": {"message": "parse error"}}, {"error": "parse error"}):
        with pytest.raises(RpcError, match="parse error"):
            call(answer)


def test_call__error_of_another_request__is_refused() -> None:
    with pytest.raises(RpcAnswerInvalid, match="id 9, expected 1"):
        call({"id": 9, "error": {"message": "nonce too low"}})


@pytest.mark.parametrize("url", ["https://user:secret@node.example/v2/secret", "secret:secret"])
def test_call__transport_failure__is_unreachable_and_shows_no_secret(url: str) -> None:
    failed = HttpFailed("connection refused", hint="start it", fault=HttpFault.REFUSED)
    with pytest.raises(RpcUnreachable) as caught:
        call(failed, url)
    assert "secret" not in str(caught.value)
    assert (
        "did not answer eth_blockNumber: connection refused (start it; check that the node runs"
        in str(caught.value)
    )


def test_call__endless_answer__is_not_believed() -> None:
    failed = HttpFailed("the answer is larger than 9 bytes", fault=HttpFault.TOO_LARGE)
    with pytest.raises(RpcAnswerInvalid, match="larger than 9 bytes"):
        call(failed)


def test_call__reads_may_be_repeated__anything_else_is_sent_once() -> None:
    http = Http(RpcUnreachable("never looked at"))
    for method in ("eth_call", "eth_sendRawTransaction", "eth_getFilterChanges", "anvil_mine"):
        with pytest.raises(RpcUnreachable):
            make(http).call(method, [])
    assert [options["repeatable"] for options in http.options] == [True, False, False, False]


def test_call__deadline_of_the_caller__may_only_shorten_it() -> None:
    http = Http(RpcUnreachable("never looked at"))
    for deadline in (None, Deadline(1.0), Deadline(60.0)):
        with pytest.raises(RpcUnreachable):
            make(http).call("eth_call", [], deadline)
    assert [options["seconds"] for options in http.options] == [10.0, 1.0, 10.0]


def test_call__several__count_up() -> None:
    http = Http(json.dumps(ok()).encode())
    rpc = make(http)
    rpc.call("a", [])
    with pytest.raises(RpcAnswerInvalid, match="id 1, expected 2"):
        rpc.call("b", ["x"])
    assert http.sent[1] == {"jsonrpc": "2.0", "id": 2, "method": "b", "params": ["x"]}


def test_label__ipv6_and_invalid_urls__are_shown_as_they_can_be() -> None:
    assert Rpc("http://user:x@[::1]:8545/key").label == "http://[::1]:8545"
    assert Rpc("http://node:port").label == "an invalid URL"
