"""The process dies between any two steps, and starts again over the same log: done exactly once."""

from pathlib import Path
from typing import Any

import pytest
from unit.transactions.chain import Killed

from attestor.audit import verify
from attestor.core.transaction import Intent, Outcome, Purpose
from attestor.deployment.log import DeploymentLog
from attestor.transactions.log import MemoryLog
from attestor.transactions.pricing import Call

pytestmark = pytest.mark.slow

INTENT = Intent(Purpose.DEPLOYMENT, "creation:Thing:0x01")
POINTS = [
    "before recording",
    "after recording",
    "before send",
    "after send",
    "while waiting",
    "before settling",
    "after settling",
]


class Dying:
    """A log around another, whose process dies before or after it wrote."""

    def __init__(self, log: Any, chain: Any) -> None:
        self._log, self._chain = log, chain
        self.attempts, self.pending, self.replaced = log.attempts, log.pending, log.replaced
        self.settled, self.looked_again = log.settled, log.looked_again

    def signed(self, *arguments: Any) -> Any:
        self._chain.reach("before recording")
        attempt = self._log.signed(*arguments)
        self._chain.reach("after recording")
        return attempt

    def mined(self, receipt: Any) -> None:
        self._chain.reach("before settling")
        self._log.mined(receipt)
        self._chain.reach("after settling")


def call(chain: Any) -> Call:
    """Refused once it is done, as a contract would refuse it."""

    def simulate(offer: object) -> None:
        assert b"once" not in chain.mined

    return Call(b"\x77" * 20, b"once", simulate)


@pytest.fixture(params=["database", "file", "memory"])
def kept(request: pytest.FixtureRequest, log: Any, tmp_path: Path) -> Any:
    """A log as a process finds it at each of its starts."""
    memory = MemoryLog()
    path = tmp_path / "deployment.json"
    return {
        "database": lambda: log,
        "file": lambda: DeploymentLog(path, 31337),
        "memory": lambda: memory,
    }[request.param]


@pytest.mark.parametrize("point", POINTS)
def test_complete__killed_and_started_again__is_done_once(
    manage: Any, chain: Any, kept: Any, point: str
) -> None:
    chain.kill_at = point
    with pytest.raises(Killed):
        manage(Dying(kept(), chain)).complete(INTENT, call(chain))
    log = kept()
    manager = manage(log)
    manager.settle()
    done = [one for one in log.attempts(INTENT.name) if one.outcome is Outcome.SUCCEEDED]
    if not done:
        manager.complete(INTENT, call(chain))
    assert chain.mined == [b"once"]
    assert [one.outcome for one in kept().attempts(INTENT.name)] == [Outcome.SUCCEEDED]


@pytest.mark.parametrize("point", [point for point in POINTS if point != "after settling"])
def test_complete__killed_and_called_again_without_a_look__is_done_once(
    manage: Any, chain: Any, kept: Any, point: str
) -> None:
    """Neither the contract nor the caller knows that it is done already. After the settling, the
    log says so: a second call is then meant."""
    careless = Call(b"\x77" * 20, b"once")
    chain.kill_at = point
    with pytest.raises(Killed):
        manage(Dying(kept(), chain)).complete(INTENT, careless)
    assert manage(kept()).complete(INTENT, careless).succeeded
    assert chain.mined == [b"once"]
    assert [one.outcome for one in kept().attempts(INTENT.name)] == [Outcome.SUCCEEDED]


@pytest.mark.parametrize("point", POINTS)
def test_complete__killed_again_and_again__journal_stays_sound(
    manage: Any, chain: Any, log: Any, store: Any, point: str
) -> None:
    for _ in range(3):
        chain.kill_at = point
        manager = manage(Dying(log, chain))
        try:
            manager.settle()
            if b"once" not in chain.mined:
                manager.complete(INTENT, call(chain))
        except Killed:
            continue
    assert chain.mined in ([], [b"once"])
    assert verify.journal_faults(store) == verify.table_faults(store) == []
