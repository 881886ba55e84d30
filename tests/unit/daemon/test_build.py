"""Building: what was opened is closed in reverse order, whichever part cannot be built."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attestor.chain.node import Node
from attestor.config import ChainConfig, Chains, Config
from attestor.core.blocks import BlockWindow
from attestor.core.execution import ExecutorBuild
from attestor.core.registration import Terms
from attestor.core.report_data import Layout
from attestor.daemon import build as module
from attestor.daemon import chain_build
from attestor.daemon.duties import Duty
from attestor.errors import (
    CollateralStoreInvalid,
    ConfigurationInvalid,
    DatabaseInvalid,
    RpcUnreachable,
    SignerGone,
)
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
        self.passing: set[str] = set()
        """Parts whose fault is met once."""
        self.disagreements: list[dict[str, Any]] = []
        patch.setattr(Node, "of", lambda *parts: Thing(self, "node") and self)
        patch.setattr(chain_build, "Registry", lambda *parts: self)
        patch.setattr(chain_build, "load_payer", lambda *source: self)
        patch.setattr(module, "lock_database", lambda path: Thing(self, "lock"))
        patch.setattr(chain_build, "lock_account", lambda *parts: Thing(self, "payer"))
        patch.setattr(chain_build, "TransactionManager", lambda *parts, lock: self)
        patch.setattr(Store, "open", lambda path, lock: Thing(self, "store"))
        patch.setattr(chain_build, "build_duty", self.build_duty)
        patch.setattr(module, "SignerProcess", lambda settings: Thing(self, "signer"))
        patch.setattr(chain_build, "Headers", lambda store: Thing(self, "headers"))
        patch.setattr(chain_build, "Rotation", lambda *parts: Thing(self, "rotation"))
        patch.setattr(chain_build, "CrossChecks", lambda *parts: Thing(self, "checks"))
        patch.setattr(module, "listen", lambda host, port, name: Thing(self, name))
        patch.setattr(module, "move_jobs", lambda store, **where: Thing(self, "jobs"))

    address = b"\x11" * 20
    pool = SimpleNamespace(endpoints=(), decision=SimpleNamespace(within=nullcontext))
    node = SimpleNamespace(pool=pool)

    @property
    def registry(self) -> "Opened":
        return self

    def require_chain(self) -> None:
        pass

    def close(self) -> None:
        """As the node."""
        self.events.append("close node")

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
            raise opened.faults.pop(name) if name in opened.passing else opened.faults[name]
        opened.events.append(f"open {name}")

    def __enter__(self) -> "Thing":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        self._opened.events.append(f"close {self._name}")

    def started(self) -> StartReport:
        return StartReport(ExecutorBuild.RECORDED, SandboxLevel.ISOLATED, (), 1000)

    def slot(self, name: str) -> "Thing":
        return self

    def addresses(self) -> list[bytes]:
        return []

    def shows(self, signer: bytes, head: Any) -> bool:
        return False

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return self._opened.disagreements

    def load(self) -> BlockWindow:
        return BlockWindow()

    def recover(self, held: list[bytes] | None = None) -> None:
        fault = self._opened.faults.get(f"{self._name}.recover")
        if fault is not None:
            raise fault
        self._opened.events.append(f"recover {self._name}")


LISTENING = ("health", "api")
CHAIN = ("store", "payer", "node", "lock")


def duties(parts: module.Parts) -> list[Duty]:
    """Those of no chain and those of the only one."""
    running = parts.units[0].running
    assert running is not None
    return [*parts.duties, *running.duties]


class Pricer:
    payer = b"\x09" * 20

    def __init__(self, *parts: object) -> None:
        pass


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setattr(chain_build, "Pricer", Pricer)
    return Opened(monkeypatch)


@pytest.mark.parametrize(
    ("part", "error", "closed"),
    [
        ("lock", OSError("taken"), []),
        ("payer", OSError("busy"), ["node", "lock"]),
        ("store", OSError("damaged"), ["payer", "node", "lock"]),
        ("jobs", OSError("full"), ["store", "payer", "node", "lock"]),
        ("collateral", CollateralStoreInvalid("no store"), ["store", "payer", "node", "lock"]),
        ("api", OSError("taken"), ["store", "payer", "node", "lock"]),
        ("health", OSError("taken"), ["api", "store", "payer", "node", "lock"]),
        ("signer", OSError("no memory"), [*LISTENING, "store", "payer", "node", "lock"]),
        ("rotation.recover", SignerGone("gone"), ["signer", *LISTENING, *CHAIN]),
        ("checks", RuntimeError("x"), ["signer", *LISTENING, *CHAIN]),
    ],
)
def test_build__part_cannot_be_built__those_before_it_are_closed_in_reverse_order(
    opened: Opened, part: str, error: Exception, closed: list[str]
) -> None:
    opened.faults[part] = error
    with pytest.raises(type(error)):
        module.build(Chains.of(CONFIG))
    found = [event.split()[1] for event in opened.events if event.startswith("close")]
    assert found == closed


def test_build__another_daemon_has_the_database__nothing_else_is_touched(opened: Opened) -> None:
    opened.faults["lock"] = DatabaseInvalid("another attestor runs")
    with pytest.raises(DatabaseInvalid):
        module.build(Chains.of(CONFIG))
    assert opened.events == []


def test_build__all_parts__stay_open_until_they_are_closed(opened: Opened) -> None:
    parts = module.build(Chains.of(replace(CONFIG, chain_poll_seconds=0.5)))
    intervals = {duty.name: duty.interval for duty in duties(parts)}
    assert intervals == {
        "rotation": 0.5,
        "signer": 2,
        "database": 5,
        "database_check": 7 * 86_400,
        "cross_checks": 5,
        "payer": 2,
        "engine_test": 600,
        "policy_events": 60,
    }
    assert not any(event.startswith("close") for event in opened.events)
    assert opened.events[:2] == ["open lock", "open node"]
    opened.events.clear()
    parts.closing.close()
    assert opened.events == [
        "close signer",
        "close health",
        "close api",
        "recover rotation",
        "close store",
        "close payer",
        "close node",
        "close lock",
    ]


def test_build__upstreams_registry__has_no_policy_events_to_read(opened: Opened) -> None:
    parts = module.build(Chains.of(replace(CONFIG, chain_registry_kind=Layout.UPSTREAM)))
    names = [duty.name for duty in duties(parts)]
    of_all, of_chain = ["signer", "engine_test"], ["rotation", "database", "database_check"]
    assert names == [*of_all, *of_chain, "cross_checks", "payer"]
    parts.closing.close()


def test_build__disagreement_that_stands__halts_signing_before_anything_runs(
    opened: Opened,
) -> None:
    opened.disagreements = [{"entry": 1, "job": "job-1", "at": "2027", "reason": "cycles"}]
    parts = module.build(Chains.of(CONFIG))
    assert parts.api.halt.reason == "job job-1 of 2027: cycles"
    assert parts.api.halt.halted is not None
    assert parts.api.supervisor._state.halted is not None, "the API process is told at its start"
    parts.closing.close()


def test_build__two_chains__each_has_its_own_parts_and_both_one_signer_process(
    opened: Opened,
) -> None:
    one = [ChainConfig(name, replace(CONFIG, store_path=Path(name))) for name in ("a", "b")]
    two = (one[0], replace(one[1], config=replace(one[1].config, chain_registry=b"\x22" * 20)))
    parts = module.build(Chains(two, Path("attestor.sqlite")))
    events = opened.events
    assert [events.count(f"open {name}") for name in ("lock", "payer", "store")] == [3, 2, 2]
    assert [events.count(f"open {name}") for name in ("signer", "api", "health")] == [1, 1, 1]
    assert [unit.served.name for unit in parts.units] == ["a", "b"]
    assert all(unit.running is not None for unit in parts.units)
    assert [duty.name for duty in parts.duties] == ["signer", "engine_test"]
    parts.closing.close()
    assert [events.count(f"close {name}") for name in ("lock", "payer", "store")] == [3, 2, 2]


def test_build__two_chains_with_one_registry__are_refused_before_anything_is_opened(
    opened: Opened,
) -> None:
    """The deployment file may have said so, which is not read with the options."""
    both = [ChainConfig(name, replace(CONFIG, store_path=Path(name))) for name in ("a", "b")]
    with pytest.raises(ConfigurationInvalid, match="chains a and b have one registry"):
        module.build(Chains(tuple(both), Path("attestor.sqlite")))
    assert not any("node" in event or "signer" in event for event in opened.events)


def test_build__one_chain_s_node_is_away__the_other_is_built(opened: Opened) -> None:
    one = [ChainConfig(name, replace(CONFIG, store_path=Path(name))) for name in ("a", "b")]
    two = (one[0], replace(one[1], config=replace(one[1].config, chain_registry=b"\x22" * 20)))
    opened.faults["node"] = RpcUnreachable("away")
    opened.passing = {"node"}
    parts = module.build(Chains(two, Path("attestor.sqlite")))
    assert [unit.running is not None for unit in parts.units] == [False, True]
    assert parts.units[0].failure is not None
    parts.closing.close()
