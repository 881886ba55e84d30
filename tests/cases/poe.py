"""A signer service in the role `poe` over made-up blocks, and what it is asked for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cases import scroll_batch
from cases.scroll_batch import CheapKzg
from cases.scroll_chain import ScriptedExecutor, chain

from attestor.core.avs import batch
from attestor.core.execution import Limits
from attestor.core.frame import Frame
from attestor.core.scroll.block import from_header
from attestor.core.scroll.eras import FEE_VAULT
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.executor.scroll import Block, BlockRange, Chain, request_blobs
from attestor.hardening.secret_key import SecretKey
from attestor.quote.simulated import SimulatedPlatform
from attestor.scroll.witness import Witness
from attestor.signer.poe.claims import Claim
from attestor.signer.poe.held_blocks import ExecutedBlocks
from attestor.signer.poe.service import PoeService

CHAIN_ID = 534352
BLOCKS = chain(4, messages=(scroll_batch.FIRST_POPPED, scroll_batch.FIRST_POPPED + 1))


def service(
    executor: ScriptedExecutor | None = None,
    held: ExecutedBlocks | None = None,
    provider: Any = None,
) -> PoeService:
    return PoeService(
        SecretKey.random(),
        provider or SimulatedPlatform(b"test", 31337, 1_756_000_000),
        executor or ScriptedExecutor(),
        Chain(CHAIN_ID),
        Limits(),
        CheapKzg(),
        held,
    )


def block_range(witnesses: Sequence[Witness], parent: bool = True) -> BlockRange:
    return BlockRange(
        blocks=tuple(Block(one.header, one.transactions, one.hash) for one in witnesses),
        pre_state_root=witnesses[0].pre_state_root,
        parent=witnesses[0].parent if parent else None,
        nodes=[node for one in witnesses for node in sorted(one.nodes)],
        codes=[code for one in witnesses for code in sorted(one.codes)],
    )


def claims(witnesses: Sequence[Witness], **changed: Any) -> list[Claim]:
    made = [Claim(one.chain_id, FEE_VAULT, one.pre_state_root, b"\x77" * 32) for one in witnesses]
    return [replace(one, **changed) for one in made]


def blocks_request(
    witnesses: Sequence[Witness], parent: bool = True, said: Sequence[Claim] | None = None
) -> Frame:
    listed = [one.to_header() for one in (claims(witnesses) if said is None else said)]
    blobs = request_blobs(block_range(witnesses, parent))
    return Frame({"verb": "blocks", "claims": listed}, blobs)


def case_of(witnesses: Sequence[Witness], version: int = 4) -> scroll_batch.Case:
    """The batch that holds these blocks."""
    return scroll_batch.case(
        version, [from_header(one.header, one.transactions) for one in witnesses]
    )


def batch_request(
    handles: Sequence[str], case: scroll_batch.Case, evidence: Evidence | None = None
) -> Frame:
    known = case.evidence if evidence is None else evidence
    header = {
        "verb": "batch",
        "handles": list(handles),
        "versioned_hashes": [to_hex(name) for name in known.versioned_hashes],
        "index": known.index,
        "batch_hash": None if known.batch_hash is None else to_hex(known.batch_hash),
    }
    return Frame(header, (batch.without_selector(case.calldata), *known.blobs))
