#!/usr/bin/env python3
"""What becomes of jobs when the processes of the service are killed under them.

    scripts/bench_kills.py [--jobs N] [--kills N]

A devnet takes 1,000 jobs by /v1, all with a stdin of their own. From the first one on, every few
seconds a process is killed (SIGKILL): one that executes a program, the one that serves clients, the
signer process, the daemon; whoever ends with it is started anew, as a service manager does. At the
end each job that was accepted has to be done, and its proof fetched by its id. Prints one JSON line
per figure.
"""

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import tell
from benchmarks.service import children, free_port

from attestor.core.text import to_hex
from attestor.devnet.stack import Devnet, DevnetOptions
from attestor.programs import elf, fibonacci

JOBS, KILLS = 1000, 8
PAUSE_SECONDS = 3.0
"""Between two kills: some jobs end in it."""
GIVE_UP_SECONDS = 900.0
LOOKS = 1000
EXECUTOR, API, SIGNER, DAEMON = "attestor-execute", "attestor.api", "attestor.signer", "daemon"
TURNS = (EXECUTOR, API, SIGNER, DAEMON)


class Bench:
    """A devnet whose processes are killed, and its one client."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.port = free_port()
        most = str(2 * jobs)
        self.devnet = Devnet(
            DevnetOptions(
                folder=folder,
                block_seconds=0.5,
                period=2400,
                api_port=self.port,
                environment={
                    "ATTESTOR_CROSS_CHECK_WITHIN_BUDGET": "never",
                    "ATTESTOR_PROOFS_MAX_OPEN": most,
                    "ATTESTOR_PROOFS_MAX_OPEN_PER_CLIENT": most,
                },
            )
        )
        self.devnet.deploy()
        self.devnet.start_daemon()
        self.devnet.wait_for_signer()
        self.program = elf(fibonacci.NAME)
        self.must("PUT", "/v1/programs", self.program)
        self.deadline = time.monotonic() + GIVE_UP_SECONDS

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
        """Status and answer. Raises `OSError`, `HTTPException`, `ValueError`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def must(self, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
        """The same, again and again while nobody answers, or says to come again."""
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                status, told = self.ask(method, path, body)
                if status != 503:
                    return status, told
            if time.monotonic() > self.deadline:
                return 0, None
            time.sleep(0.1)

    def order(self, number: int) -> str | None:
        """The id of a job that was accepted."""
        stdin = [to_hex(entry) for entry in fibonacci.stdin(number)]
        program = to_hex(hashlib.sha256(self.program).digest())
        asked = json.dumps({"program": program, "stdin": stdin}).encode()
        status, told = self.must("POST", "/v1/jobs", asked)
        return str(told["id"]) if status == 202 else None

    def open_jobs(self) -> int:
        """How many are not over."""
        rows = self.devnet.job_rows(
            "SELECT count(*) AS n FROM jobs WHERE state IN ('queued', 'running')"
        )
        return int(rows[0]["n"])

    def kill(self, who: str) -> bool:
        """Kill one process, and start the daemon where it ended; whether there was one."""
        daemon = self.devnet._daemon
        assert daemon is not None
        if who == DAEMON:
            os.kill(daemon.pid, signal.SIGKILL)
        elif who == EXECUTOR:
            # A run is over in some milliseconds: look until one is met.
            return any(_kill_grandchild(daemon.pid, who) for _ in range(LOOKS))
        elif not _kill_child(daemon.pid, who):
            return False
        if who in (DAEMON, SIGNER):
            daemon.wait(60)
            self.devnet.restart_daemon()
            self.devnet.wait_for_signer()
        return True

    def is_done(self, job: str) -> bool:
        """Whether a job is done, once it is over."""
        while time.monotonic() < self.deadline:
            status, told = self.must("GET", f"/v1/jobs/{job}?wait=20")
            if status != 200 or told["state"] not in ("queued", "running"):
                return status == 200 and told["state"] == "done"
        return False

    def has_proof(self, job: str) -> bool:
        """Whether its proof is there."""
        return self.must("GET", f"/v1/proofs/{job}")[0] == 200


def _kill_child(pid: int, who: str) -> bool:
    """Kill the oldest child of that name: of the executor's, the one that has a job."""
    for child in children(pid):
        with contextlib.suppress(OSError):
            if _is(child, who):
                os.kill(child, signal.SIGKILL)
                return True
    return False


def _kill_grandchild(pid: int, who: str) -> bool:
    with contextlib.suppress(OSError):
        return any(_kill_child(child, who) for child in children(pid) if _is(child, SIGNER))
    return False


def _is(pid: int, who: str) -> bool:
    return who in Path(f"/proc/{pid}/cmdline").read_text()


def _ordered(bench: Bench, count: int, into: list[str]) -> None:
    for number in range(count):
        job = bench.order(number)
        if job is not None:
            into.append(job)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--rounds", type=int, help="Of the other parts of make bench-proofs.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), given.jobs)
        try:
            return _measure(bench, given.jobs, given.kills)
        finally:
            bench.devnet.stop()


def _measure(bench: Bench, count: int, kills: int) -> int:
    jobs: list[str] = []
    ordering = threading.Thread(target=_ordered, args=(bench, count, jobs))
    ordering.start()
    killed = dict.fromkeys(TURNS, 0)
    most_open = 0
    for turn in range(kills):
        time.sleep(PAUSE_SECONDS)
        most_open = max(most_open, bench.open_jobs())
        who = TURNS[turn % len(TURNS)]
        killed[who] += bench.kill(who)
    ordering.join()
    most_open = max(most_open, bench.open_jobs())
    done = [job for job in jobs if bench.is_done(job)]
    unreachable = sum(not bench.has_proof(job) for job in done)
    for who, times in killed.items():
        tell(f"killed_{who.replace('.', '_').replace('-', '_')}", times, "times", at_least=1)
    tell("jobs_accepted", len(jobs), "jobs", at_least=count)
    tell("jobs_open_at_most", most_open, "jobs")
    lost = tell("jobs_lost", len(jobs) - len(done), "jobs", at_most=0)
    reached = tell("answers_unreachable", unreachable, "jobs", at_most=0)
    return 0 if lost and reached else 1


if __name__ == "__main__":
    sys.exit(main())
