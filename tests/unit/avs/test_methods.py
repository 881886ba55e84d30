"""Each method with its error numbers and texts, and everything that ended the prover that this one
stands in for."""

import asyncio

import pytest
from cases import scroll_batch
from cases.avs_calls import Caller, call, run
from cases.avs_parts import (
    ANSWER,
    BATCH,
    CALLDATA,
    HASH,
    L1,
    SENT,
    ZERO,
    Prover,
    Reporter,
    Source,
    number,
    parts,
    task,
)
from cases.contexts import TWO_CODES, cut_elsewhere

from attestor.avs.methods import Methods
from attestor.avs.parts import Committed
from attestor.core.avs import context_json
from attestor.core.avs.context import Context
from attestor.core.avs.poe import PoeAnswer
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors import QuoteUnavailable, RpcUnreachable
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollBlobUnavailable,
    ScrollCodecUnknown,
    ScrollNodeFailed,
    ScrollWitnessIncomplete,
)
from attestor.http.jsonrpc import Failure


@pytest.mark.parametrize("needs", [True, False])
def test_metadata__has_the_fields_in_order(needs: bool) -> None:
    found = call(parts(needs_context=needs), "prover_metadata")
    assert found == {
        "with_context": needs,
        "version": "v9",
        "task_with_context": {"1": needs, "2": True},
    }
    assert list(found) == ["with_context", "version", "task_with_context"]


def test_report__64_bytes__are_answered_with_the_quote() -> None:
    reporter = Reporter()
    assert call(parts(reporter=reporter), "generateAttestationReport", "0x" + "ab" * 64) == (
        "0x" + b"quote".hex()
    )
    assert reporter.given == [b"\xab" * 64]


REPORTS: dict[str, tuple[tuple[object, ...], Failure]] = {
    "65 bytes": (("0x" + "ab" * 65,), Failure(14002, "invalid report data")),
    "none": ((), Failure(-32602, "Invalid params", "req is missing")),
    "number": ((1,), Failure(-32602, "Invalid params", "req is 1, not 0x text")),
    "odd": (("0xa",), Failure(-32602, "Invalid params", 'req is "0xa", not 0x text')),
}


@pytest.mark.parametrize("name", REPORTS)
def test_report__that_is_not_right__is_refused(name: str) -> None:
    params, failure = REPORTS[name]
    assert call(parts(reporter=Reporter()), "generateAttestationReport", *params) == failure


def test_report__platform_fails__is_told_by_its_number() -> None:
    found = call(
        parts(reporter=Reporter(QuoteUnavailable("busy"))), "generateAttestationReport", "0x"
    )
    assert found == Failure(14003, "generate report failed: busy")


def test_generate__range__is_made_and_kept() -> None:
    source = Source()

    async def body(caller: Caller) -> None:
        assert await caller("prover_genContext", 7, 8, 1) == SENT
        assert await caller("da_tryLock", HASH) == "Exist"

    run(parts(contexts=source), body)
    assert source.asked == [(7, 8)]


def test_generate__one_block_with_end_0__is_that_block() -> None:
    source = Source()
    call(parts(contexts=source), "prover_genContext", 7, 0, 1)
    assert source.asked == [(7, 7)]


def test_generate__as_many_blocks_as_a_context_may_have__are_asked_for() -> None:
    source = Source()
    call(parts(contexts=source), "prover_genContext", 1, 4096, 1)
    assert source.asked == [(1, 4096)]


GENERATED: dict[str, tuple[tuple[object, ...], int]] = {
    "no params": ((), -32602),
    "text": (("7", 8, 1), -32602),
    "negative": ((-1, 8, 1), -32602),
    "backwards": ((8, 7, 1), 14004),
    "block 0": ((0, 0, 1), 14004),
    "far too many": ((1, 1 << 60, 1), 14004),
    "one too many": ((1, 4097, 1), 14004),
    "largest numbers": (((1 << 64) - 1, (1 << 64) - 1, 3), 14005),
    "unknown task": ((7, 8, 3), 14005),
    "linea": ((7, 8, 2), 14010),
}


@pytest.mark.parametrize("name", GENERATED)
def test_generate__that_is_not_right__is_refused(name: str) -> None:
    params, expected = GENERATED[name]
    assert number(call(parts(contexts=Source()), "prover_genContext", *params)) == expected


def test_generate__unknown_task__has_its_old_text() -> None:
    found = call(parts(contexts=Source()), "prover_genContext", 7, 8, 3)
    assert found == Failure(14005, "unknown task: Other(3)")


