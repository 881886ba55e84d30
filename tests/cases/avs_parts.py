"""Parts of the AVS's prover that do as they are told, and a task for them."""

import threading
from typing import Any

from cases import scroll_batch
from cases.contexts import context_of

from attestor.avs.parts import Committed, Parts
from attestor.core.avs import context_json
from attestor.core.avs.context import Context
from attestor.core.avs.poe import Poe, PoeAnswer
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors.scroll import ScrollNodeFailed
from attestor.http.jsonrpc import Failure

CONTEXT = context_of()
SENT = context_json.encode(CONTEXT)
HASH = to_hex(CONTEXT.hash)
CALLDATA = scroll_batch.case(4).calldata
BATCH = to_hex(CALLDATA[4:])
POE = Poe(*(bytes([place]) * 32 for place in range(5)))
ANSWER = PoeAnswer(4711, 500, 504, POE, b"\x07" * 65)
ZERO = "0x" + "00" * 32


class Reporter:
    def __init__(self, outcome: bytes | Exception = b"quote") -> None:
        self.outcome = outcome
        self.given: list[bytes] = []

    async def report(self, given: bytes) -> bytes:
        self.given.append(given)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Source:
    def __init__(self, outcome: Context | Exception = CONTEXT) -> None:
        self.outcome = outcome
        self.asked: list[tuple[int, int]] = []

    async def context(self, first: int, last: int) -> Context:
        self.asked.append((first, last))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Prover:
    def __init__(self, *outcomes: PoeAnswer | Exception) -> None:
        self.outcomes = list(outcomes)
        self.known: list[Evidence] = []
        self.runs = 0

    async def prove(self, arguments: bytes, context: Context, evidence: Evidence) -> PoeAnswer:
        assert arguments == CALLDATA[4:]
        assert context == CONTEXT
        self.runs += 1
        self.known.append(evidence)
        outcome = self.outcomes[self.runs - 1]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class L1:
    """Knows one transaction."""

    def __init__(self, outcome: Committed | Exception, index: int = 4711) -> None:
        self.outcome = outcome
        self._index = index
        self.named: list[int | None] = []

    def index(self, transaction: bytes) -> int:
        return self._index

    def batch(self, transaction: bytes, index: int | None = None) -> Committed:
        self.named.append(index)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class SilentL1(L1):
    """Answers when it is let to."""

    def __init__(self) -> None:
        super().__init__(ScrollNodeFailed("gone"))
        self.go = threading.Event()
        self.asked = 0

    def batch(self, transaction: bytes, index: int | None = None) -> Committed:
        self.asked += 1
        assert self.go.wait(30)
        return super().batch(transaction, index)


def parts(**given: Any) -> Parts:
    fixed = {"version": "v9", "needs_context": False, "reporter": Reporter(), "prover": Prover()}
    return Parts(**{**fixed, **given})


def task(**changed: object) -> dict[str, object]:
    """What the AVS's operator sends."""
    whole = {
        "batch": BATCH,
        "pob_hash": HASH,
        "from": "0x" + "11" * 20,
        "starting_state_root": ZERO,
        "final_state_root": ZERO,
    }
    return {name: value for name, value in {**whole, **changed}.items() if value is not ...}


def number(found: object) -> int:
    assert isinstance(found, Failure), found
    return found.number
