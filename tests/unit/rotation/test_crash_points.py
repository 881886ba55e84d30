"""Every effect is a point at which the daemon is killed by `make bench-chain`."""

import inspect
import os
from typing import Any

import pytest
from storm import crash_points
from storm.crash_points import AFTER, BEFORE, CLASSES, REACHED_BY, READS, WITHIN, Killer, Point

from attestor.rotation.effects import RotationEffects
from attestor.store.history import History


def test_points__all_that_changes_something__has_a_scenario_that_reaches_it() -> None:
    assert set(crash_points.methods()) == set(REACHED_BY)


def test_points__new_effect__is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not said to be a read is a point, and has no scenario yet."""
    monkeypatch.setattr(RotationEffects, "burn", lambda self: None, raising=False)
    monkeypatch.setattr(History, "burnt", lambda self: None, raising=False)
    missed = set(crash_points.methods()) - set(REACHED_BY)
    assert missed == {"RotationEffects.burn", "History.burnt"}


def test_points__reads__exist() -> None:
    for kind in CLASSES:
        named = {name for name, _ in inspect.getmembers(kind)}
        assert READS[kind.__name__] <= named


class Part:
    """In the place of a writer."""

    def __init__(self, journal: Any) -> None:
        self._journal = journal

    def signer_created(self) -> None:
        self._journal.append("signer_created")

    def active(self) -> str:
        return "read"


class Journal:
    def append(self, event: str) -> int:
        return 7


@pytest.mark.parametrize("moment", [BEFORE, WITHIN, AFTER])
@pytest.mark.parametrize("time", [1, 2])
def test_killer__point__is_where_the_process_ends(
    monkeypatch: pytest.MonkeyPatch, moment: str, time: int
) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: (_ for _ in ()).throw(KeyError))
    killer = Killer(Point("History.signer_created", moment, time))
    part = killer.wrap(type("History", (Part,), {})(killer.wrap(Journal())))
    assert part.active() == "read"
    for _ in range(time - 1):
        part.signer_created()
    with pytest.raises(KeyError):
        part.signer_created()
