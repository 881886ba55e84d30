"""The owner's changes of a real registry, as the daemon notes them and the audit shows them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from eth_abi.abi import encode

from attestor.audit import policy, verify
from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.cli.audit import command
from attestor.core.registration import PolicyEvent
from attestor.core.text import checksummed, to_hex
from attestor.daemon.policy_events import PolicyEventsDuty
from attestor.deployment.plan import Creation
from attestor.devnet.anvil import Anvil
from attestor.devnet.deployment import DevelopmentDeployer
from attestor.errors import AuditFailed
from attestor.quote.simulated import SimulatedPlatform
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.policy_events import PolicyEvents

StartAnvil = Callable[..., Anvil]
CONFIRMATIONS = 2
NOT_UTF8 = b"a leak \xff\x00"


@dataclass(frozen=True)
class World:
    """A registry whose owner changes it, and the daemon's database."""

    anvil: Anvil
    deployer: DevelopmentDeployer
    registry: Registry
    path: Path
    store: Store
    duty: PolicyEventsDuty

    def change(self, function: str, *arguments: object) -> None:
        calldata = Contract.named("TEERegistry").encode(function, *arguments)
        self.deployer.transact(self.registry.address, calldata)

    def step(self) -> None:
        for _ in range(CONFIRMATIONS):
            self.deployer.mine()
        self.duty.step()
        assert verify.journal_faults(self.store) == []
        assert verify.table_faults(self.store) == []
        assert policy.chain_faults(self.store, self.registry.address, self.fetch) == []

    def fetch(self, first: int, last: int) -> list[PolicyEvent]:
        return self.registry.policy_events(first, last)

    def shown(self, *arguments: str) -> str:
        """What `attestor audit` prints with the database named before the subcommand."""
        result = CliRunner().invoke(
            command, ["--database", str(self.path), *arguments], catch_exceptions=False
        )
        return result.output


@pytest.fixture
def world(start_anvil: StartAnvil, tmp_path: Path) -> World:
    anvil = start_anvil()
    node = Node(Rpc(anvil.url), anvil.chain_id)
    deployer = DevelopmentDeployer(node)
    deployment = deployer.deploy_all(
        SimulatedPlatform(b"policy", anvil.chain_id, node.head().timestamp)
    )
    registry = Registry(node, deployment.registry.address)
    store = Store.open(tmp_path / "a.sqlite")
    noted = PolicyEvents(store, Journal(store, lambda: 1_800_000_000.0), registry.address)
    receipt = deployment.registry.receipt
    assert receipt is not None
    duty = PolicyEventsDuty(node, registry, noted, receipt.block_number, CONFIRMATIONS)
    return World(anvil, deployer, registry, store.path, store, duty)


def test_policy_events__changes_of_the_owner__are_shown_with_who_when_and_transaction(
    world: World,
) -> None:
    world.step()
    deployed = [row["name"] for row in policy.rows(world.store)]
    assert {"OwnershipTransferred", "MeasurementAllowed", "VerifierChanged"} <= set(deployed)
    world.change("pause", "a leak")
    world.change("setAttestValiditySeconds", 1800)
    world.step()
    world.step()
    paused, changed = policy.rows(world.store)[len(deployed) :]
    assert (paused["name"], changed["name"]) == ("Paused", "AttestValiditySecondsChanged")
    assert paused["sender"] == to_hex(world.deployer.address)
    assert json.loads(paused["arguments"]) == {
        "by": to_hex(world.deployer.address),
        "reason": "a leak",
    }
    at = world.registry.node.block(paused["block_number"])
    assert (paused["block_timestamp"], paused["block_hash"]) == (at.timestamp, to_hex(at.hash))
    text = world.shown("policy")
    assert (
        f"{paused['transaction_hash']}  from {checksummed(world.deployer.address)}  Paused" in text
    )
    assert "previous 3600, current 1800" in text
    rows = json.loads(world.shown("--format", "json", "policy"))
    assert [row["name"] for row in rows] == [*deployed, paused["name"], changed["name"]]
    elsewhere = json.loads(
        CliRunner()
        .invoke(command, ["--format", "json", "policy", "--database", str(world.path)])
        .output
    )
    assert elsewhere == rows


def test_policy_events__from_the_node__need_no_database(world: World) -> None:
    world.change("pause", "a leak")
    registry = ["--rpc-url", world.anvil.url, "--registry", checksummed(world.registry.address)]
    result = CliRunner().invoke(
        command, ["--database", "/nowhere/at.all", "policy", *registry], catch_exceptions=False
    )
    assert result.output.splitlines()[-1].endswith("reason 'a leak'")


def test_policy_events__reason_is_not_utf8__is_shown_escaped(world: World) -> None:
    pause = Contract.named("TEERegistry").encode("pause", "")[:4]
    world.deployer.transact(world.registry.address, pause + encode(["bytes"], [NOT_UTF8]))
    world.step()
    last = policy.rows(world.store)[-1]
    assert json.loads(last["arguments"])["reason"] == "a leak \\xff\x00"


def test_policy_events__reorganized__marked_and_verified(world: World) -> None:
    node = world.registry.node
    before = node.rpc.call("evm_snapshot", [])
    world.change("pause", "a leak")
    world.step()
    assert node.rpc.call("evm_revert", [before]) is True
    node.rpc.call("evm_increaseTime", [1000])
    for _ in range(3):
        world.deployer.mine()
    world.step()
    last = policy.rows(world.store)[-1]
    assert (last["name"], last["reorged_at"] is None) == ("Paused", False)
    assert world.shown("policy").count("[its block was replaced]") == 1


def test_policy_events__other_than_the_chains__verify_names_them(world: World) -> None:
    world.change("pause", "a leak")
    world.step()
    registry = ["--rpc-url", world.anvil.url, "--registry", checksummed(world.registry.address)]
    assert "registry's events  ok" in world.shown("verify", *registry)
    with world.store.transaction():
        world.store.tables.execute("DELETE FROM policy_events WHERE name = 'Paused'")
    result = CliRunner().invoke(command, ["--database", str(world.path), "verify", *registry])
    assert isinstance(result.exception, AuditFailed)
    assert "the database does not have it" in result.output


def test_policy_events__other_registry_on_the_chain__is_left_out(world: World) -> None:
    world.step()
    before = len(policy.rows(world.store))
    other = DevelopmentDeployer(world.registry.node)
    owner, verifier = checksummed(other.address), world.registry._read("verifier")
    made = other.create(Creation("TEERegistry", (verifier, 0, owner, owner)))
    assert world.registry.address != made.address
    world.step()
    assert len(policy.rows(world.store)) == before
