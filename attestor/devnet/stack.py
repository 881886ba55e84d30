"""Starts and stops the whole stack, and writes devnet.json with its addresses."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account

from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.config.example import in_toml
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.devnet.accounts import COUNT, funded_accounts
from attestor.devnet.anvil import Anvil
from attestor.devnet.anvil import find as find_anvil
from attestor.devnet.deployment import Deployment, DevelopmentDeployer, fund
from attestor.devnet.folder import (
    ANVIL_LOG,
    DAEMON_LOG,
    DATABASE,
    DEPLOYMENT,
    DESCRIPTION,
    PAYER_KEY,
    SETTINGS,
    DevnetFolder,
)
from attestor.devnet.mined_at_once import MinedAtOnce
from attestor.devnet.pccs import Pccs
from attestor.devnet.ports import free_port, require_free
from attestor.errors import DaemonFailed, DatabaseInvalid
from attestor.quote.simulated import SimulatedPlatform
from attestor.store.database import Store
from attestor.store.moving import jobs_path
from attestor.store.opening import HISTORY, JOBS, DatabaseKind

CHAIN_ID = 31337
READY_SECONDS = 120.0
STOP_SECONDS = 20.0


def end_in_order() -> None:
    """Let SIGINT, SIGTERM and SIGHUP, by which a terminal that is closed ends what runs in it,
    raise KeyboardInterrupt, so that nothing of a stack is left.

    A shell that starts us in the background has SIGINT ignored, and Python keeps that.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


@dataclass(frozen=True)
class DevnetOptions:
    """How the stack is set up. Times are seconds."""

    folder: Path
    block_seconds: float = 1.0
    period: int = 1800
    expiry_margin: int = 900
    api_port: int = 3000
    rpc_port: int = 0
    anvil: Path | None = None
    """The program; without it, the one that is found."""
    health_port: int = 0
    """0 picks a free one."""
    seed: str = "development"
    payer_funded: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)
    """Further options of the daemon, as `ATTESTOR_…` variables."""


