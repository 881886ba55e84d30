"""The oracle against attestor-scroll, on blocks without an outcome in their headers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import rlp
from eth_utils.crypto import keccak

from attestor.core.execution import Limits
from attestor.errors import AttestorError
from attestor.errors.scroll import ScrollBlockInvalid
from attestor.executor.scroll import Block, BlockRange, Chain, ScrollExecutor
from oracle import judging
from oracle.block import BlockInvalid

LIMITS = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=1 << 30)


@dataclass(frozen=True)
class Compared:
    """`difference` is empty where there is none; `shown` are names of what the blocks had."""

    difference: str
    shown: tuple[str, ...]


def compared(scroll: ScrollExecutor, chain: Chain, blocks: BlockRange) -> Compared:
    """Both have to find the same, or name the same transaction as one that no block can hold."""
    try:
        found, held = judging.sealed(chain, blocks)
    except BlockInvalid as invalid:
        held = _until_invalid(chain, blocks)
        return Compared(_refused(scroll, chain, held, invalid), ("blocks: with an invalid one",))
    shown = [f"fork: {one.fork.name.lower()}" for one in found]
    shown += [
        f"type {raw[0] if raw[0] < 0xC0 else 0}: {'succeeds' if succeeded else 'fails'}"
        for block, one in zip(blocks.blocks, found, strict=True)
        for raw, succeeded in zip(block.transactions, one.statuses, strict=True)
    ]
    try:
        executed = scroll.execute(chain, held, LIMITS).blocks
    except AttestorError as error:
        return Compared(f"{type(error).__name__}: {error}", tuple(shown))
    fields = ("withdraw_root", "gas_used", "receipts_root")
    named: Iterable[str] = (
        f"block {place}: {name} is {getattr(ours, name)!r}, not {getattr(one, name)!r}"
        for place, (ours, one) in enumerate(zip(executed, found, strict=True))
        for name in fields
        if getattr(ours, name) != getattr(one, name)
    )
    return Compared("; ".join(named), tuple(shown))


def _until_invalid(chain: Chain, blocks: BlockRange) -> BlockRange:
    """Up to the block that cannot be, with an outcome in the headers before it."""
    held: tuple[Block, ...] = ()
    for count in range(1, len(blocks.blocks)):
        try:
            _, sealed = judging.sealed(chain, replace(blocks, blocks=blocks.blocks[:count]))
        except BlockInvalid:
            break
        held = sealed.blocks
    bad = blocks.blocks[len(held)]
    fields = rlp.decode(bad.header)
    if held:
        fields[0] = keccak(held[-1].header)
    return replace(blocks, blocks=(*held, replace(bad, header=rlp.encode(fields))))


def _refused(
    scroll: ScrollExecutor, chain: Chain, blocks: BlockRange, by_oracle: BlockInvalid
) -> str:
    try:
        scroll.execute(chain, blocks, LIMITS)
    except ScrollBlockInvalid as error:
        if error.transaction == by_oracle.index:
            return ""
        return f"the oracle refuses {by_oracle}, the executor: {error}"
    except AttestorError as error:
        return f"the oracle refuses {by_oracle}, the executor: {type(error).__name__}: {error}"
    return f"the oracle refuses {by_oracle}, the executor nothing"
