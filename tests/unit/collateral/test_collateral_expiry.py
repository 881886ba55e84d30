"""Which of the store's records our own machine's quotes are verified with."""

from typing import Any

import pytest

from attestor.chain.collateral_store import CollateralKind, CollateralRecord, CollateralRecords
from attestor.collateral.expiry import OwnMachine, expiry_on_chain
from attestor.collateral.items import items_of
from attestor.errors import QuoteInvalid, QuoteRefused
from attestor.quote.simulated import SimulatedPlatform

NOW = 1_790_000_000
PLATFORM = SimulatedPlatform(b"watch", 31337, NOW)


def test_own_machine__keys__are_those_of_its_collateral() -> None:
    own = OwnMachine.of(PLATFORM.quote(bytes(64)))
    keys = {item.kind: item.key for item in items_of(PLATFORM.collateral(), None)}
    assert own.authority == keys[CollateralKind.PCK_CA]
    assert own.tcb_key == keys[CollateralKind.TCB_INFO]
    assert own.tcb_key >> 48 == keys[CollateralKind.QE_IDENTITY]


@pytest.mark.parametrize("raw", [b"", b"\x04", bytes(5000)])
def test_own_machine__no_quote__is_typed(raw: bytes) -> None:
    with pytest.raises((QuoteInvalid, QuoteRefused)):
        OwnMachine.of(raw)


@pytest.mark.parametrize("first", range(3))
def test_look__three_records__tells_the_first_to_end(world: Any, first: int) -> None:
    ends = [CollateralRecord(900 if number == first else 1000 + number, 4) for number in range(3)]
    world.records_found, world.epoch = CollateralRecords(*ends), 4
    expiry = expiry_on_chain(world, OwnMachine.of(PLATFORM.quote(bytes(64))), "a fault")
    assert (expiry.ends_at, expiry.fault) == (900, "a fault")
    assert expiry.first_to_end.split()[0] == ("PCK", "TCB", "QE")[first]
