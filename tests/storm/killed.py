"""kill -9 of the daemon as it runs, with all of its processes, at random times; what its history
says afterwards is compared with the chain."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from cases.ports import free_port

from attestor.chain.registry import Registry
from attestor.config import ROOT
from attestor.core.text import to_hex
from attestor.devnet.stack import Devnet, DevnetOptions

BLOCK_SECONDS = 1.0
PERIOD = 8
LONGEST_SECONDS = 15.0
"""From a start to the kill: from before there is a database until after some rotations."""
ENDED_SECONDS = 10.0


class Killed:
    """Of so many kills: what was found wrong."""

    def __init__(self, kills: int, seed: int) -> None:
        self.faults: list[str] = []
        self._random = Random(seed)
        with TemporaryDirectory() as folder:
            options = DevnetOptions(
                folder=Path(folder),
                block_seconds=BLOCK_SECONDS,
                period=PERIOD,
                api_port=free_port(),
            )
            devnet = Devnet(options)
            try:
                devnet.deploy()
                devnet.start_daemon()
                for _ in range(kills):
                    self._kill(devnet)
                    devnet.restart_daemon()
                devnet.wait_for_signer()
                devnet.stop_daemon()
                self.faults += _differences(devnet)
            finally:
                devnet.stop()

    def _kill(self, devnet: Devnet) -> None:
        """The daemon, at some time of its life; the processes that it started end with it."""
        assert devnet._daemon is not None
        time.sleep(self._random.uniform(0.0, LONGEST_SECONDS))
        started = _tree(devnet._daemon.pid)
        devnet._daemon.kill()
        devnet._daemon.wait()
        deadline = time.monotonic() + ENDED_SECONDS
        while alive := [process for process in started if Path(f"/proc/{process}").exists()]:
            if time.monotonic() > deadline:
                self.faults.append(f"{len(alive)} processes outlive the daemon")
                for process in alive:
                    os.kill(process, signal.SIGKILL)
                return
            time.sleep(0.05)


def _tree(process: int) -> list[int]:
    """The processes that this one started, and those that they did."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_tree(child)]
    return found


def _differences(devnet: Devnet) -> list[str]:
    """What `attestor audit verify` finds, and what a killed daemon may do wrong beyond that."""
    command = [sys.executable, "-m", "attestor", "audit"]
    command += ["--database", str(devnet.database), "verify", "--rpc-url", devnet.anvil.url]
    command += ["--registry", to_hex(devnet.deployment.registry.address)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = [] if done.returncode == 0 else [done.stdout + done.stderr]
    twice = devnet.rows(
        "SELECT intent FROM transactions WHERE purpose = 'registration' "
        "AND outcome = 'succeeded' GROUP BY intent HAVING count(*) > 1"
    )
    found += [f"{row['intent']} was done twice" for row in twice]
    unexplained = devnet.rows(
        "SELECT address FROM signers WHERE stage IN ('abandoned', 'retired') AND reason IS NULL"
    )
    found += [f"{row['address']} was closed without a reason" for row in unexplained]
    known = {row["address"] for row in devnet.rows("SELECT address FROM signers")}
    head = devnet.node.head().number
    registry = Registry(devnet.node, devnet.deployment.registry.address)
    events = registry.registrations(0, head)
    found += [
        f"{to_hex(event.signer)} is registered and in no history"
        for event in events
        if to_hex(event.signer) not in known
    ]
    return found
