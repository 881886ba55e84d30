"""Building: what was opened is closed in reverse order, whichever part cannot be built."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attestor.config import Config
from attestor.core.blocks import BlockWindow
from attestor.core.execution import ExecutorBuild
from attestor.core.registration import Terms
from attestor.core.report_data import Layout
from attestor.daemon import build as module
from attestor.errors import CollateralStoreInvalid, DatabaseInvalid, SignerGone
from attestor.executor import SandboxLevel
from attestor.signer.start_report import StartReport
from attestor.store.database import Store

CONFIG = Config(
    chain_rpc_url="http://node.example",
    chain_id=31337,
    chain_registry=b"\x11" * 20,
    payer_key_file=Path("/nowhere"),
    quote_provider="simulated",
)


class Opened:
    """All that a build opens, in order, and closes."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.events: list[str] = []
        self.faults: dict[str, Exception] = {}
        patch.setattr("attestor.daemon.build.Node.of", lambda *parts: Thing(self, "node") and self)
        patch.setattr(module, "Registry", lambda *parts: self)
        patch.setattr(module, "load_payer", lambda *source: self)
        patch.setattr(module, "lock_database", lambda path: Thing(self, "lock"))
        patch.setattr(module, "lock_account", lambda *parts: Thing(self, "payer"))
        patch.setattr(module, "TransactionManager", lambda *parts, lock: self)
        patch.setattr(Store, "open", lambda path: Thing(self, "store"))
        patch.setattr(module, "build_duty", self.build_duty)
        patch.setattr(module, "SignerProcess", lambda settings: Thing(self, "signer"))
        patch.setattr(module, "Headers", lambda store: Thing(self, "headers"))
        patch.setattr(module, "Rotation", lambda *parts: Thing(self, "rotation"))
        patch.setattr(module, "CrossChecks", lambda *parts: Thing(self, "checks"))
        patch.setattr(module, "listen", lambda host, port, name: Thing(self, name))
        patch.setattr(module, "move_jobs", lambda store: Thing(self, "jobs"))

    address = b"\x11" * 20
    node = None

    @property
    def registry(self) -> "Opened":
        return self

    def require_chain(self) -> None:
        pass

    def terms(self) -> Terms:
        return Terms(attest_validity_seconds=3600, max_block_number_diff=100)

    def build_duty(self, *parts: Any) -> None:
        if "collateral" in self.faults:
            raise self.faults["collateral"]


class Thing:
    def __init__(self, opened: Opened, name: str) -> None:
        self._opened = opened
        self._name = name
        if name in opened.faults:
            raise opened.faults[name]
        opened.events.append(f"open {name}")

    def __enter__(self) -> "Thing":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        self._opened.events.append(f"close {self._name}")

    def started(self) -> StartReport:
        return StartReport(ExecutorBuild.RECORDED, SandboxLevel.ISOLATED, (), 1000)

    def addresses(self) -> list[bytes]:
        return []

    def load(self) -> BlockWindow:
        return BlockWindow()

    def recover(self, held: list[bytes] | None = None) -> None:
        fault = self._opened.faults.get(f"{self._name}.recover")
        if fault is not None:
            raise fault
        self._opened.events.append(f"recover {self._name}")


LISTENING = ("health", "api")


class Pricer:
    payer = b"\x09" * 20

    def __init__(self, *parts: object) -> None:
        pass


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setattr(module, "Pricer", Pricer)
    return Opened(monkeypatch)


@pytest.mark.parametrize(
    ("part", "error", "closed"),
    [
        ("lock", OSError("taken"), []),
        ("payer", OSError("busy"), ["lock"]),
        ("store", OSError("damaged"), ["payer", "lock"]),
        ("jobs", OSError("full"), ["store", "payer", "lock"]),
        ("collateral", CollateralStoreInvalid("no store"), ["store", "payer", "lock"]),
        ("api", OSError("taken"), ["store", "payer", "lock"]),
        ("health", OSError("taken"), ["api", "store", "payer", "lock"]),
        ("signer", OSError("no memory"), [*LISTENING, "store", "payer", "lock"]),
        ("rotation.recover", SignerGone("gone"), ["signer", *LISTENING, "store", "payer", "lock"]),
        ("checks", RuntimeError("x"), ["signer", "signer", *LISTENING, "store", "payer", "lock"]),
    ],
)
def test_build__part_cannot_be_built__those_before_it_are_closed_in_reverse_order(
    opened: Opened, part: str, error: Exception, closed: list[str]
) -> None:
    opened.faults[part] = error
    with pytest.raises(type(error)):
        module.build(CONFIG)
    found = [event.split()[1] for event in opened.events if event.startswith("close")]
    assert found == closed


def test_build__another_daemon_has_the_database__nothing_else_is_touched(opened: Opened) -> None:
    opened.faults["lock"] = DatabaseInvalid("another attestor runs")
    with pytest.raises(DatabaseInvalid):
        module.build(CONFIG)
    assert opened.events == []


def test_build__all_parts__stay_open_until_they_are_closed(opened: Opened) -> None:
    parts = module.build(replace(CONFIG, chain_poll_seconds=0.5))
    intervals = {duty.name: duty.interval for duty in parts.duties}
    assert intervals == {
        "rotation": 0.5,
        "signer": 2,
        "database": 5,
        "database_check": 7 * 86_400,
        "cross_checks": 5,
        "policy_events": 60,
    }
    assert not any(event.startswith("close") for event in opened.events)
    assert opened.events[:2] == ["open lock", "open node"]
    opened.events.clear()
    parts.closing.close()
    assert opened.events == [
        "close signer",
        "recover rotation",
        "close signer",
        "close health",
        "close api",
        "close store",
        "close payer",
        "close lock",
    ]


def test_build__upstreams_registry__has_no_policy_events_to_read(opened: Opened) -> None:
    parts = module.build(replace(CONFIG, chain_registry_kind=Layout.UPSTREAM))
    names = [duty.name for duty in parts.duties]
    assert names == ["rotation", "signer", "database", "database_check", "cross_checks"]
    parts.closing.close()
