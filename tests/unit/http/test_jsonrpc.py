"""Bodies and answers of JSON-RPC, as jsonrpsee 0.23 has them."""

import json
from collections.abc import Callable

import pytest

from attestor.http import jsonrpc
from attestor.http.jsonrpc import Call, Failure, Item, Message, Notification, Refused

PARSE = Refused(None, Failure(-32700, "Parse error"))


def parse(text: str) -> Message:
    return jsonrpc.parse(text.encode(), max_batch=3)


def invalid(call_id: str | int | None) -> Refused:
    return Refused(call_id, Failure(-32600, "Invalid request"))


SINGLE: dict[str, Item] = {
    '{"jsonrpc":"2.0","id":1,"method":"m"}': Call(1, "m", None),
    ' \n{"jsonrpc":"2.0","id":"a","method":"m","params":[1]}': Call("a", "m", [1]),
    '{"jsonrpc":"2.0","id":null,"method":"m","params":null}': Call(None, "m", None),
    '{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1},"more":2}': Call(1, "m", {"a": 1}),
    '{"jsonrpc":"2.0","id":18446744073709551615,"method":"m"}': Call(2**64 - 1, "m", None),
    '{"jsonrpc":"2.0","method":"m"}': Notification("m"),
    '{"jsonrpc":"2.0","id":18446744073709551616,"method":"m"}': invalid(None),
    '{"jsonrpc":"2.0","id":-1,"method":"m"}': invalid(None),
    '{"jsonrpc":"2.0","id":1.5,"method":"m"}': invalid(None),
    '{"jsonrpc":"2.0","id":true,"method":"m"}': invalid(None),
    '{"jsonrpc":"2.0","id":{},"method":"m"}': invalid(None),
    '{"jsonrpc":"1.0","id":7,"method":"m"}': invalid(7),
    '{"id":7,"method":"m"}': invalid(7),
    '{"jsonrpc":"2.0","id":7}': invalid(7),
    '{"jsonrpc":"2.0","id":7,"method":1}': invalid(7),
    # The method's to refuse, and its name the first thing to be looked at.
    '{"jsonrpc":"2.0","id":"x","method":"m","params":"p"}': Call("x", "m", "p"),
    # With no id to answer to, jsonrpsee takes it for no JSON-RPC at all.
    "{}": PARSE,
    '{"jsonrpc":"1.0","method":"m"}': PARSE,
    '{"jsonrpc":"2.0","method":1}': PARSE,
    '{"jsonrpc":"2.0","id":null}': invalid(None),
    "{": PARSE,
    "{]": PARSE,
    '{"a":1,"a":2}': PARSE,
    '{"jsonrpc":"2.0"} x': PARSE,
    "[": PARSE,
    "[]": invalid(None),
}


@pytest.mark.parametrize("text", SINGLE)
def test_parse__single__is_what_it_is(text: str) -> None:
    assert parse(text) == Message((SINGLE[text],))


def test_parse__batch__judges_each_by_itself() -> None:
    found = parse('[{"jsonrpc":"2.0","id":1,"method":"m"},1,{"id":3}]')
    assert found == Message((Call(1, "m", None), invalid(None), invalid(3)), is_batch=True)
    assert parse("[{}]") == Message((invalid(None),), is_batch=True)


def test_parse__batch_of_one__is_a_batch() -> None:
    assert parse('[{"jsonrpc":"2.0","method":"m"}]') == Message((Notification("m"),), is_batch=True)


def test_parse__batch_beyond_the_bound__is_refused_as_one() -> None:
    failure = Failure(-32010, "The batch request was too large", "Exceeded max limit of 3")
    assert parse("[1,2,3,4]") == Message((Refused(None, failure),))


def test_parse__million_brackets__is_refused() -> None:
    assert parse("[" * 1_000_000) == Message((PARSE,))


BEGINNINGS: dict[bytes, bool] = {
    b"{": True,
    b" \t\r\n\x0c[": True,
    b"": False,
    b"x{": False,
    b"\x00{": False,
    b"\xef\xbb\xbf{": False,
    b" " * 127 + b"{": True,
    b" " * 128 + b"{": False,
}


@pytest.mark.parametrize("body", BEGINNINGS)
def test_begins_well__first_byte_of_128__decides(body: bytes) -> None:
    assert jsonrpc.begins_well(body) is BEGINNINGS[body]


ANSWERS: dict[str, Callable[[], bytes]] = {
    '{"jsonrpc":"2.0","result":{"b":1,"a":"é"},"id":1}': lambda: jsonrpc.result(
        1, {"b": 1, "a": "é"}, 1000
    ),
    '{"jsonrpc":"2.0","result":null,"id":"x"}': lambda: jsonrpc.result("x", None, 1000),
    '{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}': (
        lambda: jsonrpc.error(None, jsonrpc.standard(jsonrpc.PARSE_ERROR))
    ),
    '{"jsonrpc":"2.0","error":{"code":-32007,"message":"Request is too big","data":'
    '"Exceeded max limit of 20"},"id":null}': lambda: jsonrpc.error(
        None, jsonrpc.over_limit(jsonrpc.REQUEST_TOO_BIG, 20)
    ),
    '{"jsonrpc":"2.0","error":{"code":-32008,"message":"Response is too big","data":'
    '"Exceeded max limit of 50"},"id":3}': lambda: jsonrpc.result(3, "a" * 100, 50),
    "[1,2]": lambda: jsonrpc.batch([b"1", b"2"], 100),
    '{"jsonrpc":"2.0","error":{"code":-32011,"message":"The batch response was too large","data":'
    '"Exceeded max limit of 4"},"id":null}': lambda: jsonrpc.batch([b"1", b"2"], 4),
}


@pytest.mark.parametrize("text", ANSWERS)
def test_answer__of_each_kind__is_byte_for_byte_that_of_jsonrpsee(text: str) -> None:
    assert ANSWERS[text]().decode() == text
    json.loads(text)


def test_result__as_long_as_the_limit__is_given_and_one_byte_more_is_not() -> None:
    whole = jsonrpc.result(1, "a" * 100, 1000)
    assert jsonrpc.result(1, "a" * 100, len(whole)) == whole
    assert b'"error"' in jsonrpc.result(1, "a" * 100, len(whole) - 1)
