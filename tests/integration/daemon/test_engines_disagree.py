"""A whole daemon whose engines disagree: it stops, says so, stays stopped, and is resumed.

Our engine is played by SP1's under another name; in its place as the confirming one it counts
one cycle too many while the file `lie` exists.
"""

import http.client
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from attestor import cli
from attestor.audit import verify
from attestor.config import ROOT
from attestor.core import frame
from attestor.devnet.stack import Devnet, DevnetOptions
from attestor.http import wire
from attestor.programs import elf, fibonacci
from attestor.store.database import Store

PROGRAMS = ROOT / "executor" / "target" / "release"
PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
"""One that the signer process's own user can run too: ours may be in a home folder."""
DOUBLE = """#!{python}
import json, os, struct, subprocess, sys

def decoded(data):
    size, = struct.unpack_from("{length}", data)
    start = struct.calcsize("{length}")
    return json.loads(data[start:start + size]), data[start + size:]

def encoded(header, blobs):
    text = json.dumps(header).encode()
    return struct.pack("{length}", len(text)) + text + blobs

header, blobs = decoded(sys.stdin.buffer.read())
asked = header.get("engine")
if asked is not None:
    header["engine"] = "sp1-portable"
given = encoded(header, blobs)
done = subprocess.run(["{folder}/real"], input=given, stdout=subprocess.PIPE, env={{}})
answer, blobs = decoded(done.stdout)
if asked == "attestor":
    answer.update(engine=asked, touched_pages=1, compiled_instructions=0, compile_seconds=0)
    answer.update(unconstrained_cycles=0, written_bytes=0, load_cycles=9, windows=1)
    answer.update(block_windows=0)
    answer.update(call_cycles=0)
elif asked is not None and os.path.exists("{folder}/lie"):
    answer["cycles"] += 1
sys.stdout.buffer.write(encoded(answer, blobs))
"""

Start = Callable[..., Devnet]