class Devnet:
    """A running stack. `stop` ends every process of it."""

    def __init__(self, options: DevnetOptions) -> None:
        """Start the chain. Raises `PortTaken`, `AnvilFailed`, and what `DevnetFolder` raises."""
        binary = options.anvil or find_anvil(Path.cwd())
        require_free(options.api_port, "--api-port")
        require_free(options.rpc_port, "--rpc-port")
        self.options = options
        self.health_port = options.health_port or free_port()
        self.api_port = options.api_port or free_port()
        self._files = DevnetFolder(options.folder)
        self.folder = options.folder
        self._daemon: subprocess.Popen[bytes] | None = None
        self.platform = SimulatedPlatform(
            seed=options.seed.encode(), chain_id=CHAIN_ID, now=int(time.time())
        )
        self.pccs = Pccs(self.platform)
        self.anvil = Anvil(
            CHAIN_ID,
            options.block_seconds,
            self.folder / ANVIL_LOG,
            port=options.rpc_port,
            accounts=COUNT,
            binary=binary,
        )
        self.node = Node(Rpc(self.anvil.url), CHAIN_ID)

    def deploy(self) -> Deployment:
        """Deploy the contracts that trust the simulated platform, with its collateral."""
        node = Node(MinedAtOnce(self.node.rpc), CHAIN_ID)
        self.deployer = DevelopmentDeployer(node, self._files.begin(DEPLOYMENT))
        self.deployment = self.deployer.deploy_all(self.platform)
        self._files.finish(DEPLOYMENT)
        return self.deployment

    def start_daemon(self) -> None:
        """Write the configuration and start `attestor run` with it."""
        payer = Account.create()
        if self.options.payer_funded:
            fund(self.node, from_hex(payer.address))
        self.payer_address = payer.address
        key_file = self._files.write(PAYER_KEY, to_hex(payer.key), 0o600)
        self._files.write(SETTINGS, self._configuration(key_file))
        self._files.write(DESCRIPTION, json.dumps(self.description(), indent=2) + "\n")
        self.restart_daemon()

    def restart_daemon(self) -> None:
        """Start `attestor run` on what is there."""
        log = self.log_file.open("ab")
        self._daemon = subprocess.Popen(
            [sys.executable, "-P", "-m", "attestor", "run", "--config", str(self.config_file)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={
                "PATH": os.defpath,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                **self.options.environment,
            },
            cwd=self.folder,
            # Ctrl-C must reach only this process, which then stops the daemon.
            start_new_session=True,
        )
        log.close()

    def wait_for_signer(self, known: Callable[[bytes], bool] = lambda signer: True) -> bytes:
        """The active signer, once there is one that `known` accepts."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._daemon is None or self._daemon.poll() is not None:
                raise DaemonFailed(f"the daemon ended: {self._last_lines()}")
            signer = self.active_signer()
            if signer is not None and known(signer):
                return signer
            time.sleep(0.1)
        raise DaemonFailed(f"no signer became active in time: {self._last_lines()}")

    def active_signer(self) -> bytes | None:
        """The active signer as the database has it."""
        rows = self.rows("SELECT address FROM signers WHERE stage = 'active'")
        return from_hex(rows[0]["address"]) if rows else None

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """A query of the daemon's database; nothing while the daemon has not made it yet."""
        return self._rows(self.database, HISTORY, sql, *parameters)

    def job_rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """A query of the jobs' database, which is made as the other."""
        return self._rows(jobs_path(self.database), JOBS, sql, *parameters)

    def _rows(
        self, path: Path, kind: DatabaseKind, sql: str, *parameters: Any
    ) -> list[dict[str, Any]]:
        try:
            store = Store.open_to_read(path, kind)
        except DatabaseInvalid:
            return []
        try:
            return store.rows(sql, *parameters)
        finally:
            store.close()

    def stop_daemon(self) -> int | None:
        """Ask the daemon to end, as systemd would; its exit code."""
        if self._daemon is None:
            return None
        if self._daemon.poll() is None:
            self._daemon.send_signal(signal.SIGTERM)
            try:
                self._daemon.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._daemon.kill()
        return self._daemon.wait()

    def stop(self) -> None:
        """End everything."""
        self.stop_daemon()
        self.pccs.stop()
        self.anvil.stop()
        self._files.close()

    def wait(self) -> None:
        """Until the daemon ends by itself, which is a failure, or a signal arrives."""
        assert self._daemon is not None
        self._daemon.wait()
        raise DaemonFailed(f"the daemon ended: {self._last_lines()}")

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    @property
    def deployment_file(self) -> Path:
        return self.folder / DEPLOYMENT

    @property
    def config_file(self) -> Path:
        return self.folder / SETTINGS

    @property
    def log_file(self) -> Path:
        return self.folder / DAEMON_LOG

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    def description(self) -> dict[str, Any]:
        """Addresses and endpoints, as written to devnet.json."""
        return {
            "platform": "SIMULATED",
            "chain_id": CHAIN_ID,
            "rpc_url": self.anvil.url,
            "api_url": self.api_url,
            "contracts": {
                "CollateralStore": checksummed(self.deployment.store.address),
                "DcapVerifier": checksummed(self.deployment.verifier.address),
                "TEERegistry": checksummed(self.deployment.registry.address),
                "MultiProof": checksummed(self.deployment.multiproof.address),
            },
            "owner": self.deployer.account.address,
            "owner_key": to_hex(self.deployer.account.key),
            "status_page": f"http://127.0.0.1:{self.health_port}/",
            "payer": self.payer_address,
            "accounts": [asdict(account) for account in funded_accounts()],
            "pccs_url": self.pccs.url,
            "fmspc": self.platform.variation.machine.fmspc.hex().upper(),
            "measurement": to_hex(self.platform.measurement_id),
            "database": str(self.database),
            "config": str(self.config_file),
        }

    def _configuration(self, key_file: Path) -> str:
        options = self.options
        return f"""# A development chain with a SIMULATED platform.
[chain]
rpc_url = "{self.anvil.url}"
id = {CHAIN_ID}
deployment = {in_toml(str(self.deployment_file))}
poll_seconds = {max(0.1, options.block_seconds / 4):g}

[payer]
key_file = {in_toml(str(key_file))}

[quote]
provider = "simulated"
collateral = "{self.pccs.url}"
simulation_seed = {in_toml(str(options.seed))}

[rotation]
period_seconds = {options.period}
expiry_margin_seconds = {options.expiry_margin}

[api]
port = {self.api_port}

[health]
port = {self.health_port}

[store]
path = {in_toml(str(self.database))}

[log]
format = "human"
"""

    def _last_lines(self) -> str:
        lines = self.log_file.read_text(errors="replace").strip().splitlines()
        return " | ".join(lines[-3:]) or "it logged nothing"
