"""Upstream's registry has no events: what was sent is compared with what is on the chain."""

from dataclasses import replace
from pathlib import Path

import pytest
from unit.audit.conftest import RAW, SIGNER, TRANSACTION, tamper

from attestor.audit import upstream
from attestor.audit.upstream import Chain, Mined
from attestor.store.database import Store

pytestmark = pytest.mark.slow

REGISTRY = b"\x77" * 20
BLOCK = b"\x09" * 32
CALLDATA = SIGNER + b"7" + b"\x07" * 32 + RAW
MINED = Mined(REGISTRY, CALLDATA, BLOCK, 1010)


def chain(mined: Mined | None = MINED, attested_at: int = 1010, stands: bytes = BLOCK) -> Chain:
    """A chain that has the one registration of the history, but for what is changed."""
    return Chain(
        registry=REGISTRY,
        mined=lambda name: mined if name == TRANSACTION else None,
        attested_at=lambda signer: attested_at if signer == SIGNER else 0,
        hash_at=lambda number: stands if number == 9 else None,
        calldata=lambda signer, number, name, raw: signer + str(number).encode() + name + raw,
    )


def test_chain_faults__as_the_history_says__are_none(path: Path) -> None:
    """With events to compare it would be a registration without one."""
    assert upstream.chain_faults(Store.open_to_read(path), chain()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (chain(attested_at=0), "the registry does not know the signer"),
        (chain(mined=None), "the chain does not have its transaction 0x4444"),
        (chain(replace(MINED, to=b"\x66" * 20)), "was sent to 0x6666"),
        (chain(replace(MINED, to=None)), "was sent to no contract"),
        (chain(replace(MINED, calldata=CALLDATA + b"x")), "another signer, reference block or"),
        (chain(replace(MINED, block_hash=b"\x08" * 32)), "is in block 0x0808"),
        (chain(attested_at=1011), "registered at 1011, its block is of 1010"),
    ],
)
def test_chain_faults__chain_says_otherwise__is_named(
    path: Path, changed: Chain, said: str
) -> None:
    (fault,) = upstream.chain_faults(Store.open_to_read(path), changed)
    assert said in fault


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE quotes SET reference_block = 8",
        "UPDATE quotes SET raw = x'00'",
        "UPDATE transactions SET block_hash = '0x" + "08" * 32 + "', block_number = 8",
    ],
)
def test_chain_faults__history_was_changed__is_named(path: Path, sql: str) -> None:
    assert len(upstream.chain_faults(tamper(path, sql), chain())) == 1


def test_chain_faults__block_was_replaced__is_no_fault(path: Path) -> None:
    replaced = chain(mined=None, attested_at=0, stands=b"\x99" * 32)
    assert upstream.chain_faults(Store.open_to_read(path), replaced) == []


def test_chain_faults__registered_by_another_sender__has_no_transaction_to_compare(
    path: Path,
) -> None:
    changed = tamper(path, "UPDATE transactions SET outcome = 'reverted'")
    assert upstream.chain_faults(changed, chain(mined=None)) == []