def test_generate__without_a_node__says_what_to_set() -> None:
    found = call(parts(), "prover_genContext", 7, 8, 1)
    assert number(found) == 14004
    assert "RequireExecutionEndpoint" in found.message
    assert "scroll_endpoint" in found.message


def test_generate__node_says_unexpected_eof__is_not_passed_on() -> None:
    """With these words the operator would ask again at once, for ever."""
    source = Source(RpcUnreachable("the node: unexpected EOF, skip"))
    found = call(parts(contexts=source), "prover_genContext", 7, 8, 1)
    assert number(found) == 14004
    assert "EOF" not in found.message
    assert "skip" not in found.message


def test_upload__after_the_lock__can_be_proven_and_is_proven_once() -> None:
    prover = Prover(ANSWER)

    async def body(caller: Caller) -> None:
        assert await caller("da_tryLock", HASH) == "Locked"
        assert await caller("da_tryLock", HASH) == "Failed"
        assert await caller("da_putPob", SENT) is None
        assert await caller("da_tryLock", HASH) == "Exist"
        found = await asyncio.gather(*(caller("prover_proveTask", task()) for _ in range(3)))
        assert found == [ANSWER.to_json()] * 3
        assert await caller("prover_proveTask", task(task_type=1)) == ANSWER.to_json()

    run(parts(prover=prover), body)
    assert prover.runs == 1


def test_upload__bad_one_first__does_not_keep_out_the_right_one() -> None:
    wrong = {**SENT, "pob": [dict(one) for one in SENT["pob"]]}
    wrong["pob"][0] = {
        **wrong["pob"][0],
        "block": {**wrong["pob"][0]["block"], "transactions": ["0x01"]},
    }

    async def body(caller: Caller) -> None:
        assert await caller("da_tryLock", HASH) == "Locked"
        assert number(await caller("da_putPob", wrong)) == -32602
        assert await caller("da_putPob", SENT) is None
        assert await caller("prover_proveTask", task()) == ANSWER.to_json()

    run(parts(prover=Prover(ANSWER)), body)


UPLOADS: list[object] = [
    None,
    1,
    [],
    {},
    "0x",
    {"pob": [], "interning": "0x", "hash": ZERO},
    {**SENT, "pob": []},
]


@pytest.mark.parametrize("value", UPLOADS)
def test_upload__that_is_no_context__is_refused_as_params(value: object) -> None:
    assert number(call(parts(), "da_putPob", value)) == -32602


@pytest.mark.parametrize("value", [None, 1, "0x", "0x" + "11" * 31, "x"])
def test_lock__of_what_is_no_hash__is_refused_as_params(value: object) -> None:
    assert number(call(parts(), "da_tryLock", value)) == -32602


def test_prove__error__is_not_kept() -> None:
    prover = Prover(RpcUnreachable("now"), ANSWER)

    async def body(caller: Caller) -> None:
        await caller("da_putPob", SENT)
        assert await caller("prover_proveTask", task()) == Failure(15001, "now")
        assert await caller("prover_proveTask", task()) == ANSWER.to_json()

    run(parts(prover=prover), body)


PANICS: dict[str, tuple[object, int]] = {
    "no batch": (task(batch=...), 14001),
    "null batch": (task(batch=None), 14001),
    "empty batch": (task(batch="0x"), 14001),
    "short batch": (task(batch="0x" + "00" * 31 + "04"), 14001),
    "batch with its selector": (task(batch=to_hex(CALLDATA)), 14001),
    "cut batch": (task(batch=BATCH[:-64]), 14001),
    "unknown version": (task(batch="0x" + "00" * 31 + "63"), 14001),
    "version that is no byte": (task(batch="0x" + "ff" * 32), 14001),
    "offsets beyond the end": (task(batch="0x" + "00" * 31 + "04" + "ff" * 128), 14001),
    "unknown task": (task(task_type=3), 14005),
    "largest task": (task(task_type=(1 << 64) - 1), 14005),
    "linea": (task(task_type=2, batch=..., start=7, end=8), 15001),
    "unknown context": (task(pob_hash=ZERO), 14006),
    "no context": (task(pob_hash=...), -32602),
    "batch is no text": (task(batch=7), -32602),
    "root is short": (task(final_state_root="0x00"), -32602),
    "end is text": (task(end="8"), -32602),
    "no object": ([], -32602),
}


