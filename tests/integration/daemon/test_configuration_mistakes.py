"""Mistakes in a configuration, as whoever types `attestor run` meets them: the process ends with
the fault and what to do, and nothing was paid."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases.mistakes import KEY, MISTAKES, Mistake, make_folder
from cases.ports import free_port

from attestor.core.text import from_hex
from attestor.devnet.stack import Devnet, DevnetOptions

REAL = (
    "key typo", "variable typo", "key in a variable", "syntax", "port", "two payers", "short key",
    "key of others", "wrong password", "executor", "public without names", "expired certificate",
)  # fmt: skip
SECONDS = 60


def run(file: Path, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """How `attestor run` ends by itself, and what it printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "attestor", "run", "--config", str(file)],
        env={"PATH": os.defpath, **(environment or {})},
        capture_output=True,
        timeout=SECONDS,
        text=True,
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(
    "mistake", [one for one in MISTAKES if one.name in REAL], ids=lambda one: str(one.name)
)
def test_run__mistake__ends_with_the_fault(tmp_path: Path, mistake: Mistake) -> None:
    make_folder(tmp_path)
    file = tmp_path / "attestor.toml"
    file.write_text(mistake.text(tmp_path))
    code, told = run(file, mistake.environment)
    assert code == 2
    assert any(all(part in line for part in mistake.told) for line in told.splitlines()), told
    assert "Traceback" not in told
    assert KEY not in told
    assert not (tmp_path / "attestor.sqlite").exists()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """A chain with contracts whose daemon ran once, and is stopped."""
    folder = tmp_path_factory.mktemp("mistakes") / "net"
    devnet = Devnet(DevnetOptions(folder=folder, block_seconds=0.25, api_port=free_port()))
    devnet.deploy()
    devnet.start_daemon()
    try:
        devnet.wait_for_signer()
        devnet.stop_daemon()
        yield devnet
    finally:
        devnet.stop()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("id = 31337", "id = 1337", ("is for chain 31337, but chain.id is 1337",)),
        ("deployment = ", 'registry = "0x{code}"\n#', ("registry_invalid",)),
        ("period_seconds = ", "period_seconds = 99999\n#", ("registry_terms_misfit", "make it")),
        (
            "expiry_margin_seconds = ",
            "expiry_margin_seconds = 99999\n#",
            ("registry_terms_misfit",),
        ),
        ("[rotation]", "[rotation]\nblock_lag = 500", ("registry_terms_misfit", "block_lag 500")),
        ("rpc_url = ", 'rpc_url = "http://127.0.0.1:9"\n#', ("rpc_unreachable",)),
    ],
    ids=["other chain", "no registry", "period", "margin", "window", "no node"],
)
def test_run__what_the_chain_contradicts__ends_before_anything_is_paid(
    stack: Devnet, tmp_path: Path, old: str, new: str, told: tuple[str, ...]
) -> None:
    text = stack.config_file.read_text()
    assert old in text
    file = tmp_path / "attestor.toml"
    changed = text.replace(old, new.replace("{code}", "11" * 20))
    if "registry =" in new:  # Another registry has another history.
        changed = changed.replace(str(stack.database), str(tmp_path / "attestor.sqlite"))
    file.write_text(changed)
    payer = from_hex(stack.payer_address)
    before = stack.node.balance(payer)
    code, printed = run(file)
    assert code in (2, 3)
    assert all(part in printed for part in told), printed
    assert "Traceback" not in printed
    assert stack.node.balance(payer) == before


def test_run__database_of_a_daemon_that_runs__says_which_process(stack: Devnet) -> None:
    stack.restart_daemon()
    try:
        stack.wait_for_signer()
        code, printed = run(stack.config_file)
    finally:
        stack.stop_daemon()
    assert code == 2
    assert "another attestor runs with" in printed
    assert "Address already in use" in printed


def test_run__history_of_another_registry__is_refused(stack: Devnet, tmp_path: Path) -> None:
    file = tmp_path / "attestor.toml"
    text = stack.config_file.read_text()
    file.write_text(text.replace("deployment = ", f'registry = "0x{"11" * 20}"\n#'))
    code, printed = run(file)
    assert code == 2
    assert "is the history of registry 0x" in printed
