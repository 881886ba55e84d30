"""`attestor devnet` that is ended from outside, while it starts, leaves nothing that runs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SECONDS = 60


def running_in(folder: str) -> list[int]:
    """The processes that were started in this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (
                os.readlink(process / "cwd").startswith(folder)
                or folder.encode()
                in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            ):
                found.append(int(process.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_devnet__ended_while_it_starts__leaves_no_process(
    number: signal.Signals, tmp_path: Path
) -> None:
    folder = tmp_path / "stack"
    command = [sys.executable, "-m", "attestor", "devnet", "--folder", str(folder)]
    with subprocess.Popen(
        [*command, "--api-port", "0", "--rpc-port", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stderr is not None
        told = ""
        for line in started.stderr:
            told += line
            if "waiting for its first signer" in line:
                break
        started.send_signal(number)
        assert started.wait(SECONDS) == 0, told + started.stderr.read()
    deadline = time.monotonic() + SECONDS
    while (left := running_in(str(folder))) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []
