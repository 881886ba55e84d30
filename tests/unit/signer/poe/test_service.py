"""The signer of PoEs: what it signs, and each request that it refuses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cases import poe as cases
from cases import scroll_batch
from cases.poe import BLOCKS
from cases.scroll_chain import ScriptedExecutor, chain
from eth_utils.crypto import keccak

from attestor.core.avs.poe import Poe, state_hash_of
from attestor.core.frame import Frame
from attestor.core.scroll.block import Block, from_header
from attestor.core.scroll.evidence import Evidence
from attestor.core.signature import recover
from attestor.core.text import from_hex, to_hex
from attestor.errors import AttestorError, ExecutorCrashed, QuoteProviderInvalid, RequestInvalid
from attestor.errors.avs import BlocksUnknown
from attestor.errors.base import Rejected
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollCodecUnknown,
    ScrollContextRefused,
    ScrollRequestInvalid,
    ScrollWitnessIncomplete,
)
from attestor.quote.format import parse
from attestor.scroll import headers
from attestor.scroll.witness import Witness
from attestor.signer.poe.claims import NOT_SAID
from attestor.signer.poe.held_blocks import ExecutedBlocks, HeldBlocks
from attestor.signer.poe.service import PoeService

CASE = cases.case_of(BLOCKS)
SP1_VERBS = (
    *("new_key", "quote", "possess", "activate", "lease", "pause", "retire"),
    *("prove", "sign_again", "cancel", "cross_checks", "disagreement"),
)


def execute(service: PoeService, witnesses: list[Witness], **options: Any) -> str:
    handle: str = service.handle(cases.blocks_request(witnesses, **options)).header["handle"]
    return handle


def held_blocks(witnesses: list[Witness]) -> tuple[Block, ...]:
    return tuple(from_header(one.header, one.transactions) for one in witnesses)


def held_size(witnesses: list[Witness]) -> int:
    return HeldBlocks((), held_blocks(witnesses), is_anchored=True).size


def address_of(service: PoeService) -> bytes:
    return from_hex(service.handle(Frame({"verb": "status"})).header["address"])


@pytest.mark.parametrize("version", scroll_batch.VERSIONS)
@pytest.mark.parametrize("parts", [[4], [1, 3], [2, 2], [1, 1, 1, 1]])
def test_batch__executed_blocks__are_signed(version: int, parts: list[int]) -> None:
    service, case = cases.service(), cases.case_of(BLOCKS, version)
    handles, at = [], 0
    for count in parts:
        handles.append(execute(service, BLOCKS[at : at + count]))
        at += count
    found = service.handle(cases.batch_request(handles, case)).header
    poe = Poe(
        batch_hash=case.batch_hash,
        state_hash=state_hash_of(4),
        prev_state_root=BLOCKS[0].pre_state_root,
        new_state_root=headers.state_root(BLOCKS[-1].header),
        withdrawal_root=b"\x77" * 32,
    )
    assert found["poe"] == {name: to_hex(value) for name, value in vars(poe).items()}
    assert recover(poe.digest, from_hex(found["signature"])) == address_of(service)
    assert (found["index"], found["version"]) == (scroll_batch.INDEX, version)
    assert (found["first_block"], found["last_block"]) == (BLOCKS[0].number, BLOCKS[-1].number)


def test_batch__withdraw_root__is_that_after_its_last_block() -> None:
    executor = ScriptedExecutor()
    executor.change = lambda block: replace(block, withdraw_root=bytes([block.number % 256]) * 32)
    service = cases.service(executor)
    said = cases.claims(BLOCKS, withdraw_root=NOT_SAID)
    handle = execute(service, BLOCKS, said=said)
    found = service.handle(cases.batch_request([handle], CASE)).header["poe"]
    assert from_hex(found["withdrawal_root"]) == bytes([BLOCKS[-1].number % 256]) * 32


@pytest.mark.parametrize("verb", SP1_VERBS)
def test_handle__verb_of_the_other_role__is_unknown(verb: str) -> None:
    with pytest.raises(RequestInvalid, match="no verb"):
        cases.service().handle(Frame({"verb": verb, "address": "0x" + "11" * 20}))


@pytest.mark.parametrize("verb", ["status", "report", "blocks", "batch"])
def test_handle_attached__any_verb__is_unknown(verb: str) -> None:
    with pytest.raises(RequestInvalid, match="no verb"):
        cases.service().handle_attached(Frame({"verb": verb, "given": "0x" + "11" * 32}))


def test_report__32_bytes__are_beside_the_address() -> None:
    service = cases.service()
    answer = service.handle(Frame({"verb": "report", "given": "0x" + "ab" * 32}))
    data = parse(answer.blobs[0]).report_data
    assert data == bytes(12) + address_of(service) + b"\xab" * 32


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_report__other_sizes__are_refused(size: int) -> None:
    with pytest.raises(RequestInvalid, match="expected 32"):
        cases.service().handle(Frame({"verb": "report", "given": "0x" + "ab" * size}))


def test_report__no_platform__is_a_typed_error() -> None:
    service = cases.service()
    service._provider = None
    with pytest.raises(QuoteProviderInvalid):
        service.handle(Frame({"verb": "report", "given": "0x" + "ab" * 32}))


@pytest.mark.parametrize("place", range(4))
def test_blocks__foreign_chain_id__is_refused_before_execution(place: int) -> None:
    executor, said = ScriptedExecutor(), cases.claims(BLOCKS)
    said[place] = replace(said[place], chain_id=534351)
    request = cases.blocks_request(BLOCKS, said=said)
    with pytest.raises(ScrollContextRefused, match="chain id 534351"):
        cases.service(executor).handle(request)
    assert not executor.calls


@pytest.mark.parametrize("place", range(4))
def test_blocks__other_coinbase__is_refused_before_execution(place: int) -> None:
    executor, said = ScriptedExecutor(), cases.claims(BLOCKS)
    said[place] = replace(said[place], coinbase=b"\x05" * 20)
    request = cases.blocks_request(BLOCKS, said=said)
    with pytest.raises(ScrollContextRefused, match="fee vault"):
        cases.service(executor).handle(request)
    assert not executor.calls


def test_blocks__coinbase_that_is_not_said__is_executed() -> None:
    assert execute(cases.service(), BLOCKS, said=cases.claims(BLOCKS, coinbase=None))


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("field", ["pre_state_root", "withdraw_root"])
def test_blocks__state_that_did_not_come_out__is_refused(field: str, place: int) -> None:
    said = cases.claims(BLOCKS)
    changes: dict[str, Any] = {field: b"\x13" * 32}
    said[place] = replace(said[place], **changes)
    executor = ScriptedExecutor()
    with pytest.raises(ScrollContextRefused, match=str(BLOCKS[place].number)):
        cases.service(executor).handle(cases.blocks_request(BLOCKS, said=said))
    assert executor.calls


def test_blocks__state_of_zeros_before_it__is_no_state_that_is_not_said() -> None:
    said = cases.claims(BLOCKS, pre_state_root=bytes(32))
    with pytest.raises(ScrollContextRefused, match="state root before"):
        cases.service().handle(cases.blocks_request(BLOCKS, said=said))


def test_blocks__withdraw_root_that_is_not_said__is_executed() -> None:
    assert execute(cases.service(), BLOCKS, said=cases.claims(BLOCKS, withdraw_root=bytes(32)))


def test_blocks__fewer_claims_than_blocks__are_refused() -> None:
    with pytest.raises(RequestInvalid, match="3 claims"):
        cases.service().handle(cases.blocks_request(BLOCKS, said=cases.claims(BLOCKS[:3])))


@pytest.mark.parametrize(
    "change",
    [
        lambda block: replace(block, hash=b"\x01" * 32),
        lambda block: replace(block, transactions_digest=b"\x01" * 32),
    ],
)
def test_blocks__child_that_answers_for_others__is_refused(change: Callable[[Any], Any]) -> None:
    executor = ScriptedExecutor()
    executor.change = change
    with pytest.raises(ExecutorCrashed):
        cases.service(executor).handle(cases.blocks_request(BLOCKS))


def test_blocks__witness_that_lacks_a_part__is_told_with_the_part() -> None:
    def lacking(number: int, blocks: Any) -> None:
        error = ScrollWitnessIncomplete("a node is missing", block=number)
        error.node, error.address = b"\x31" * 32, b"\x32" * 20
        raise error

    found = cases.service(ScriptedExecutor(lacking)).handle(cases.blocks_request(BLOCKS)).header
    assert found["incomplete"]["node"] == "0x" + "31" * 32
    assert found["incomplete"]["address"] == "0x" + "32" * 20
    assert "handle" not in found


@pytest.mark.parametrize("place", [0, 1, 2])
def test_blocks__blob_that_is_cut_off__is_refused(place: int) -> None:
    whole = cases.blocks_request(BLOCKS)
    blobs = [blob[:-1] if at == place else blob for at, blob in enumerate(whole.blobs)]
    with pytest.raises(ScrollRequestInvalid):
        cases.service().handle(Frame(whole.header, tuple(blobs)))


def test_batch__state_before_it_that_nothing_binds__is_refused() -> None:
    service = cases.service()
    handle = execute(service, BLOCKS, parent=False)
    with pytest.raises(ScrollBatchMismatch, match="the context's word alone"):
        service.handle(cases.batch_request([handle], CASE))


def test_batch__only_a_later_part_is_bound_to_the_state_before_it__is_refused() -> None:
    service = cases.service()
    first, second = execute(service, BLOCKS[:2], parent=False), execute(service, BLOCKS[2:])
    with pytest.raises(ScrollBatchMismatch, match="the context's word alone"):
        service.handle(cases.batch_request([first, second], CASE))


def test_batch__number_that_the_child_made_up__is_refused() -> None:
    executor = ScriptedExecutor()
    executor.change = lambda block: replace(block, number=block.number + block.number % 2)
    service = cases.service(executor)
    handle = execute(service, BLOCKS)
    with pytest.raises(ScrollBatchMismatch, match="follow one another"):
        service.handle(cases.batch_request([handle], CASE))


def test_batch__blocks_in_another_order__are_refused() -> None:
    service = cases.service()
    first, second = execute(service, BLOCKS[:2]), execute(service, BLOCKS[2:])
    with pytest.raises(ScrollBatchMismatch, match="follow one another"):
        service.handle(cases.batch_request([second, first], CASE))


def test_batch__gap_between_parts__is_refused() -> None:
    service = cases.service()
    first, second = execute(service, BLOCKS[:1]), execute(service, BLOCKS[2:])
    with pytest.raises(ScrollBatchMismatch, match="follow one another"):
        service.handle(cases.batch_request([first, second], CASE))


def test_batch__parts_of_different_branches__are_refused() -> None:
    """Equal numbers, times and transactions: only the parent's hash differs."""
    other = chain(4, messages=(scroll_batch.FIRST_POPPED, scroll_batch.FIRST_POPPED + 1))
    parent = replace(other[1], header=other[1].header[:-1] + b"\x01")
    assert keccak(parent.header) != keccak(BLOCKS[1].header)
    service = cases.service()
    first = execute(service, [replace(parent, parent=BLOCKS[0].header, hash=None)])
    handles = [execute(service, BLOCKS[:1]), first, execute(service, BLOCKS[2:])]
    with pytest.raises(ScrollBatchMismatch, match="follow one another"):
        service.handle(cases.batch_request(handles, CASE))


def test_batch__state_that_the_one_before_did_not_leave__is_refused() -> None:
    executor = ScriptedExecutor()
    service = cases.service(executor)
    first = execute(service, BLOCKS[:2])
    executor.change = lambda block: replace(block, pre_state_root=b"\x09" * 32)
    said = cases.claims(BLOCKS[2:], pre_state_root=b"\x09" * 32)
    second = execute(service, BLOCKS[2:], said=said)
    with pytest.raises(ScrollBatchMismatch, match="follow one another"):
        service.handle(cases.batch_request([first, second], CASE))


@pytest.mark.parametrize("version", scroll_batch.VERSIONS)
def test_batch__of_other_transactions__is_refused(version: int) -> None:
    """Genuine calldata with contexts and counts like these blocks'."""
    service, handles = cases.service(), []
    handles.append(execute(service, BLOCKS))
    case = cases.case_of(BLOCKS, version)
    other = scroll_batch.case(version, scroll_batch.with_other_transactions(case.blocks))
    with pytest.raises(ScrollBatchMismatch):
        service.handle(cases.batch_request(handles, other))


def test_batch__handle_of_another_batch__is_refused() -> None:
    service = cases.service()
    execute(service, BLOCKS)
    other = execute(service, chain(4, first=BLOCKS[0].number + 4))
    with pytest.raises(ScrollBatchMismatch):
        service.handle(cases.batch_request([other], CASE))


@pytest.mark.parametrize("parts", [slice(0, 3), slice(1, 4)])
def test_batch__a_part_of_its_blocks__is_refused(parts: slice) -> None:
    service = cases.service()
    with pytest.raises(ScrollBatchMismatch):
        service.handle(cases.batch_request([execute(service, BLOCKS[parts])], CASE))


@pytest.mark.parametrize("handles", [[], ["00" * 16], ["known", "00" * 16]])
def test_batch__unknown_handle__is_refused(handles: list[str]) -> None:
    service = cases.service()
    known = execute(service, BLOCKS)
    asked = [known if handle == "known" else handle for handle in handles]
    with pytest.raises(BlocksUnknown):
        service.handle(cases.batch_request(asked, CASE))


def test_batch__handle_of_another_process__is_unknown() -> None:
    handle = execute(cases.service(), BLOCKS)
    with pytest.raises(BlocksUnknown):
        cases.service().handle(cases.batch_request([handle], CASE))


@pytest.mark.parametrize(
    "wrong", [Evidence(batch_hash=b"\x01" * 32), Evidence(index=scroll_batch.INDEX + 1)]
)
def test_batch__other_than_expected__is_refused(wrong: Evidence) -> None:
    service = cases.service()
    handle = execute(service, BLOCKS)
    with pytest.raises(ScrollBatchMismatch, match="expected"):
        service.handle(cases.batch_request([handle], CASE, wrong))


def test_held__too_many_handles__forget_the_oldest() -> None:
    service = cases.service(held=ExecutedBlocks(max_handles=2))
    handles = [execute(service, BLOCKS) for _ in range(3)]
    assert service.handle(Frame({"verb": "status"})).header["handles"] == 2
    with pytest.raises(BlocksUnknown):
        service.handle(cases.batch_request(handles[:1], CASE))
    assert service.handle(cases.batch_request(handles[2:], CASE))


def test_held__too_many_bytes__forget_the_oldest() -> None:
    service = cases.service(held=ExecutedBlocks(max_bytes=1))
    first, second = execute(service, BLOCKS), execute(service, BLOCKS)
    with pytest.raises(BlocksUnknown):
        service.handle(cases.batch_request([first], CASE))
    assert service.handle(cases.batch_request([second], CASE))


def test_held__room_of_what_was_forgotten__is_free_again() -> None:
    size = held_size(BLOCKS)
    service = cases.service(held=ExecutedBlocks(max_bytes=2 * size))
    handles = [execute(service, BLOCKS) for _ in range(6)]
    assert service.handle(Frame({"verb": "status"})).header["handles"] == 2
    for handle in handles[-2:]:
        assert service.handle(cases.batch_request([handle], CASE))


@pytest.mark.parametrize("said", scroll_batch.VERSIONS)
@pytest.mark.parametrize("version", scroll_batch.VERSIONS)
def test_batch__of_another_codec_version__is_refused(version: int, said: int) -> None:
    """The calldata of one version, which names another one."""
    service, case = cases.service(), cases.case_of(BLOCKS, version)
    handle = execute(service, BLOCKS)
    begins = case.calldata[:4] + bytes(31) + bytes([said])
    asked = cases.batch_request([handle], replace(case, calldata=begins + case.calldata[36:]))
    if said == version:
        assert from_hex(service.handle(asked).header["poe"]["batch_hash"]) == case.batch_hash
        return
    with pytest.raises(Rejected):
        service.handle(asked)


@pytest.mark.parametrize("domain", [0x40, 0x41, 0x47, 0x80, 0xFF])
def test_batch__of_another_domain__is_refused(domain: int) -> None:
    service = cases.service()
    handle = execute(service, BLOCKS)
    begins = CASE.calldata[:4] + bytes(31) + bytes([domain])
    with pytest.raises(ScrollCodecUnknown):
        service.handle(
            cases.batch_request([handle], replace(CASE, calldata=begins + CASE.calldata[36:]))
        )


def test_batch__frame_that_is_sent_again__gives_the_same_signature() -> None:
    service = cases.service()
    asked = cases.batch_request([execute(service, BLOCKS)], CASE)
    assert service.handle(asked) == service.handle(asked)


def test_batch__parts_of_two_clients_interleaved__are_signed_each_for_its_own_alone() -> None:
    service = cases.service()
    others = chain(4, first=BLOCKS[0].number + 4)
    mine, theirs = execute(service, BLOCKS[:2]), execute(service, others[:2])
    mine_too, theirs_too = execute(service, BLOCKS[2:]), execute(service, others[2:])
    for handles in ([mine, theirs], [mine, theirs_too], [theirs, mine_too], [mine_too, mine]):
        with pytest.raises(ScrollBatchMismatch):
            service.handle(cases.batch_request(handles, CASE))
    with pytest.raises(ScrollBatchMismatch):
        service.handle(cases.batch_request([mine, mine_too, theirs], CASE))
    with pytest.raises(ScrollBatchMismatch):
        service.handle(cases.batch_request([mine, mine], CASE))
    found = service.handle(cases.batch_request([mine, mine_too], CASE)).header
    assert from_hex(found["poe"]["batch_hash"]) == CASE.batch_hash


@pytest.mark.parametrize(
    "changed",
    [
        {"handles": "00" * 16},
        {"handles": [["00"]]},
        {"handles": None},
        {"versioned_hashes": "0x"},
        {"versioned_hashes": ["zz"]},
        {"index": "x"},
        {"index": []},
        {"batch_hash": 5},
    ],
)
def test_batch__malformed__is_a_typed_refusal(changed: dict[str, Any]) -> None:
    service = cases.service()
    asked = cases.batch_request([execute(service, BLOCKS)], CASE)
    with pytest.raises((RequestInvalid, BlocksUnknown)):
        service.handle(Frame({**asked.header, **changed}, asked.blobs))


def test_batch__index_that_is_negative_or_too_large__is_refused() -> None:
    service = cases.service()
    for version in (4, 7):
        case = cases.case_of(BLOCKS, version)
        handle = execute(service, BLOCKS)
        for index in (-1, 1 << 64, 1 << 300):
            evidence = replace(case.evidence, index=index)
            with pytest.raises(AttestorError):
                service.handle(cases.batch_request([handle], case, evidence))


def test_held__blocks_without_transactions__take_room_all_the_same() -> None:
    empty = tuple(replace(one, transactions=()) for one in held_blocks(BLOCKS))
    assert HeldBlocks((), empty, is_anchored=True).size >= 1024 * len(empty)
