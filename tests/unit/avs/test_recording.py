"""Signed batches on their way into the history."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cases.scroll_chain import chain

from attestor.avs.contexts import of_witness
from attestor.avs.recording import MAX_INDEX, recorder
from attestor.core.avs.context import Context
from attestor.core.avs.poe import Poe
from attestor.core.execution import ExecutorBuild
from attestor.core.scroll.evidence import Evidence
from attestor.errors.scroll import ScrollBatchMismatch
from attestor.signer.poe.client import PoeStatus, SignedBatch
from attestor.store.batches import Batches
from attestor.store.database import Store
from attestor.store.journal import Journal

CONTEXT = Context.of(tuple(of_witness(one) for one in chain(1)))
SIGNED = SignedBatch(
    poe=Poe(*(bytes([place]) * 32 for place in range(5))),
    signature=b"\x07" * 65,
    signer=b"\x08" * 20,
    index=MAX_INDEX,
    version=7,
    first_block=CONTEXT.blocks[0].number,
    last_block=CONTEXT.blocks[0].number,
    first_block_hash=CONTEXT.blocks[0].block_hash,
    last_block_hash=CONTEXT.blocks[0].block_hash,
    transactions=1,
    l1_messages=0,
    gas_used=1,
    bound_by="",
)
STATUS = PoeStatus(SIGNED.signer, 534352, None, False)


def test_record__index_at_the_bound_of_the_database__is_kept_and_one_more_refused(
    tmp_path: Path,
) -> None:
    store = Store.open(tmp_path / "avs.sqlite")
    with closing(store):
        batches = Batches(store, Journal(store, lambda: 1_900_000_000.0))
        record = recorder(batches, STATUS, ExecutorBuild.RECORDED)
        record(SIGNED, CONTEXT, Evidence())
        with pytest.raises(ScrollBatchMismatch, match=str(MAX_INDEX + 1)):
            record(replace(SIGNED, index=MAX_INDEX + 1), CONTEXT, Evidence())
