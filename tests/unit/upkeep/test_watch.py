"""Which of the store's records our own machine's quotes are verified with."""

from typing import Any

import pytest

from attestor.chain.collateral_store import Record, Records
from attestor.errors import QuoteInvalid, QuoteRefused
from attestor.quote.simulated import SimulatedPlatform
from attestor.upkeep import watch
from attestor.upkeep.items import Part, items_of
from attestor.upkeep.watch import OwnMachine

NOW = 1_790_000_000
PLATFORM = SimulatedPlatform(b"watch", 31337, NOW)


def test_own_machine__keys__are_those_of_its_collateral() -> None:
    own = OwnMachine.of(PLATFORM.quote(bytes(64)))
    keys = {item.part: item.key for item in items_of(PLATFORM.collateral(), None)}
    assert own.authority == keys[Part.PCK_CA]
    assert own.tcb_key == keys[Part.TCB_INFO]
    assert own.tcb_key >> 48 == keys[Part.QE_IDENTITY]


@pytest.mark.parametrize("raw", [b"", b"\x04", bytes(5000)])
def test_own_machine__no_quote__is_typed(raw: bytes) -> None:
    with pytest.raises((QuoteInvalid, QuoteRefused)):
        OwnMachine.of(raw)


@pytest.mark.parametrize("first", range(3))
def test_look__three_records__tells_the_first_to_end(world: Any, first: int) -> None:
    ends = [Record(900 if number == first else 1000 + number, 4) for number in range(3)]
    world.records_found, world.epoch = Records(*ends), 4
    outlook = watch.look(world, OwnMachine.of(PLATFORM.quote(bytes(64))), "a fault")
    assert (outlook.ends_at, outlook.fault) == (900, "a fault")
    assert outlook.first_to_end.split()[0] == ("PCK", "TCB", "QE")[first]
