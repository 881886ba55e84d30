"""The daemon on a real node: geth deploys, admits, renews and has proofs accepted, under Osaka and
under the fork after it, and goes back some blocks.

`make test-geth` builds geth, which needs Go, and runs these.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cases.ports import free_port
from eth_account import Account
from measures.chain import FUNDS, PAYER_KEY
from measures.next_fork import CHAIN_ID, GethChain, own_genesis, running
from measures.scenario import SEED, Deployment

from attestor.audit import registrations, verify
from attestor.chain.multiproof import MultiProof
from attestor.chain.registry import Registry
from attestor.client import ProverClient
from attestor.config import ROOT
from attestor.core.text import checksummed, to_hex
from attestor.errors import DatabaseInvalid, RpcError
from attestor.programs import elf, fibonacci
from attestor.store.database import Store

VERSION = "v1.17.10"
GETH = ROOT / "cache" / "geth" / VERSION / "geth"
OPTIONS = ("--dev.period", "1", "--http.api", "eth,net,web3,debug")
AFTER_OSAKA = ("bogotaTime", "amsterdamTime")
READY_SECONDS = 180.0

pytestmark = pytest.mark.skipif(
    not GETH.exists(), reason=f"geth {VERSION} is not built: make test-geth, which needs Go"
)


class Stack:
    """The contracts on geth, and a daemon."""

    def __init__(self, url: str, folder: Path, is_funded: bool) -> None:
        self.chain = GethChain(url, is_funded)
        self.deployment = Deployment(self.chain)
        self.deployment.upload(self.deployment.items())
        self.folder = folder
        self.port = free_port()
        self.registry = self.deployment.registry
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        record, folder = self.deployment.record, self.folder
        key, collateral = folder / "payer.key", folder / "collateral.json"
        key.touch(mode=0o600)
        key.write_text(to_hex(self.chain.account.key))
        collateral.write_bytes(self.deployment.platform.collateral(self.chain.start).to_json())
        (folder / "attestor.toml").write_text(f"""
[chain]
rpc_url = "{self.chain.node.rpc.url}"
id = {CHAIN_ID}
registry = "{checksummed(self.registry.address)}"
multiproof = "{checksummed(record.address("MultiProof"))}"
poll_seconds = 0.25

[payer]
key_file = "{key}"

[quote]
provider = "simulated"
collateral = "{collateral}"
simulation_seed = "{SEED.decode()}"

[rotation]
period_seconds = 15

[api]
port = {self.port}

[store]
path = "{folder / "attestor.sqlite"}"
""")
        with (folder / "attestor.log").open("wb") as log:
            self._daemon = subprocess.Popen(
                [sys.executable, "-m", "attestor", "run", "--config", folder / "attestor.toml"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.defpath},
                cwd=ROOT,
            )

    def stop(self) -> None:
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGTERM)
            self._daemon.wait(30)

    def store(self) -> Store:
        return Store.open_to_read(self.folder / "attestor.sqlite")

    def rows(self, sql: str) -> list[dict[str, Any]]:
        try:
            store = self.store()
        except DatabaseInvalid:
            return []  # The daemon has not made it yet.
        try:
            return store.rows(sql)
        finally:
            store.close()

    def kinds(self) -> list[str]:
        """Of the registrations of all signers that were ever active."""
        return [
            row["kind"]
            for row in self.rows(
                "SELECT kind FROM registrations JOIN registration_requests USING (signer) "
                "ORDER BY activated_at"
            )
        ]

    def active(self) -> str | None:
        rows = self.rows("SELECT address FROM signers WHERE stage = 'active'")
        return rows[0]["address"] if rows else None

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not is_so():
            log = (self.folder / "attestor.log").read_text()[-1500:]
            assert self._daemon is not None
            assert self._daemon.poll() is None, log
            assert time.monotonic() < deadline, f"not {what} in time: {log}"
            time.sleep(0.25)

    def faults(self) -> list[str]:
        store, head = self.store(), self.chain.node.head().number
        events = registrations.registration_events(store, head, self.registry.registrations)

        def hash_at(number: int) -> bytes | None:
            return self.chain.node.block(number).hash if number <= head else None

        found = verify.journal_faults(store) + verify.table_faults(store)
        found += registrations.chain_faults(store, events, hash_at)
        store.close()
        return found


def osaka() -> dict[str, Any]:
    """geth's own genesis without what is after Osaka, with an account that pays."""
    genesis = own_genesis(GETH)
    genesis["config"] = {k: v for k, v in genesis["config"].items() if k not in AFTER_OSAKA}
    payer = Account.from_key(PAYER_KEY).address
    genesis["alloc"][payer[2:].lower()] = {"balance": hex(FUNDS)}
    return genesis


@pytest.fixture(params=["osaka", "own genesis"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    genesis = osaka() if request.param == "osaka" else None
    with running(GETH, OPTIONS, genesis) as url:
        made = Stack(url, tmp_path, is_funded=genesis is not None)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def test_daemon__on_geth__admits_proves_and_renews(stack: Stack) -> None:
    stack.wait_until(lambda: stack.active() is not None, "active")
    registry = Registry(stack.chain.node, stack.registry.address)
    proof = ProverClient(f"http://127.0.0.1:{stack.port}", registry).prove(
        elf(fibonacci.NAME), fibonacci.stdin(10)
    )
    multiproof = MultiProof(stack.chain.node, stack.deployment.record.address("MultiProof"))
    vkey, values = proof.verifying_key.program_vkey, proof.public_values
    assert multiproof.verify_program(vkey, values, proof.signature) == (proof.signer,)
    stack.wait_until(lambda: len(stack.kinds()) >= 3, "rotated twice")
    assert stack.kinds()[:3] == ["admission", "renewal", "renewal"]
    # Where the machine is slow, one may be outbid in between.
    assert not stack.rows("SELECT hash FROM transactions WHERE outcome = 'reverted'")
    assert stack.faults() == []


def test_daemon__geth_goes_back__signs_on_with_a_registered_signer(stack: Stack) -> None:
    stack.wait_until(lambda: stack.active() is not None, "active")
    head = stack.chain.node.head()
    try:
        stack.chain.node.rpc.call("debug_setHead", [hex(head.number - 2)])
    except RpcError as error:
        pytest.skip(f"geth does not go back: {error}")
    stack.wait_until(
        lambda: stack.chain.node.head().number > head.number + 2, "beyond the old head"
    )
    assert stack.chain.node.block(head.number).hash != head.hash, "another branch"
    stack.wait_until(lambda: stack.active() is not None, "active again")
    active = stack.active()
    assert active is not None
    assert stack.registry.vouches_for(bytes.fromhex(active[2:]))
    assert stack.faults() == []
