"""What methods leave in the metrics, and which of two contexts with one hash a proof is made of."""

import json

import pytest
from cases.avs_calls import Caller, call, run
from cases.avs_parts import ANSWER, BATCH, CALLDATA, HASH, SENT, Prover, Reporter, Source, parts
from cases.avs_parts import task as task_of
from cases.contexts import TWO_CODES, cut_elsewhere

from attestor.avs.metrics import Metrics
from attestor.avs.parts import Parts
from attestor.core.avs import context_json
from attestor.core.avs.context import Context
from attestor.core.avs.poe import PoeAnswer
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors import QuoteUnavailable
from attestor.errors.scroll import ScrollNodeFailed

PROOFS = 'avs_prover_prove_counter{type="scroll"}'
CONTEXTS = 'avs_prover_gen_ctx_counter{type="scroll"}'
PROOF_MS = 'avs_prover_prove_ms_gauge{type="scroll"}'
CONTEXT_MS = 'avs_prover_ctx_ms_gauge{type="scroll"}'
SIZE = 'avs_prover_pob_size_gauge{type="scroll"}'
REPORT_MS = "avs_prover_attestation_report_ms_gauge"


def samples(metrics: Metrics) -> dict[str, float]:
    lines = [line for line in metrics.text().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def measured(made: Parts, *calls: tuple[object, ...]) -> dict[str, float]:
    """The samples after these calls."""

    async def body(caller: Caller) -> None:
        for name, *params in calls:
            await caller(str(name), *params)

    run(made, body)
    return samples(made.metrics)


def test_report__made__leaves_its_time() -> None:
    asked = ("generateAttestationReport", "0x")
    assert set(measured(parts(), asked)) == {REPORT_MS}
    failing = parts(reporter=Reporter(QuoteUnavailable("no")))
    assert measured(failing, asked) == {}


def test_generate__context__leaves_time_size_and_count() -> None:
    asked = ("prover_genContext", 7, 8, 1)
    found = measured(parts(contexts=Source()), asked, asked)
    assert set(found) == {CONTEXTS, CONTEXT_MS, SIZE}
    assert found[CONTEXTS] == 2
    assert found[SIZE] == len(json.dumps(SENT, separators=(",", ":")))
    assert measured(parts(contexts=Source(ScrollNodeFailed("away"))), asked) == {}


def test_prove__proof__leaves_time_and_count() -> None:
    put, prove = ("da_putPob", SENT), ("prover_proveTask", task_of())
    found = measured(parts(prover=Prover(ANSWER)), put, prove, prove)
    assert set(found) == {PROOFS, PROOF_MS}
    assert found[PROOFS] == 2, "also where the answer was kept"
    failing = parts(prover=Prover(ScrollNodeFailed("away")))
    assert measured(failing, put, prove) == {}


class Seen:
    """Proves with every context, and remembers it."""

    def __init__(self) -> None:
        self.contexts: list[Context] = []

    async def prove(self, arguments: bytes, context: Context, evidence: Evidence) -> PoeAnswer:
        self.contexts.append(context)
        return ANSWER


def test_without_context__own_upload_has_its_hash_alone__is_proven_with_what_the_node_gave() -> (
    None
):
    prover, own = Seen(), context_json.encode(cut_elsewhere(3))
    made = parts(contexts=Source(TWO_CODES), prover=prover)
    asked = ("prover_proveTaskWithoutContext", to_hex(CALLDATA), 1)
    measured(made, ("da_putPob", own), asked)
    assert prover.contexts == [TWO_CODES]


@pytest.mark.parametrize(
    ("field", "value"), [("batch_index", 5), ("batch_hash", "0x" + "11" * 32), ("blobs", [])]
)
def test_prove__what_is_known_of_the_batch__reaches_the_proof(field: str, value: object) -> None:
    prover = Prover(ANSWER)
    measured(
        parts(prover=prover),
        ("da_putPob", SENT),
        ("prover_proveTask", task_of(**{field: value})),
    )
    (known,) = prover.known
    assert (known == Evidence()) is (value == [])


def test_prove__bytes_that_are_no_batch__are_told_before_the_context_is_looked_for() -> None:
    found = call(parts(), "prover_proveTask", {"batch": BATCH[:60], "pob_hash": HASH})
    assert (found.number, "calldata" in found.message) == (14001, True)
