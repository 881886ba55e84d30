"""Two development chains, each with its own contracts, and one daemon that follows both."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from cases.ports import free_port
from eth_account import Account

from attestor.chain.multiproof import MultiProof
from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.config import ROOT
from attestor.core.text import from_hex, to_hex
from attestor.devnet.anvil import Anvil
from attestor.devnet.deployment import DevelopmentDeployer, fund
from attestor.devnet.pccs import Pccs
from attestor.errors import DatabaseInvalid
from attestor.quote.simulated import SimulatedPlatform
from attestor.store.database import Store

SEED = "development"
BLOCK_SECONDS = 0.5
SECONDS = 90.0
IDS = {"first": 31337, "second": 1337}


class OneChain:
    """An anvil with our contracts, which trust a simulated platform, and a funded payer."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        chain_id = IDS[name]
        self.platform = SimulatedPlatform(SEED.encode(), chain_id, int(time.time()))
        self.pccs = Pccs(self.platform)
        self.anvil = Anvil(chain_id, BLOCK_SECONDS, folder / f"anvil-{name}.log")
        self.node = Node(Rpc(self.anvil.url), chain_id)
        done = DevelopmentDeployer(self.node).deploy_all(self.platform)
        self.registry = Registry(self.node, done.registry.address)
        self.multiproof = MultiProof(self.node, done.multiproof.address)
        payer = Account.create()
        fund(self.node, from_hex(payer.address))
        self.key_file = folder / f"payer-{name}"
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(to_hex(payer.key))

    @property
    def registration(self) -> str:
        return f"{self.node.chain_id}:{to_hex(self.registry.address)}"

    def options(self) -> str:
        return f"""
[chains.{self.name}]
rpc_url = "{self.anvil.url}"
id = {self.node.chain_id}
registry = "{to_hex(self.registry.address)}"
multiproof = "{to_hex(self.multiproof.address)}"
[chains.{self.name}.payer]
key_file = "{self.key_file}"
[chains.{self.name}.quote]
collateral = "{self.pccs.url}"
"""

    def stop(self) -> None:
        self.pccs.stop()
        self.anvil.stop()


class TwoChains:
    """The daemon, which can be started again, and its chains by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chains = {name: OneChain(folder, name) for name in IDS}
        self.port, self.health_port = free_port(), free_port()
        self.log = folder / "daemon.log"
        self.config = folder / "attestor.toml"
        self.daemon: subprocess.Popen[bytes] | None = None

    def options(self) -> str:
        return self.shared_options() + "".join(one.options() for one in self.chains.values())

    def shared_options(self) -> str:
        return f"""
[chain]
poll_seconds = 0.2
[quote]
provider = "simulated"
simulation_seed = "{SEED}"
[api]
port = {self.port}
wait_seconds = 30
[health]
port = {self.health_port}
[store]
path = "{self.folder}/attestor.sqlite"
"""

    def start(self) -> None:
        self.config.write_text(self.options())
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(
                [sys.executable, "-m", "attestor", "run", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.defpath},
                cwd=ROOT,
                start_new_session=True,
            )

    def stop(self) -> int:
        assert self.daemon is not None
        if self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
        try:
            return self.daemon.wait(20)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            raise

    def close(self) -> None:
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()
        for chain in self.chains.values():
            chain.stop()

    def database(self, name: str) -> Path:
        return self.folder / f"attestor-{name}.sqlite"

    def rows(self, name: str, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        try:
            store = Store.open_to_read(self.database(name))
        except DatabaseInvalid:
            return []  # It is not made yet.
        try:
            return store.rows(sql, *parameters)
        finally:
            store.close()

    def signer(self, name: str) -> bytes | None:
        rows = self.rows(name, "SELECT address FROM signers WHERE stage = 'active'")
        return from_hex(rows[0]["address"]) if rows else None

    def wait_for_signer(self, name: str) -> bytes:
        self.until(lambda: self.signer(name) is not None, f"{name} has a signer")
        found = self.signer(name)
        assert found is not None
        return found

    def until(self, condition: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            told = self.log.read_text()[-3000:]
            assert self.daemon is not None
            assert self.daemon.poll() is None, f"the daemon ended: {told}"
            assert time.monotonic() < deadline, f"waited in vain until {what}: {told}"
            time.sleep(0.1)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, url, timeout=60, **options)

    def health(self, query: str = "", at_daemon: bool = True) -> requests.Response:
        port = self.health_port if at_daemon else self.port
        return requests.get(f"http://127.0.0.1:{port}/health{query}", timeout=10)
