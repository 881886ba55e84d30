"""A daemon's life: rotations, restarts, lost processes, and starts that must not succeed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from integration.daemon.conftest import StartDevnet

from attestor.audit import registrations, verify
from attestor.chain.registry import Registry
from attestor.config import ROOT
from attestor.devnet.deployment import fund
from attestor.devnet.stack import Devnet
from attestor.store.database import Store


def attestor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator would, for at most a minute."""
    return subprocess.run(
        [sys.executable, "-m", "attestor", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.defpath, **environment},
        cwd=ROOT,
        check=False,
    )


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.05)


def sound(devnet: Devnet) -> None:
    registry = Registry(devnet.node, devnet.deployment.registry.address)
    store = Store.open_to_read(devnet.database)
    head = devnet.node.head().number
    events = registrations.registration_events(store, head, registry.registrations)
    assert verify.journal_faults(store) == []
    assert verify.table_faults(store) == []
    assert registrations.chain_faults(store, events) == []
    store.close()


def test_rotation__short_period__active_signer_is_always_registered(start: StartDevnet) -> None:
    devnet = start(period=5)
    registry = Registry(devnet.node, devnet.deployment.registry.address)
    seen = {devnet.wait_for_signer()}
    while len(seen) < 3:
        active = devnet.active_signer()
        assert active is not None, "a moment without an active signer"
        assert registry.vouches_for(active)
        seen.add(active)
        time.sleep(0.05)
    assert devnet.stop_daemon() == 0
    sound(devnet)


def test_stop__sigterm__ends_cleanly_and_closes_the_history(start: StartDevnet) -> None:
    devnet = start()
    devnet.wait_for_signer()
    assert devnet.stop_daemon() == 0
    assert devnet.rows("SELECT stage FROM signers") == [{"stage": "retired"}]
    sound(devnet)


def test_restart__after_kill__registers_anew_and_keeps_the_history(start: StartDevnet) -> None:
    devnet = start()
    first = devnet.wait_for_signer()
    assert devnet._daemon is not None
    devnet._daemon.kill()
    devnet._daemon.wait()
    devnet.restart_daemon()
    second = devnet.wait_for_signer(lambda found: found != first)
    assert second != first
    assert devnet.stop_daemon() == 0
    sound(devnet)


def test_signer_process__killed__daemon_stops_and_says_why(start: StartDevnet) -> None:
    devnet = start(period=4)
    devnet.wait_for_signer()
    assert devnet._daemon is not None
    found = subprocess.run(
        ["pgrep", "-P", str(devnet._daemon.pid), "-f", "attestor.signer"],
        capture_output=True,
        text=True,
        check=True,
    )
    os.kill(int(found.stdout), signal.SIGKILL)
    assert devnet._daemon.wait(30) == 70
    assert "signer_gone" in devnet.log_file.read_text()


def test_payer__without_funds__is_journaled_and_mends_itself(start: StartDevnet) -> None:
    devnet = start(payer_funded=False)

    def noted() -> bool:
        found = devnet.rows("SELECT evidence FROM journal WHERE event = 'step_failed'")
        return any("payer_empty" in row["evidence"] for row in found)

    wait_until(noted, "the empty payer is in the journal")
    assert devnet.active_signer() is None
    fund(devnet.node, bytes.fromhex(devnet.payer_address[2:]))
    devnet.wait_for_signer()


def test_run__second_daemon_on_one_database__is_refused(start: StartDevnet) -> None:
    devnet = start()
    devnet.wait_for_signer()
    assert devnet._daemon is not None
    result = attestor("run", "--config", str(devnet.config_file))
    assert result.returncode == 2
    assert "another attestor runs with" in result.stderr
    assert f"as process {devnet._daemon.pid}" in result.stderr


def test_run__second_daemon_by_a_link_to_the_database__is_refused_before_it_asks_a_node(
    start: StartDevnet, tmp_path: Path, port: int
) -> None:
    devnet = start()
    devnet.wait_for_signer()
    link = tmp_path / "link.sqlite"
    link.symlink_to(devnet.database)
    nobody = ["--chain-rpc-url", "http://127.0.0.1:9", "--store-path", str(link)]
    result = attestor("run", "--config", str(devnet.config_file), *nobody)
    assert result.returncode == 2
    assert "another attestor runs with" in result.stderr


