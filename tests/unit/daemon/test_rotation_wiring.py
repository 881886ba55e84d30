"""What the rotation is given of the collateral on chain, and the status of the rotation's times."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attestor.core.blocks import Block, BlockWindow
from attestor.daemon import chain_build
from attestor.daemon.status import StatusView
from attestor.rotation.effects import unknown
from attestor.rotation.situation import RotationPolicy
from attestor.status.collect import Terms

POLICY = RotationPolicy(
    period=1800,
    expiry_margin=900,
    confirmations=2,
    block_lag=2,
    max_block_number_diff=100,
    inclusion_margin=20,
)


@pytest.mark.parametrize("has_store", [True, False])
def test_effects__collateral_in_a_store_of_ours__ends_what_is_registered(
    monkeypatch: pytest.MonkeyPatch, has_store: bool
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(chain_build, "RotationEffects", lambda *parts: made.append(parts))
    anything: Any = SimpleNamespace(payer=b"", history=None)
    parts = SimpleNamespace(registry=anything, pricer=anything, binding=anything)
    duty = SimpleNamespace(ends_at=lambda raw: 7) if has_store else None
    opened: Any = SimpleNamespace(
        parts=parts, manager=anything, gate=anything, store=anything, collateral=duty
    )
    chain_build._effects(opened, anything, anything)
    ((*_, collateral_end),) = made
    assert collateral_end is (duty.ends_at if duty is not None else unknown)


def test_known__blocks_of_a_minute__a_successor_is_due_as_early_as_the_rotation_says(
    tmp_path: Path,
) -> None:
    blocks = [Block(n, bytes([n]) * 32, bytes([n - 1]) * 32, 60 * n) for n in range(1, 9)]
    running = SimpleNamespace(
        rotation=SimpleNamespace(policy=POLICY),
        heads=SimpleNamespace(window=BlockWindow(tuple(blocks))),
    )
    config = SimpleNamespace(store_path=tmp_path / "none.sqlite")
    unit: Any = SimpleNamespace(
        chain=SimpleNamespace(name="", config=config), running=running, served=None
    )
    nothing: Any = None
    view = StatusView(nothing, (unit,), tmp_path / "jobs.sqlite", lambda: 0.0, lambda: 0.0)
    assert view._known(unit).terms == Terms(1800, 4 * 22 * 60, 100)
