"""The asking end of a signer of PoEs, with the service at the other end of no socket."""

from typing import Any

import pytest
from cases import poe as cases
from cases import scroll_batch
from cases.poe import BLOCKS, CHAIN_ID
from cases.scroll_chain import ScriptedExecutor

from attestor.core.frame import Frame
from attestor.core.scroll.evidence import Evidence
from attestor.core.signature import recover
from attestor.errors.scroll import ScrollBatchMismatch, ScrollBlobRequired, ScrollWitnessIncomplete
from attestor.signer.poe.client import PoeSignerProcess
from attestor.signer.poe.service import PoeService


class Beside(PoeSignerProcess):
    """Asks a service of this process."""

    def __init__(self, service: PoeService) -> None:
        self.service = service

    def _ask(self, verb: str, blobs: tuple[bytes, ...] = (), **arguments: Any) -> Frame:
        return self.service.handle(Frame({"verb": verb, **arguments}, blobs))


def executed(signer: Beside) -> list[str]:
    halves = (BLOCKS[:2], BLOCKS[2:])
    return [signer.execute(cases.block_range(half), cases.claims(half)).handle for half in halves]


@pytest.mark.parametrize("version", scroll_batch.VERSIONS)
def test_sign__batch_with_all_that_is_known_of_it__is_what_the_service_signed(version: int) -> None:
    signer, case = Beside(cases.service()), cases.case_of(BLOCKS, version)
    found = signer.sign(executed(signer), case.calldata[4:], case.evidence)
    assert found.poe.batch_hash == case.batch_hash
    assert recover(found.poe.digest, found.signature) == found.signer == signer.status().address
    assert (found.index, found.version) == (scroll_batch.INDEX, version)
    assert (found.first_block, found.last_block) == (BLOCKS[0].number, BLOCKS[-1].number)
    assert (found.first_block_hash, found.last_block_hash) == (BLOCKS[0].hash, BLOCKS[-1].hash)
    assert (found.transactions, found.l1_messages) == (10, 2)
    assert found.gas_used == 4 * 21_000


def test_sign__hash_or_index_of_another_batch__is_refused() -> None:
    signer, case = Beside(cases.service()), cases.case_of(BLOCKS)
    handles = executed(signer)
    for wrong in (Evidence(batch_hash=b"\x01" * 32), Evidence(index=scroll_batch.INDEX + 1)):
        with pytest.raises(ScrollBatchMismatch, match="expected"):
            signer.sign(handles, case.calldata[4:], wrong)


def test_sign__versioned_hash_of_its_transaction__stands_for_the_blob() -> None:
    """Codec 1 has it in no calldata."""
    signer, case = Beside(cases.service()), cases.case_of(BLOCKS, 1)
    handles = executed(signer)
    with pytest.raises((ScrollBatchMismatch, ScrollBlobRequired)):
        signer.sign(handles, case.calldata[4:], Evidence())
    names = Evidence(versioned_hashes=case.evidence.versioned_hashes)
    assert signer.sign(handles, case.calldata[4:], names).poe.batch_hash == case.batch_hash


def test_execute__part_that_is_missing__is_told_with_the_part() -> None:
    def lacking(number: int, blocks: Any) -> None:
        error = ScrollWitnessIncomplete("a slot is missing", block=number)
        error.address, error.slot = b"\x32" * 20, b"\x33" * 32
        raise error

    signer = Beside(cases.service(ScriptedExecutor(lacking)))
    with pytest.raises(ScrollWitnessIncomplete, match="a slot is missing") as caught:
        executed(signer)
    told = caught.value
    assert (told.address, told.slot) == (b"\x32" * 20, b"\x33" * 32)
    assert (told.node, told.code_hash, told.block) == (None, None, BLOCKS[0].number)


def test_status__of_the_service__names_key_chain_and_platform() -> None:
    found = Beside(cases.service()).status()
    assert (found.chain_id, found.provider, found.simulated) == (CHAIN_ID, "simulated", True)


class Silent(Beside):
    """Answers `status` at the second time of asking."""

    def __init__(self) -> None:
        self.asked = 0
        self._gone = False
        self._child: Any = type("Child", (), {"process": type("P", (), {"poll": lambda _: None})()})

    def answers(self, seconds: float) -> bool:
        self.asked += 1
        return self.asked == 2


def test_require_answer__process_that_is_late__is_asked_again() -> None:
    signer = Silent()
    signer.require_answer(5)
    assert signer.asked == 2
