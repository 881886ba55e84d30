"""Whatever a node answers, a question to it gives a value or a typed error."""

import json
from contextlib import suppress
from typing import Any

import pytest
from cases.small_chain import ACCOUNT, CONTRACT, TRANSACTION, SmallChain
from hypothesis import given
from hypothesis import strategies as st
from property.test_wire_properties import JSON
from unit.chain.endpoints import Clock, MemoryHttp, node_of

from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import Heads
from attestor.core.blocks import Block
from attestor.core.text import from_hex
from attestor.errors import AttestorError

CHAIN = SmallChain()
HEAD = from_hex(CHAIN.head["hash"])
BLOCK = Block(19, HEAD, bytes(32), 0)
METHODS: dict[str, Any] = {
    "require_chain": lambda node: node.require_chain(),
    "head": lambda node: node.head(),
    "block": lambda node: node.block(19),
    "block_by_hash": lambda node: node.block_by_hash(HEAD),
    "agrees": lambda node: node.agrees(BLOCK),
    "header_fields": lambda node: node.header_fields(19),
    "call": lambda node: node.call(CONTRACT, b"", ACCOUNT, HEAD),
    "confirmed_call": lambda node: node.confirmed_call(CONTRACT, b"", BLOCK),
    "estimate_gas": lambda node: node.estimate_gas(ACCOUNT, CONTRACT, b""),
    "priority_fee": lambda node: node.priority_fee(),
    "nonce": lambda node: node.nonce(ACCOUNT),
    "balance": lambda node: node.balance(ACCOUNT),
    "code": lambda node: node.code(ACCOUNT),
    "receipt": lambda node: node.receipt(TRANSACTION),
    "sender": lambda node: node.sender(TRANSACTION, HEAD),
    "logs": lambda node: node.logs(CONTRACT, 1, 2),
    "logs_of_most": lambda node: node.logs_of_most(CONTRACT, 1, 2),
    "send": lambda node: node.send(b"raw", TRANSACTION),
    "look": lambda node: Heads(node, MemoryHeaderLog()).look(),
}
NUMBERS = st.integers(0, 2**300).map(hex) | st.sampled_from(
    [hex(2**power + more) for power in (31, 32, 62, 63, 64, 256) for more in (-1, 0, 1)]
)
BLOCKS = st.sampled_from(CHAIN.blocks)
OBJECTS = BLOCKS | st.sampled_from([CHAIN.receipt("0x" + TRANSACTION.hex()), CHAIN.log()])


@st.composite
def altered(draw: st.DrawFn) -> Any:
    """An honest object with one member changed."""
    fields = draw(OBJECTS)
    name = draw(st.sampled_from(sorted(fields)))
    return {**fields, name: draw(JSON | NUMBERS)}


RESULTS = (
    JSON
    | NUMBERS
    | altered()
    | st.lists(altered(), max_size=3)
    | st.binary().map(lambda data: "0x" + data.hex())
)
ANSWERS = st.fixed_dictionaries({"id": st.just(1), "result": RESULTS}) | st.fixed_dictionaries(
    {}, optional={"id": st.just(1) | JSON, "result": JSON, "error": JSON}
)


def whole_numbers(value: Any) -> list[int]:
    """All numbers in a result, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if hasattr(value, "__dataclass_fields__"):
        value = [getattr(value, name) for name in value.__dataclass_fields__]
    if isinstance(value, list | tuple):
        return [number for part in value for number in whole_numbers(part)]
    return [value] if isinstance(value, int) else []


@pytest.mark.parametrize("method", METHODS)
@given(answer=ANSWERS, count=st.sampled_from([1, 3]), check_headers=st.booleans())
def test_node__any_json__gives_a_value_or_a_typed_error(
    method: str, answer: Any, count: int, check_headers: bool
) -> None:
    def lie(question: Any) -> Any:
        body = {**answer, "id": question.id} if answer.get("id") == 1 else answer
        return type(question.truth)(json.dumps(body).encode())

    node = node_of([MemoryHttp(CHAIN, lie) for _ in range(count)], Clock(), check_headers)
    with suppress(AttestorError):
        found = METHODS[method](node)
        if method not in ("balance", "header_fields"):
            assert all(number < 2**63 for number in whole_numbers(found))


@given(body=st.binary(max_size=200), status=st.sampled_from([200, 400, 429, 500, 503]))
def test_node__any_bytes__give_a_typed_error(body: bytes, status: int) -> None:
    def lie(question: Any) -> Any:
        return type(question.truth)(body, status)

    node = node_of([MemoryHttp(CHAIN, lie)], Clock())
    with pytest.raises(AttestorError):
        node.head()