@pytest.fixture
def engines() -> Iterator[Path]:
    """A folder of executor programs in which the engines are doubles. Every user can run them, as
    the signer process has one of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for name in ("attestor-decode", "attestor-vkey"):
            shutil.copy(PROGRAMS / name, folder)
        shutil.copy(PROGRAMS / "attestor-execute", folder / "real")
        double = folder / "attestor-execute"
        double.write_text(DOUBLE.format(python=PYTHON, length=frame.LENGTH.format, folder=folder))
        double.chmod(0o755)
        yield folder


@pytest.fixture
def start(tmp_path: Path, port: int, engines: Path) -> Iterator[Start]:
    running: list[Devnet] = []

    def make(**options: str) -> Devnet:
        environment = {
            "ATTESTOR_EXECUTOR_DIRECTORY": str(engines),
            "ATTESTOR_EXECUTOR_ENGINE": "attestor",
            **{f"ATTESTOR_CROSS_CHECK_{name.upper()}": text for name, text in options.items()},
        }
        folder = tmp_path / "net"
        running.append(Devnet(DevnetOptions(folder, 0.25, api_port=port, environment=environment)))
        running[-1].deploy()
        running[-1].start_daemon()
        running[-1].wait_for_signer()
        return running[-1]

    yield make
    for devnet in running:
        devnet.stop()


def ask(devnet: Devnet, method: str, path: str, body: bytes = b"") -> tuple[int, bytes, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", devnet.options.api_port, timeout=60)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read(), response.headers
    finally:
        connection.close()


def prove(devnet: Devnet) -> tuple[int, bytes, Any]:
    body = wire.encode_request(elf(fibonacci.NAME), fibonacci.stdin(10))
    return ask(devnet, "POST", "/request_proof", body)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.1)


def health(devnet: Devnet) -> int:
    try:
        return ask(devnet, "GET", "/health")[0]
    except OSError:
        return 0


def require_halted(devnet: Devnet) -> None:
    wait_until(lambda: health(devnet) == 503, "the daemon is not healthy")
    status, body, headers = prove(devnet)
    assert (status, json.loads(body)["error"]["code"]) == (503, "signing_halted")
    assert headers["Retry-After"] is None
    assert b"attestor_signing_halted 1" in ask(devnet, "GET", "/metrics")[1]


def sound(devnet: Devnet) -> None:
    store = Store.open_to_read(devnet.database)
    assert verify.journal_faults(store) == []
    assert verify.table_faults(store) == []
    store.close()


def test_engines__agree__answer_and_record_say_what_was_checked(start: Start) -> None:
    devnet = start()
    status, job, _ = prove(devnet)
    assert status == 200
    status, _, headers = ask(devnet, "POST", "/wait_proof", job)
    assert status == 200
    assert headers["X-Attestor-Engine"] == "attestor"
    assert headers["X-Attestor-Cross-Check"] == "before, agreed"
    rows = devnet.rows("SELECT cycles, cross_check, finding FROM proof_history")
    assert rows == [
        {
            "cycles": int(headers["X-Attestor-Cycles"]),
            "cross_check": "before",
            "finding": "agreed",
        }
    ]
    assert health(devnet) == 200


def test_engines__disagree_before_signing__all_stops_until_the_operator_acts(
    start: Start, engines: Path
) -> None:
    devnet = start()
    (engines / "lie").touch()
    status, body, _ = prove(devnet)
    assert status in (500, 503)
    assert json.loads(body)["error"]["code"] in ("engines_disagree", "signing_halted")
    require_halted(devnet)
    wait_until(lambda: devnet.active_signer() is None, "the signer is retired")
    assert devnet.rows("SELECT * FROM proofs") == []
    assert devnet.job_rows("SELECT state, error_code FROM jobs") == [
        {"state": "failed", "error_code": "engines_disagree"}
    ]
    assert "CRITICAL signing is halted" in devnet.log_file.read_text()
    sound(devnet)

    devnet.stop_daemon()
    devnet.restart_daemon()
    require_halted(devnet)
    assert devnet.active_signer() is None

    devnet.stop_daemon()
    (engines / "lie").unlink()
    arguments = ["resume", "--database", str(devnet.database), "--reason", "the lie is gone"]
    assert CliRunner().invoke(cli.group, arguments).exit_code == 0
    devnet.restart_daemon()
    devnet.wait_for_signer()
    assert prove(devnet)[0] == 200
    assert health(devnet) == 200
    sound(devnet)


def test_engines__disagree_on_a_sample__names_the_proof_and_withholds_it(
    start: Start, engines: Path
) -> None:
    devnet = start(within_budget="sample", sample_rate="1")
    (engines / "lie").touch()
    status, job, _ = prove(devnet)
    if status == 200:
        wait_until(lambda: health(devnet) == 503, "the sample is confirmed")
        status, body, _ = ask(devnet, "POST", "/wait_proof", job)
    else:
        body = job
    assert (status, json.loads(body)["error"]["code"]) == (503, "signing_halted")
    require_halted(devnet)
    sql = "SELECT cross_check, finding, job FROM proofs"
    wait_until(lambda: devnet.rows(sql)[0]["finding"] == "disagreed", "the record says so")
    (proof,) = devnet.rows(sql)
    (found,) = devnet.rows("SELECT job, resumed_at FROM disagreements")
    assert (proof["cross_check"], found) == ("after", {"job": proof["job"], "resumed_at": None})
    sound(devnet)


def test_engines__sample_agrees__record_is_completed(start: Start) -> None:
    devnet = start(within_budget="sample", sample_rate="1")
    status, job, _ = prove(devnet)
    assert status == 200
    rows = "SELECT finding FROM proofs"
    wait_until(lambda: devnet.rows(rows) == [{"finding": "agreed"}], "the sample is confirmed")
    _, _, headers = ask(devnet, "POST", "/wait_proof", job)
    assert headers["X-Attestor-Cross-Check"] == "after, agreed"
    sound(devnet)