@pytest.mark.parametrize("name", PANICS)
def test_prove__what_ended_the_old_prover__gets_an_error(name: str) -> None:
    value, expected = PANICS[name]

    async def body(caller: Caller) -> None:
        await caller("da_putPob", SENT)
        assert number(await caller("prover_proveTask", value)) == expected

    run(parts(prover=Prover(ANSWER)), body)


def test_prove__unknown_context__has_its_old_text() -> None:
    found = call(parts(prover=Prover()), "prover_proveTask", task())
    assert found == Failure(14006, f"pob_hash not found: {HASH}")


WITHOUT_CONTEXT: dict[str, tuple[tuple[object, ...], int]] = {
    "linea": ((to_hex(CALLDATA), 2), 14010),
    "unknown task": ((to_hex(CALLDATA), 9), 14010),
    "empty": (("0x", 1), 14001),
    "short": (("0x1325", 1), 14001),
    "hash of a transaction": ((ZERO, 1), 14001),
    "selector alone": ((to_hex(CALLDATA[:4]), 1), 14001),
    "no type": ((to_hex(CALLDATA),), -32602),
}


@pytest.mark.parametrize("name", WITHOUT_CONTEXT)
def test_prove_without_context__that_is_not_right__is_refused(name: str) -> None:
    params, expected = WITHOUT_CONTEXT[name]
    made = parts(contexts=Source(), prover=Prover(ANSWER))
    assert number(call(made, "prover_proveTaskWithoutContext", *params)) == expected


def test_prove_without_context__makes_it_of_the_batchs_blocks() -> None:
    source = Source()
    found = call(
        parts(contexts=source, prover=Prover(ANSWER)),
        "prover_proveTaskWithoutContext",
        to_hex(CALLDATA),
        1,
    )
    assert found == ANSWER.to_json()
    blocks = scroll_batch.case(4).blocks
    assert source.asked == [(blocks[0].number, blocks[-1].number)]


def test_prove_without_context__of_version_7__says_that_the_blob_is_needed() -> None:
    calldata = to_hex(scroll_batch.case(7).calldata)
    found = call(parts(contexts=Source()), "prover_proveTaskWithoutContext", calldata, 1)
    assert number(found) == 14001
    assert "version 7" in found.message
    assert "blob" in found.message


COMMITTED = Committed(CALLDATA[4:], Evidence(index=4711), 500, 504)


def test_get_poe__batch_of_a_transaction__is_proven_with_what_l1_knows() -> None:
    source, prover = Source(), Prover(ANSWER)
    found = call(parts(commits=L1(COMMITTED), contexts=source, prover=prover), "getPoe", ZERO)
    assert found == ANSWER.to_json()
    assert source.asked == [(500, 504)]
    assert prover.known == [COMMITTED.evidence]


@pytest.mark.parametrize(
    ("sampling", "is_answered"), [(0, True), (1, True), (4711, True), (2, False)]
)
def test_get_poe__sampling__answers_one_batch_of_so_many(sampling: int, is_answered: bool) -> None:
    made = parts(commits=L1(COMMITTED), contexts=Source(), prover=Prover(ANSWER), sampling=sampling)
    told = Failure(14444, "ratelimited, skip this, try next time")
    assert call(made, "getPoe", ZERO) == (ANSWER.to_json() if is_answered else told)


@pytest.mark.parametrize("sampling", [0, 7])
def test_get_poe__index_of_one_of_several__names_the_batch(sampling: int) -> None:
    l1 = L1(COMMITTED, index=13)
    made = parts(commits=l1, contexts=Source(), prover=Prover(ANSWER), sampling=sampling)
    assert call(made, "getPoe", ZERO, 14) == ANSWER.to_json()
    assert l1.named == [14]
    assert number(call(made, "getPoe", ZERO, "14")) == -32602


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ScrollBatchMismatch("not mined"), 14001),
        (ScrollCodecUnknown("version 99"), 14001),
        (ScrollNodeFailed("busy"), 15001),
        (ScrollBlobUnavailable("no blob"), 15001),
    ],
)
def test_get_poe__transaction_that_gives_no_batch__is_an_error(
    error: Exception, expected: int
) -> None:
    assert number(call(parts(commits=L1(error), contexts=Source()), "getPoe", ZERO)) == expected


@pytest.mark.parametrize("params", [(), ("0x00",), (7,), ("0x" + "11" * 33,)])
def test_get_poe__no_hash__is_refused_as_params(params: tuple[object, ...]) -> None:
    assert number(call(parts(commits=L1(COMMITTED)), "getPoe", *params)) == -32602


