"""Kinds of answers that endpoints give and should not, each with what it may lead to."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cases.small_chain import ANSWER, SmallChain

from attestor.errors import (
    AttestorError,
    BlockUnknown,
    HeaderInvalid,
    RpcAnswerInvalid,
    RpcError,
    RpcThrottled,
    RpcUnreachable,
    WrongChain,
)

HUGE_BYTES = 200 << 20


@dataclass(frozen=True)
class Reply:
    """What an endpoint sends. `manner` is how: whole, dripping, without end, or not at all."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = "whole"


@dataclass(frozen=True)
class Question:
    """A request, and what an honest node answers to it."""

    id: int
    method: str
    params: list[Any]
    honest: dict[str, Any]

    def reply(self, **answer: Any) -> Reply:
        """An answer to this request."""
        return Reply(json.dumps({"jsonrpc": "2.0", "id": self.id, **answer}).encode())

    @property
    def truth(self) -> Reply:
        """What an honest node sends."""
        return self.reply(**self.honest)

    def changed(self, **changes: Any) -> Reply:
        """The honest answer with some members of its object changed; others as they are."""
        result = self.honest.get("result")
        if isinstance(result, dict) and set(changes) <= set(result):
            return self.reply(result={**result, **changes})
        return self.truth


Lie = Callable[[Question], Reply]


@dataclass(frozen=True)
class LyingEndpoint:
    """`alone` are the errors that a pool of this endpoint alone may raise, and `believed` the
    operations whose answers cannot be told from the truth without others. `confirmed` is False
    where a single read may believe it in company too: what counts is asked of several then.
    `noticed` says whether it is held against the endpoint."""

    name: str
    lie: Lie
    alone: tuple[type[AttestorError], ...] = ()
    believed: frozenset[str] = frozenset()
    confirmed: bool = True
    noticed: bool = True


def _result_is(question: Question, kind: type) -> bool:
    return isinstance(question.honest.get("result"), kind)


def _huge_numbers(question: Question) -> Reply:
    if question.method == "eth_getTransactionCount":
        return question.reply(result=hex(2**64))
    if question.method == "eth_call":
        return question.truth
    names = ("number", "timestamp", "gasUsed", "blockNumber")
    result = question.honest.get("result")
    if not isinstance(result, dict):
        return (
            question.reply(result="0x" + "ff" * 40)
            if _result_is(question, str)
            else _junk(question)
        )
    return question.reply(result={**result, **{n: "0x1" + "00" * 31 for n in names if n in result}})


def _junk(question: Question) -> Reply:
    return question.reply(result=["0x"])


def _not_hex(question: Question) -> Reply:
    result = question.honest.get("result")
    if isinstance(result, dict):
        return question.reply(result={name: "12 zz" for name in result})
    return question.reply(result="0x12 zz")


def _stale(question: Question) -> Reply:
    behind = SmallChain(length=16)
    return question.reply(**behind.answer(question.method, question.params))


def _forged(question: Question) -> Reply:
    """A branch of its own, with good hashes, which is longer."""
    forged = SmallChain(length=24, fork_at=10)
    return question.reply(**forged.answer(question.method, question.params))


def _other_block(question: Question) -> Reply:
    if question.method.startswith("eth_getBlock"):
        return question.reply(result=SmallChain(length=4).head)
    return _junk(question)


def _zeros(question: Question) -> Reply:
    if question.method == "eth_call":
        return question.reply(result="0x" + "00" * len(ANSWER))
    return question.truth


def _throttled(question: Question) -> Reply:
    return Reply(b"slow down", 429, {"Retry-After": "30"})


def _limited(question: Question) -> Reply:
    return question.reply(error={"code": -32005, "message": "rate limit exceeded, upgrade"})


TABLE = (
    LyingEndpoint(
        "the id of another request",
        lambda question: Reply(json.dumps({"id": 99_999, **question.honest}).encode()),
        (RpcAnswerInvalid,),
    ),
    LyingEndpoint("another block", _other_block, (RpcAnswerInvalid,), believed=frozenset({"head"})),
    LyingEndpoint(
        "another parent",
        lambda question: question.changed(parentHash="0x" + "0f" * 32),
        (HeaderInvalid,),
    ),
    LyingEndpoint(
        "null",
        lambda question: question.reply(result=None),
        (RpcAnswerInvalid, BlockUnknown),
        believed=frozenset({"receipt"}),
    ),
    LyingEndpoint("huge numbers", _huge_numbers, (RpcAnswerInvalid,)),
    LyingEndpoint(
        "another chain",
        lambda question: (
            question.reply(result="0x1") if question.method == "eth_chainId" else question.truth
        ),
        (WrongChain,),
    ),
    LyingEndpoint(
        "the receipt of another transaction",
        lambda question: question.changed(transactionHash="0x" + "0c" * 32),
        (RpcAnswerInvalid,),
    ),
    LyingEndpoint(
        "a truncated answer",
        lambda question: Reply(question.truth.body[:-7]),
        (RpcUnreachable,),
    ),
    LyingEndpoint(
        "four blocks ago", _stale, (BlockUnknown,), believed=frozenset({"head"}), noticed=True
    ),
    LyingEndpoint("what is not hexadecimal", _not_hex, (RpcAnswerInvalid,)),
    LyingEndpoint("200 MB", lambda question: Reply(b"", manner="endless"), (RpcAnswerInvalid,)),
    LyingEndpoint(
        "a byte at a time",
        lambda question: Reply(question.truth.body, manner="drip"),
        (RpcUnreachable,),
    ),
    LyingEndpoint("429 with Retry-After", _throttled, (RpcThrottled,)),
    LyingEndpoint("a rate limit in JSON", _limited, (RpcThrottled,)),
    LyingEndpoint(
        "502 in HTML",
        lambda question: Reply(b"<html><h1>Bad Gateway</h1></html>", 502),
        (RpcUnreachable,),
    ),
    LyingEndpoint(
        "HTML with status 200",
        lambda question: Reply(b"<html>Please log in</html>"),
        (RpcUnreachable,),
    ),
    LyingEndpoint(
        "an error without an id",
        lambda question: Reply(b'{"id": null, "error": {"code": -32700, "message": "oops"}}'),
        (RpcError,),
        noticed=False,
    ),
    LyingEndpoint(
        "an error as text",
        lambda question: question.reply(error="internal trouble"),
        (RpcError,),
        noticed=False,
    ),
    LyingEndpoint(
        "a dropped connection",
        lambda question: Reply(b"", manner="drop"),
        (RpcUnreachable,),
    ),
    LyingEndpoint("a list", lambda question: Reply(b"[]"), (RpcAnswerInvalid,)),
    LyingEndpoint("deeply nested JSON", lambda question: Reply(b"[" * 100_000), (RpcUnreachable,)),
    LyingEndpoint(
        "a branch of its own",
        _forged,
        (BlockUnknown,),
        believed=frozenset({"head", "block", "receipt", "logs"}),
        confirmed=False,
    ),
    LyingEndpoint(
        "zeros from the contract",
        _zeros,
        believed=frozenset({"call"}),
        confirmed=False,
        noticed=False,
    ),
)
