"""Answers of attestor-scroll, which may be anything: its process worked on untrusted blocks."""

from typing import Any

import pytest

from attestor.core import frame
from attestor.errors import (
    AttestorError,
    ExecutionMemoryLimit,
    ExecutionTimeLimit,
    ExecutorCrashed,
)
from attestor.errors.scroll import (
    ScrollBlockInvalid,
    ScrollChainUnknown,
    ScrollEraUnsupported,
    ScrollMismatch,
    ScrollRequestInvalid,
    ScrollWitnessIncomplete,
    ScrollWitnessInvalid,
)
from attestor.executor import scroll_answer
from attestor.executor.child import Ended

WORD = "0x" + "07" * 32
NUMBERS = ("number", "timestamp", "gas_used", "transactions", "l1_messages")
WORDS = (
    "hash",
    "parent_hash",
    "pre_state_root",
    "post_state_root",
    "withdraw_root",
    "transactions_root",
    "receipts_root",
    "transactions_digest",
)
BLOCK = {name: 7 for name in NUMBERS} | {name: WORD for name in WORDS} | {"fork": "feynman"}
GOOD = {"ok": True, "blocks": [BLOCK], "parent_checked": True, "cpu_seconds": 0.5}


def read(header: dict[str, Any], status: int = 0) -> scroll_answer.ExecutedRange:
    encoded = frame.encode(frame.Frame(header))
    return scroll_answer.read(Ended("attestor-scroll", status, encoded, ""), 1)


def failure(name: str, **fields: object) -> AttestorError:
    with pytest.raises(AttestorError) as raised:
        read({"ok": False, "class": name, "detail": "so"} | fields)
    return raised.value


def test_read__result__is_of_the_block() -> None:
    found = read(GOOD)
    (block,) = found.blocks
    assert (block.number, block.hash, block.fork) == (7, b"\x07" * 32, "feynman")
    assert (found.parent_checked, found.cpu_seconds) == (True, 0.5)


@pytest.mark.parametrize("name", [*NUMBERS, *WORDS, "fork"])
@pytest.mark.parametrize("odd", [None, -1, 2**64, True, 1.5, "0x07", "7", [], "0x" + "gg" * 32])
def test_read__odd_field_of_a_block__is_refused(name: str, odd: object) -> None:
    with pytest.raises(ExecutorCrashed):
        read({**GOOD, "blocks": [{**BLOCK, name: odd}]})


@pytest.mark.parametrize(
    "odd",
    [
        {"blocks": []},
        {"blocks": [BLOCK, BLOCK]},
        {"blocks": [7]},
        {"blocks": None},
        {"parent_checked": 1},
        {"cpu_seconds": "1"},
        {"ok": 1},
    ],
)
def test_read__odd_answer__is_refused(odd: dict[str, object]) -> None:
    with pytest.raises(ExecutorCrashed):
        read({**GOOD, **odd})


@pytest.mark.parametrize(
    ("name", "leaf"),
    [
        ("invalid_request", ScrollRequestInvalid),
        ("unknown_chain", ScrollChainUnknown),
        ("unsupported_era", ScrollEraUnsupported),
        ("invalid_block", ScrollBlockInvalid),
        ("mismatch", ScrollMismatch),
        ("bad_witness", ScrollWitnessInvalid),
        ("limit_memory", ExecutionMemoryLimit),
        ("crash", ExecutorCrashed),
        ("from_the_future", ExecutorCrashed),
    ],
)
def test_read__failure__has_the_error_of_its_class(name: str, leaf: type[AttestorError]) -> None:
    assert type(failure(name)) is leaf


def test_read__failure_of_a_block__names_it() -> None:
    error = failure("invalid_block", block=9, transaction=2)
    assert isinstance(error, ScrollBlockInvalid)
    assert (error.block, error.transaction) == (9, 2)
    assert error.message == "block 9: so"


def test_read__mismatch__has_both_values() -> None:
    error = failure("mismatch", block=9, field="gas_used", expected="1", computed="2")
    assert isinstance(error, ScrollMismatch)
    assert (error.field, error.expected, error.computed) == ("gas_used", "1", "2")


def test_read__missing_parts__have_their_place() -> None:
    place = {"address": "0x" + "11" * 20, "slot": "0x" + "22" * 32}
    node = failure("missing_node", hash=WORD, **place)
    assert isinstance(node, ScrollWitnessIncomplete)
    assert (node.node, node.code_hash) == (b"\x07" * 32, None)
    assert (node.address, node.slot) == (b"\x11" * 20, b"\x22" * 32)
    code = failure("missing_code", hash=WORD)
    assert isinstance(code, ScrollWitnessIncomplete)
    assert (code.node, code.code_hash, code.address) == (None, b"\x07" * 32, None)
    assert isinstance(failure("missing_node"), ExecutorCrashed)


def test_read__text_of_the_child__is_printable_and_short() -> None:
    error = failure("invalid_block", detail="a\x1b[0m" + "b" * 5000)
    assert error.message.isprintable()
    assert len(error.message) < 1000


def test_read__child_out_of_time__is_told() -> None:
    with pytest.raises(ExecutionTimeLimit):
        read(GOOD, status=-24)
