"""The commands as an operator types them, on real parts."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from attestor.config import ROOT
from attestor.core.text import checksummed
from attestor.devnet.stack import Devnet
from attestor.programs import ELF_FOLDER, elf, fibonacci
from attestor.store.database import Store

ENVIRONMENT = {"PATH": os.defpath}


def attestor(*arguments: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "attestor", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=ENVIRONMENT,
        cwd=ROOT,
        check=False,
    )


def chain(devnet: Devnet) -> list[str]:
    registry = "0x" + devnet.deployment.registry.address.hex()
    return ["--rpc-url", devnet.anvil.url, "--registry", registry]


def prove(devnet: Devnet, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = str(ELF_FOLDER / "fibonacci.elf")
    return attestor("prove", program, "--url", devnet.api_url, *chain(devnet), *arguments)


def test_prove__fibonacci__prints_the_checked_proof(devnet: Devnet) -> None:
    result = prove(devnet, "--stdin", "u32:10", "--json")
    assert result.returncode == 0, result.stderr
    proof = json.loads(result.stdout)
    assert proof["public_values"] == "0x0a0000003700000059000000"
    assert proof["program_vkey"].startswith("0x00")
    assert len(bytes.fromhex(proof["signature"][2:])) == 65
    again = prove(devnet, "--stdin", "hex:0a000000", "--program-vkey", proof["program_vkey"])
    assert again.returncode == 0
    assert proof["program_vkey"] in again.stdout


def test_prove__other_program_expected__prints_nothing(devnet: Devnet) -> None:
    result = prove(devnet, "--stdin", "u32:10", "--program-vkey", "0x" + "00" * 32)
    assert result.returncode == 4
    assert result.stdout == ""
    assert "not 0x0000" in result.stderr


def test_prove__registry_elsewhere__is_an_error(devnet: Devnet) -> None:
    program = str(ELF_FOLDER / "fibonacci.elf")
    nobody = ["--rpc-url", devnet.anvil.url, "--registry", "0x" + "11" * 20]
    result = attestor("prove", program, "--stdin", "u32:1", "--url", devnet.api_url, *nobody)
    assert result.returncode == 2
    assert "no TEERegistry answers" in result.stderr


def test_prove__stdin_missing__passes_the_reason_on(devnet: Devnet) -> None:
    result = prove(devnet)
    assert result.returncode == 4
    assert "exec_exit_code" in result.stderr
    assert "stdin" in result.stderr


def test_prove__service_down__is_unreachable(devnet: Devnet, port: int) -> None:
    program = str(ELF_FOLDER / "fibonacci.elf")
    url = f"http://127.0.0.1:{port}"
    result = attestor("prove", program, "--stdin", "u32:1", "--url", url, *chain(devnet))
    assert result.returncode == 3
    assert "prover_unreachable" in result.stderr


def test_audit__each_format__shows_the_active_signer(devnet: Devnet) -> None:
    signer = devnet.active_signer()
    assert signer is not None
    name = checksummed(signer)
    database = ["--database", str(devnet.database)]
    table = attestor("audit", *database)
    assert name[:13] in table.stdout
    rows = json.loads(attestor("audit", *database, "--format", "json").stdout)
    assert [row["signer"] for row in rows] == [name]
    assert rows[0]["outcome"] == "succeeded"
    assert rows[0]["gas_used"] > 21_000
    parsed = list(
        csv.DictReader(io.StringIO(attestor("audit", *database, "--format", "csv").stdout))
    )
    assert parsed[0]["transaction_hash"] == rows[0]["transaction_hash"]


def test_audit_verify__running_daemon__agrees_with_the_chain(devnet: Devnet) -> None:
    result = attestor("audit", "--database", str(devnet.database), "verify", *chain(devnet))
    assert result.returncode == 0, result.stdout
    assert sum(line.endswith(" ok") for line in result.stdout.splitlines()) == 5


def test_audit_verify__tampered_copy__names_the_fault(devnet: Devnet, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    reader = Store.open_to_read(devnet.database)
    reader.tables.execute(f"VACUUM INTO '{copy}'")
    reader.close()
    forged = Store.open(copy)
    with forged.transaction():
        forged.tables.execute("UPDATE registrations SET valid_until = valid_until + 1")
    forged.close()
    result = attestor("audit", "--database", str(copy), "verify", *chain(devnet))
    assert result.returncode == 4
    assert "valid_until is" in result.stdout
    assert "audit_failed" in result.stderr


def test_audit__no_database__says_which(tmp_path: Path) -> None:
    result = attestor("audit", "--database", str(tmp_path / "none.sqlite"))
    assert result.returncode == 2
    assert "no database at" in result.stderr


def test_quote__of_a_registered_signer__shows_its_measurement(
    devnet: Devnet, tmp_path: Path
) -> None:
    row = devnet.rows("SELECT raw, measurement, hash FROM quotes")[0]
    file = tmp_path / "quote.bin"
    file.write_bytes(row["raw"])
    shown = json.loads(attestor("quote", str(file), "--json").stdout)
    assert (shown["measurement"], shown["hash"]) == (row["measurement"], row["hash"])
    assert shown["body"] == "TD_10"
    assert (shown["fmspc"], shown["pck_ca"]) == (b"SIMDEV".hex().upper(), "platform")
    assert shown["acceptable"].startswith("yes")


@pytest.mark.parametrize("content", [b"", b"not a quote", elf(fibonacci.NAME)])
def test_quote__not_a_quote__is_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "quote.bin"
    file.write_bytes(content)
    result = attestor("quote", str(file))
    assert result.returncode == 4
    assert len(result.stderr.splitlines()) == 1
    assert "quote_invalid" in result.stderr


def test_devnet__started_and_interrupted__writes_its_file_and_leaves_nothing(
    tmp_path: Path, port: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "attestor", "devnet", "--folder", str(tmp_path / "net"),
         "--block-seconds", "0.25", "--api-port", str(port), "--rpc-port", "0"],
        stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("written to"):
            break
    described = json.loads((tmp_path / "net" / "devnet.json").read_text())
    assert described["platform"] == "SIMULATED"
    assert any(described["contracts"]["TEERegistry"] in line for line in lines)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 0
    found = subprocess.run(
        ["pgrep", "-f", str(tmp_path / "net")], capture_output=True, text=True, check=False
    )
    assert found.stdout == "", "a process of the devnet is left"


def test_demo__whole_way__every_step_has_its_evidence(tmp_path: Path, port: int) -> None:
    result = attestor(
        "demo", "--folder", str(tmp_path / "demo"), "--api-port", str(port), timeout=300
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for step in (
        "chain", "TEERegistry deployed", "SIMULATED quote verified", "registered",
        "fibonacci executed", "header-chain executed", "never unregistered", "history verified",
    ):  # fmt: skip
        assert step in result.stdout
    assert result.stdout.count("MultiProof accepts") == 2
    assert result.stdout.count("one bit changed") == 2
    assert result.stdout.count("rotated to") >= 2


def test_demo__port_taken__fails_and_says_so(devnet: Devnet, tmp_path: Path) -> None:
    taken = str(devnet.options.api_port)
    result = attestor("demo", "--folder", str(tmp_path / "demo"), "--api-port", taken)
    assert result.returncode == 2
    assert f"cannot listen on 127.0.0.1:{taken}" in result.stderr
