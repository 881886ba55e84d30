"""Bodies of JSON-RPC: whatever comes is judged item by item, and each call gets one answer."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attestor.avs.failures import CONTEXT_FAILED, failed, failure_of, invalid_params
from attestor.core import strict_json
from attestor.errors import BodyInvalid
from attestor.http import jsonrpc
from attestor.http.jsonrpc import Call, Failure, Notification, Refused

MOST = 5
ABSENT = object()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
IDS = st.none() | TEXT | st.integers(0, (1 << 64) - 1)
NO_IDS = st.sampled_from([True, False, -1, 1 << 64, 1.5, [], {}, [1]])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
CALLS = st.builds(
    lambda **given: {name: value for name, value in given.items() if value is not ABSENT},
    jsonrpc=st.sampled_from(["2.0", "2.0", "2.0", "1.0", 2.0, None, ABSENT]),
    id=IDS | NO_IDS | st.just(ABSENT),
    method=TEXT | st.sampled_from([ABSENT, None, 7]),
    params=VALUES | st.just(ABSENT),
)
ITEMS = CALLS | VALUES


def is_id(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, str, type(None))):
        return False
    return not isinstance(value, int) or 0 <= value < 1 << 64


def expected(item: Any, nameless: int) -> Any:
    """As the specification, and jsonrpsee where that leaves a choice, judge an item."""
    invalid = Refused(None, jsonrpc.standard(jsonrpc.INVALID_REQUEST))
    if not isinstance(item, dict):
        return Refused(None, jsonrpc.standard(nameless))
    if not is_id(item.get("id")):
        return invalid
    if item.get("jsonrpc") != "2.0" or not isinstance(item.get("method"), str):
        number = jsonrpc.INVALID_REQUEST if "id" in item else nameless
        return Refused(item.get("id"), jsonrpc.standard(number))
    if "id" not in item:
        return Notification(item["method"])
    return Call(item["id"], item["method"], item.get("params"))


@given(CALLS, st.booleans())
def test_parse__one_item__is_judged_as_specified(item: dict[str, Any], ascii_only: bool) -> None:
    body = json.dumps(item, ensure_ascii=ascii_only).encode()
    found = jsonrpc.parse(body, MOST)
    assert found.items == (expected(item, jsonrpc.PARSE_ERROR),)
    assert not found.is_batch


@given(st.lists(ITEMS, max_size=MOST + 2))
def test_parse__batch__has_each_item_in_its_place_or_is_refused_whole(items: list[Any]) -> None:
    found = jsonrpc.parse(json.dumps(items).encode(), MOST)
    if 0 < len(items) <= MOST:
        assert found.is_batch
        assert list(found.items) == [expected(one, jsonrpc.INVALID_REQUEST) for one in items]
    else:
        (refused,) = found.items
        assert isinstance(refused, Refused)
        assert not found.is_batch


@given(st.sampled_from([b"{", b"[", b" \n[", b"\t{"]), st.binary(max_size=60))
def test_parse__any_bytes__are_items_or_refused(beginning: bytes, rest: bytes) -> None:
    body = beginning + rest
    assert jsonrpc.begins_well(body)
    found = jsonrpc.parse(body, MOST)
    assert 1 <= len(found.items) <= MOST
    try:
        strict_json.loads(body)
    except ValueError:
        assert found.items == (Refused(None, jsonrpc.standard(jsonrpc.PARSE_ERROR)),)


@given(IDS, VALUES, st.integers(60, 400))
def test_result__any_value__is_an_answer_to_its_call_within_the_limit(
    call_id: Any, value: Any, limit: int
) -> None:
    text = jsonrpc.result(call_id, value, limit)
    answer = json.loads(text)
    assert list(answer) == ["jsonrpc", "result" if "result" in answer else "error", "id"]
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", call_id)
    if "result" in answer:
        assert (answer["result"], len(text) <= limit) == (value, True)
    else:
        whole = {"jsonrpc": "2.0", "result": value, "id": call_id}
        assert len(jsonrpc.encode(whole)) > limit
        assert answer["error"]["code"] == jsonrpc.RESPONSE_TOO_BIG


@given(st.lists(st.tuples(IDS, VALUES), min_size=1, max_size=4), st.integers(60, 300))
def test_batch__any_answers__are_one_list_within_the_limit(
    given_: list[tuple[Any, Any]], limit: int
) -> None:
    answers = [jsonrpc.result(call_id, value, 1 << 20) for call_id, value in given_]
    text = jsonrpc.batch(answers, limit)
    found = json.loads(text)
    if isinstance(found, list):
        assert [one["id"] for one in found] == [call_id for call_id, _ in given_]
        assert len(text) <= limit
    else:
        assert found["error"]["code"] == jsonrpc.BATCH_ANSWER_TOO_LARGE


PIECES = st.sampled_from(
    ["skip", "s", "k", "i", "p", "sk", "ip", "unexpected EOF", "unexpected", " ", "EOF", "…", "\n"]
)
TOLD = st.lists(PIECES, max_size=12).map("".join)


@given(TOLD, st.none() | TOLD)
def test_failure__any_text__is_told_without_the_words(text: str, hint: str | None) -> None:
    errors = (
        failed(CONTEXT_FAILED, text, hint),
        invalid_params(text),
        BodyInvalid(text, hint=hint),
    )
    for error in errors:
        told = jsonrpc.error(1, failure_of(error)).decode()
        assert "skip" not in told
        assert "unexpected EOF" not in told
        assert isinstance(failure_of(error), Failure)