def test_run__payer_or_port_taken__says_which(start: StartDevnet, tmp_path: Path) -> None:
    devnet = start()
    devnet.wait_for_signer()
    other = ["run", "--config", str(devnet.config_file), "--store-path", str(tmp_path / "other")]
    same_payer = attestor(*other, "--api-port", "0", "--health-port", "0")
    assert same_payer.returncode == 2
    assert f"sends from {devnet.payer_address} on chain" in same_payer.stderr
    key = tmp_path / "other.key"
    key.touch(mode=0o600)
    key.write_text("0x" + "00" * 31 + "02")
    result = attestor(*other, "--payer-key-file", str(key))
    assert result.returncode == 2
    assert f"cannot listen on 127.0.0.1:{devnet.options.api_port}" in result.stderr


def test_run__machine_of_another_root__says_the_contracts_reason(start: StartDevnet) -> None:
    # Another machine, whose collateral is its own: our gate takes its quotes, the contracts do not.
    environment = {"ATTESTOR_QUOTE_SIMULATION_SEED": "another", "ATTESTOR_QUOTE_COLLATERAL": ""}
    devnet = start(environment=environment)

    def noted() -> bool:
        found = devnet.rows("SELECT evidence FROM journal WHERE event = 'step_failed'")
        return any("registration_rejected" in row["evidence"] for row in found)

    wait_until(noted, "the refusal is in the journal")
    assert devnet.rows("SELECT * FROM transactions") == [], "nothing was paid for"


def configured(tmp_path: Path, url: str, chain_id: int, registry: str = "0x" + "11" * 20) -> Path:
    key = tmp_path / "payer.key"
    key.write_text("0x" + "00" * 31 + "01")
    key.chmod(0o600)
    file = tmp_path / "attestor.toml"
    file.write_text(
        f"[chain]\nrpc_url = '{url}'\nid = {chain_id}\nregistry = '{registry}'\n"
        f"[payer]\nkey_file = '{key}'\n[store]\npath = '{tmp_path / 'a.sqlite'}'\n"
        "[quote]\nprovider = 'simulated'\n[api]\nport = 0\n[health]\nport = 0\n"
    )
    return file


def test_run__endpoint_down__exits_as_unreachable(tmp_path: Path, port: int) -> None:
    result = attestor(
        "run", "--config", str(configured(tmp_path, f"http://127.0.0.1:{port}", 31337))
    )
    assert result.returncode == 3
    assert f"http://127.0.0.1:{port} did not answer eth_chainId" in result.stderr
    assert "Traceback" not in result.stderr


def test_run__another_chain__exits_naming_both(tmp_path: Path, start_anvil: Any) -> None:
    anvil = start_anvil(chain_id=1337)
    result = attestor("run", "--config", str(configured(tmp_path, anvil.url, 31337)))
    assert result.returncode == 2
    assert "is on chain id 1337, expected 31337" in result.stderr


def test_run__no_registry_there__says_so(tmp_path: Path, start_anvil: Any) -> None:
    anvil = start_anvil()
    result = attestor("run", "--config", str(configured(tmp_path, anvil.url, 31337)))
    assert result.returncode == 2
    assert "no TEERegistry answers at 0x1111111111111111111111111111111111111111" in result.stderr


def test_run__simulation_on_a_real_chain_id__is_refused(start: StartDevnet, tmp_path: Path) -> None:
    """The chain claims to be mainnet: neither gate nor signer process may simulate there."""
    from attestor.devnet.anvil import Anvil

    devnet = start()
    anvil = Anvil(1, None, tmp_path / "mainnet.log")
    try:
        registry = "0x" + devnet.deployment.registry.address.hex()
        code = devnet.node.rpc.call("eth_getCode", [registry, "latest"])
        from attestor.chain.rpc import Rpc

        rpc = Rpc(anvil.url)
        rpc.call("anvil_setCode", [registry, code])
        for slot in range(12):
            value = devnet.node.rpc.call("eth_getStorageAt", [registry, hex(slot), "latest"])
            rpc.call("anvil_setStorageAt", [registry, "0x" + f"{slot:064x}", value])
        file = configured(tmp_path, anvil.url, 1, registry)
        result = attestor("run", "--config", str(file))
    finally:
        anvil.stop()
    assert result.returncode == 2
    assert "simulated and refuses chain id 1" in result.stderr