BLOB = "0x" + "00" * 131072
KNOWN = {"blobs": [BLOB], "versioned_hashes": [ZERO], "batch_index": 7, "batch_hash": ZERO}


def test_prove__what_is_known_beside_the_calldata__is_passed_on() -> None:
    prover = Prover(ANSWER, ANSWER)

    async def body(caller: Caller) -> None:
        await caller("da_putPob", SENT)
        assert await caller("prover_proveTask", task(**KNOWN)) == ANSWER.to_json()
        assert await caller("prover_proveTask", task()) == ANSWER.to_json()

    run(parts(prover=prover), body)
    known = Evidence((bytes(131072),), (bytes(32),), 7, bytes(32))
    assert prover.known == [known, Evidence()], "another evidence is another task"


@pytest.mark.parametrize(
    "known",
    [
        {"blobs": ["0x00"]},
        {"blobs": BLOB},
        {"blobs": [ZERO] * 17},
        {"versioned_hashes": ["0x"]},
        {"batch_index": "7"},
        {"batch_index": -1},
        {"batch_hash": "0x00"},
    ],
)
def test_prove__malformed_knowledge__is_refused_as_params(known: dict[str, object]) -> None:
    async def body(caller: Caller) -> None:
        await caller("da_putPob", SENT)
        assert number(await caller("prover_proveTask", task(**known))) == -32602

    run(parts(prover=Prover(ANSWER)), body)


def test_prove__context_that_cannot_be_executed__makes_room_for_another() -> None:
    prover = Prover(ScrollWitnessIncomplete("a code is missing"), ANSWER)

    async def body(caller: Caller) -> None:
        await caller("da_putPob", SENT)
        assert number(await caller("prover_proveTask", task())) == 15001
        assert await caller("da_tryLock", HASH) == "Locked"
        await caller("da_putPob", SENT)
        assert await caller("prover_proveTask", task()) == ANSWER.to_json()

    run(parts(prover=prover), body)


class OnlyRight:
    """Proves with a context whose codes are cut where they end; the others fail when they may."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def prove(self, arguments: bytes, context: Context, evidence: Evidence) -> PoeAnswer:
        if context == TWO_CODES:
            return ANSWER
        await self.go.wait()
        raise ScrollWitnessIncomplete("a code is missing")


def test_prove__stranger_was_first_with_codes_cut_elsewhere__costs_the_operator_nothing() -> None:
    cut, right = context_json.encode(cut_elsewhere(3)), context_json.encode(TWO_CODES)
    named, prover = to_hex(TWO_CODES.hash), OnlyRight()
    assert cut["hash"] == right["hash"] == named

    async def body(caller: Caller) -> None:
        caller.become("192.0.2.1")
        assert await caller("da_putPob", cut) is None
        stranger = asyncio.ensure_future(caller("prover_proveTask", task(pob_hash=named)))
        await asyncio.sleep(0)
        caller.become("192.0.2.2")
        assert await caller("da_tryLock", named) == "Locked"
        assert await caller("da_putPob", right) is None
        async with asyncio.timeout(10):
            assert await caller("prover_proveTask", task(pob_hash=named)) == ANSWER.to_json()
        prover.go.set()
        assert number(await stranger) == 15001
        caller.become("192.0.2.3")
        assert await caller("da_tryLock", named) == "Exist", "it was proven"

    run(parts(prover=prover), body)


def test_prove__batch_that_does_not_fit__leaves_the_context() -> None:
    """Or anybody could have the contexts of others dropped."""

    async def body(caller: Caller) -> None:
        await caller("da_putPob", SENT)
        assert number(await caller("prover_proveTask", task())) == 15001
        assert await caller("da_tryLock", HASH) == "Exist"

    run(parts(prover=Prover(ScrollBatchMismatch("other transactions"))), body)


def test_get_poe__without_l1__has_its_old_text() -> None:
    assert call(parts(), "getPoe", ZERO) == Failure(14011, "missing config for scroll_chain")


def test_params__by_name__are_taken_as_by_position() -> None:
    async def whole() -> None:
        source = Source()
        methods = Methods(parts(contexts=source)).by_name()
        await methods["prover_genContext"]({"start_block": 7, "end_block": 8, "ty": 1})
        assert source.asked == [(7, 8)]

    asyncio.run(whole())
