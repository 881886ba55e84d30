"""Several chains in one daemon."""

from types import SimpleNamespace
from typing import Any

import pytest

from attestor.daemon.chain_units import ChainUnits


def unit(name: str, is_only: bool) -> Any:
    return SimpleNamespace(is_only=is_only, records=lambda: [name])


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([unit("one", is_only=True)], ["shared", "one"]),
        ([unit("one", is_only=False), unit("two", is_only=False)], ["shared"]),
    ],
)
def test_ending_records__several_chains__one_that_hangs_does_not_end_the_others(
    units: Any, expected: list[str]
) -> None:
    shared: Any = SimpleNamespace(records=lambda: ["shared"])
    found: list[Any] = ChainUnits(units, shared).ending_records()
    assert found == expected
