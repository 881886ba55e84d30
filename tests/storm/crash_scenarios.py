"""What happens around the daemon while it may be killed. Each scenario goes on where the last
process left it: what it did to the chain is noted in a folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measures.chain import GasChain
from storm.machine import Machine

from attestor.core.text import from_hex
from attestor.rotation.situation import RotationPolicy
from attestor.transactions.settling import SETTLED_DEPTH

POLICY = RotationPolicy(
    period=72,
    expiry_margin=36,
    confirmations=2,
    block_lag=2,
    max_block_number_diff=16,
    inclusion_margin=4,
    final_depth=2,
    lease_seconds=180.0,
)
MOST_BLOCKS = 120


class NotReached(AssertionError):
    """The daemon did not get to where it should."""


@dataclass(frozen=True)
class Stage:
    """The machine, its chain, and the notes of what was done to the chain."""

    machine: Machine
    chain: GasChain
    notes: Path

    def run_until(self, is_done: Callable[[], bool], drops: bool = False) -> None:
        """Step at each block. With `drops` no transaction is ever mined."""
        for _ in range(MOST_BLOCKS):
            self.machine.rotation.step()
            if is_done():
                return
            if drops:
                self.call("anvil_dropAllTransactions")
            self.call("evm_mine")
        raise NotReached(f"not after {MOST_BLOCKS} blocks")

    def call(self, method: str, *parameters: Any) -> None:
        self.chain.node.rpc.call(method, list(parameters))

    def once(self, name: str, act: Callable[[], None]) -> None:
        """Do something to the chain, unless a process before this one did. The note comes first:
        what is done to the chain cannot be interrupted."""
        note = self.notes / name
        if not note.exists():
            note.touch()
            act()

    def activated(self) -> int:
        """How many signers were ever active."""
        return int(self.machine.rows("SELECT count(*) AS n FROM registrations")[0]["n"])

    def given_up(self) -> int:
        """How many signers never were."""
        sql = "SELECT count(*) AS n FROM signers WHERE stage = 'abandoned'"
        return int(self.machine.rows(sql)[0]["n"])

    def has_active(self) -> bool:
        active = self.machine.history.active()
        return active is not None and not active.paused


def rotate(stage: Stage) -> None:
    """Three signers, one after the other."""
    stage.run_until(lambda: stage.activated() >= 3 and stage.has_active())


def reorg(stage: Stage) -> None:
    """The block that registered the active signer is replaced by one without its registration."""
    stage.run_until(stage.has_active)

    def replace() -> None:
        active = stage.machine.history.active()
        assert active is not None
        sql = "SELECT max(block_number) AS n FROM registrations WHERE retired_at IS NULL"
        mined = stage.machine.rows(sql)[0]["n"]
        depth = stage.chain.node.head().number - mined + 1
        stage.call("anvil_reorg", depth, [])
        stage.call("evm_mine")

    stage.once("replaced", replace)
    stage.machine.rotation.step()
    stage.run_until(stage.has_active)


def expire(stage: Stage) -> None:
    """The chain goes on for so long without the daemon that its signer's registration ends."""
    stage.run_until(stage.has_active)

    def jump() -> None:
        active = stage.machine.history.active()
        assert active is not None
        stage.chain.set_time(active.valid_until + 60)
        for _ in range(POLICY.final_depth + 1):
            stage.call("evm_mine")

    stage.once("jumped", jump)
    stage.machine.rotation.step()
    stage.run_until(stage.has_active)


def give_up(stage: Stage) -> None:
    """Nothing is mined until the first registration is given up."""
    stage.run_until(lambda: stage.given_up() >= 1, drops=True)
    stage.run_until(stage.has_active)
    # What was replaced is known once several blocks are on top.
    for _ in range(SETTLED_DEPTH + 2):
        stage.call("evm_mine")
        stage.machine.rotation.step()


def fail(stage: Stage) -> None:
    """The payer has nothing for some blocks."""
    funds = "0x" + (10**20).to_bytes(16, "big").hex().lstrip("0")
    account = stage.chain.account.address
    stage.once("emptied", lambda: stage.call("anvil_setBalance", account, "0x0"))
    for _ in range(3):
        stage.machine.rotation.step()
        stage.call("evm_mine")
    stage.call("anvil_setBalance", account, funds)
    stage.run_until(stage.has_active)


SCENARIOS: dict[str, Callable[[Stage], None]] = {
    "rotate": rotate,
    "reorg": reorg,
    "expire": expire,
    "give_up": give_up,
    "fail": fail,
}


def differences(stage: Stage, first_nonce: int) -> list[str]:
    """How the history differs from what exactly-once asks for, judged by the chain."""
    machine, found = stage.machine, []
    head = stage.chain.node.head()
    events = machine.registry.registrations(0, head.number)
    signers = [event.signer for event in events]
    found += [f"registered twice: {one.hex()}" for one in set(signers) if signers.count(one) > 1]
    known = {from_hex(row["address"]) for row in machine.rows("SELECT address FROM signers")}
    found += [f"registered and unknown: {one.hex()}" for one in set(signers) - known]
    sent = stage.chain.node.nonce(stage.chain.sender) - first_nonce
    mined = machine.rows(
        "SELECT count(*) AS n FROM transactions WHERE outcome IN ('succeeded', 'reverted')"
    )[0]["n"]
    if sent != mined:
        found.append(f"{sent} transactions are mined, and {mined} are on record as mined")
    reverted = machine.rows("SELECT hash FROM transactions WHERE outcome = 'reverted'")
    found += [f"reverted: {row['hash']}" for row in reverted]
    active = machine.history.active()
    if active is None or active.address not in machine.signer.addresses():
        found.append("no active signer whose key is there")
    elif not machine.registry.vouches_for(active.address):
        found.append("the active signer is not registered")
    open_ones = machine.rows(
        "SELECT address FROM signers WHERE stage NOT IN ('abandoned', 'retired')"
    )
    held = {one.hex() for one in machine.signer.addresses()}
    found += [
        f"still open without a key: {row['address']}"
        for row in open_ones
        if row["address"][2:] not in held
    ]
    unexplained = machine.rows(
        "SELECT address FROM signers WHERE stage IN ('abandoned', 'retired') AND reason IS NULL"
    )
    return found + [f"closed without a reason: {row['address']}" for row in unexplained]
