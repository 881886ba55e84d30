"""The daemon's collateral duty and the commands, on a devnet whose collateral ends in two days."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from eth_account import Account

from attestor.collateral.expiry import OwnMachine
from attestor.config import ROOT
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.devnet.deployment import fund
from attestor.devnet.stack import CHAIN_ID, Devnet, DevnetOptions
from attestor.quote.collateral import Collateral
from attestor.quote.simulated import SimulatedPlatform

DAY = 86_400
WAIT_SECONDS = 60.0


def made(folder: Path, port: int, environment: dict[str, str]) -> Devnet:
    """A devnet whose deployment uploaded what was issued 28 days ago."""
    options = DevnetOptions(
        folder=folder,
        block_seconds=0.5,
        period=2400,
        api_port=port,
        environment={"ATTESTOR_COLLATERAL_INTERVAL_SECONDS": "1", **environment},
    )
    devnet = Devnet(options)
    devnet.platform = SimulatedPlatform(
        options.seed.encode(), CHAIN_ID, int(time.time()) - 28 * DAY
    )
    devnet.deploy()
    return devnet


def funded_key(devnet: Devnet) -> tuple[Path, str]:
    account = Account.create()
    fund(devnet.node, from_hex(account.address))
    file = devnet.folder / "collateral.key"
    file.touch(mode=0o600)
    file.write_text(to_hex(account.key))
    return file, account.address


def within(seconds: float, found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def health(devnet: Devnet) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = requests.get(f"{devnet.api_url}/health", timeout=5).json()
    except requests.ConnectionError:
        return {}
    return answer


def attestor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "attestor", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": os.defpath},
        cwd=ROOT,
        check=False,
    )


@pytest.fixture
def stopping() -> Iterator[list[Devnet]]:
    running: list[Devnet] = []
    yield running
    for devnet in running:
        devnet.stop()


def test_daemon__with_the_task__renews_before_the_end(
    tmp_path: Path, port: int, stopping: list[Devnet]
) -> None:
    environment = {
        "ATTESTOR_COLLATERAL_ENABLED": "true",
        "ATTESTOR_COLLATERAL_PAYER_KEY_FILE": str(tmp_path / "collateral.key"),
    }
    devnet = made(tmp_path, port, environment)
    stopping.append(devnet)
    _, address = funded_key(devnet)
    devnet.start_daemon()
    done = "SELECT * FROM upload_history WHERE outcome = 'succeeded'"
    rows = within(WAIT_SECONDS, lambda: len(found := devnet.rows(done)) == 5 and found)
    assert {checksummed(from_hex(row["payer"])) for row in rows} == {address}
    within(WAIT_SECONDS, lambda: health(devnet) == {"ok": True})
    metrics = requests.get(f"{devnet.api_url}/metrics", timeout=5).text
    assert "attestor_collateral_failing 0" in metrics
    audited = attestor("audit", "--database", str(devnet.database), "verify")
    assert audited.returncode == 0, audited.stdout
    assert devnet.stop_daemon() == 0


def test_daemon__pccs_is_away__metrics_say_that_it_cannot_be_renewed(
    tmp_path: Path, port: int, stopping: list[Devnet]
) -> None:
    """What AttestorCollateralEnding goes by, while there are days left."""
    environment = {
        "ATTESTOR_COLLATERAL_ENABLED": "true",
        "ATTESTOR_COLLATERAL_PAYER_KEY_FILE": str(tmp_path / "collateral.key"),
    }
    devnet = made(tmp_path, port, environment)
    stopping.append(devnet)
    funded_key(devnet)
    devnet.pccs.stop()
    devnet.start_daemon()

    def failing() -> bool:
        try:
            text = requests.get(f"http://127.0.0.1:{devnet.health_port}/metrics", timeout=5).text
        except requests.ConnectionError:
            return False
        return "attestor_collateral_failing 1" in text

    within(WAIT_SECONDS, failing)


def warning_of_collateral(devnet: Devnet) -> str | None:
    warnings = {one["code"]: one["message"] for one in health(devnet).get("warnings", [])}
    return warnings.get("collateral_ends")


def test_daemon__without_the_task__warns_and_the_command_mends_it(
    tmp_path: Path, port: int, stopping: list[Devnet]
) -> None:
    devnet = made(tmp_path, port, {})
    stopping.append(devnet)
    key_file, _ = funded_key(devnet)
    devnet.start_daemon()
    told = within(WAIT_SECONDS, lambda: warning_of_collateral(devnet))
    assert "on chain expires in 2.0 days" in told
    assert "collateral.enabled is off" in told

    fmspc = OwnMachine.of(devnet.platform.quote(bytes(64))).kind.fmspc.hex()
    machine = ["--pcs-url", devnet.pccs.url, "--fmspc", fmspc]
    chain = ["--rpc-url", devnet.anvil.url, "--file", str(devnet.deployment_file)]
    shown = attestor("collateral", "show", *chain, *machine, "--margin-days", "7")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("upload: newer") == 5
    assert shown.stdout.count("leave: on chain") == 2
    payer = ["--payer-key-file", str(key_file), "--yes"]
    first = attestor("collateral", "upload", *chain, *machine, "--margin-days", "7", *payer)
    assert first.returncode == 0, first.stderr
    assert "5 uploaded, gas " in first.stdout
    again = attestor("collateral", "upload", *chain, *machine, "--margin-days", "7", *payer)
    assert again.stdout.endswith("nothing to upload\n")
    within(WAIT_SECONDS, lambda: health(devnet) == {"ok": True})

    output = tmp_path / "collateral.json"
    fetched = attestor("collateral", "fetch", *machine, str(output))
    assert fetched.returncode == 0, fetched.stderr
    assert json.loads(Collateral.from_json(output.read_bytes()).tcb_info)["fmspc"] == fmspc.upper()


def test_upload__refused_and_unreachable__have_their_exit_codes(
    tmp_path: Path, port: int, stopping: list[Devnet]
) -> None:
    devnet = made(tmp_path, port, {})
    stopping.append(devnet)
    key_file, _ = funded_key(devnet)
    fmspc = OwnMachine.of(devnet.platform.quote(bytes(64))).kind.fmspc.hex()
    payer = ["--payer-key-file", str(key_file), "--yes"]
    chain = ["--rpc-url", devnet.anvil.url]
    machine = ["--fmspc", fmspc, "--pcs-url"]
    nowhere = attestor(
        "collateral",
        "upload",
        *chain,
        "--store",
        "0x" + "11" * 20,
        *machine,
        devnet.pccs.url,
        *payer,
    )
    assert (nowhere.returncode, "collateral_store_invalid" in nowhere.stderr) == (2, True)
    file = ["--file", str(devnet.deployment_file)]
    down = attestor(
        "collateral", "upload", *chain, *file, *machine, f"http://127.0.0.1:{port}", *payer
    )
    assert (down.returncode, "collateral_unreachable" in down.stderr) == (3, True)
    devnet.node.rpc.call(
        "anvil_setBalance", [Account.from_key(key_file.read_text()).address, "0x0"]
    )
    broke = attestor("collateral", "upload", *chain, *file, *machine, devnet.pccs.url, *payer)
    assert (broke.returncode, "payer_empty" in broke.stderr) == (3, True)
    assert "root CRL: payer" in broke.stderr
