#!/usr/bin/env python3
"""Whether a daemon grows: all of its processes, on a fast chain, with steady jobs and faults.

    scripts/bench_soak.py [--minutes N] [--seed S] [--samples FILE]

A devnet with a block each half second replaces its signer every 15 seconds. A client has a program
run once a second, each time with another stdin, and asks until the proof is there. Meanwhile, in
turn: the endpoint is away, says nothing, answers as of some blocks ago, and drops calls; a block is
replaced; a process that executes programs is killed; clients leave in the middle of a request.
Memory, descriptors and threads of daemon, API process and signer process are looked at every five
seconds. The first quarter of the time does not count: caches fill. Prints one JSON line per figure.
"""

import argparse
import contextlib
import itertools
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks.figures import tell
from benchmarks.service import children, free_port
from benchmarks.steady_jobs import SteadyJobs
from benchmarks.usage import MIB, Usage, growth, rss_growth, usage
from storm.endpoint import AWAY, BALANCED, FLAKY, HONEST, SILENT
from storm.served import ServedEndpoint

from attestor.devnet.stack import Devnet, DevnetOptions

BLOCK_SECONDS, PERIOD = 0.5, 15
MINUTES = 60.0
SAMPLE_SECONDS = 5.0
FAULT_EVERY, FAULT_SECONDS = 15.0, 4.0
KEPT_JOBS = 200
"""Finished jobs that are kept, so that their number is constant after some minutes."""
MOODS = (AWAY, SILENT, BALANCED, FLAKY)
REORG, EXECUTOR, CLIENT = "a block is replaced", "an executor is killed", "clients leave"
FAULTS = (*MOODS, REORG, EXECUTOR, CLIENT)
API, SIGNER = "attestor.api", "attestor.signer"
MOST_RSS_GROWTH = 8
"""MiB per hour, of all processes together."""


class Soak:
    """The stack, and what was seen of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.port = free_port()
        environment = {"ATTESTOR_PROOFS_KEEP_JOBS": str(KEPT_JOBS)}
        self.devnet = Devnet(
            DevnetOptions(
                folder=folder,
                block_seconds=BLOCK_SECONDS,
                period=PERIOD,
                api_port=self.port,
                environment=environment,
            )
        )
        self.endpoint = ServedEndpoint(self.devnet.anvil.url, seed)
        environment["ATTESTOR_CHAIN_RPC_URL"] = self.endpoint.url
        self.samples: dict[str, list[Usage]] = {}
        self.pids: dict[str, set[int]] = {}
        self.faults = dict.fromkeys(FAULTS, 0)
        self._over = threading.Event()

    def start(self) -> None:
        """Until a signer is active."""
        self.devnet.deploy()
        self.devnet.start_daemon()
        self.devnet.wait_for_signer()

    def close(self) -> None:
        """End everything."""
        self._over.set()
        self.devnet.stop()
        self.endpoint.close()

    def processes(self) -> dict[str, int]:
        """The pids of the daemon, its API process and its signer process."""
        daemon = self.devnet._daemon
        assert daemon is not None
        if daemon.poll() is not None:
            raise SystemExit(f"the daemon ended: see {self.devnet.log_file}")
        found = {"daemon": daemon.pid}
        for child in children(daemon.pid):
            for name in (API, SIGNER):
                if _is(child, name):
                    found[name.partition(".")[2]] = child
        return found

    def sample(self) -> None:
        """Look at each process once."""
        for name, pid in self.processes().items():
            found = usage(pid, time.monotonic())
            if found is not None:
                self.samples.setdefault(name, []).append(found)
                self.pids.setdefault(name, set()).add(pid)

    def disturb(self) -> None:
        """One fault after the other, until it is over. To be run in a thread."""
        for fault in itertools.cycle(FAULTS):
            if self._over.wait(FAULT_EVERY - FAULT_SECONDS):
                return
            if fault in MOODS:
                self.endpoint.moods.mood = fault
                self._over.wait(FAULT_SECONDS)
                self.endpoint.moods.mood = HONEST
            elif fault == REORG:
                self.devnet.node.rpc.call("anvil_reorg", [1, []])
            elif fault == EXECUTOR:
                self._kill_executor()
            else:
                self._leave()
            self.faults[fault] += 1

    def _kill_executor(self) -> None:
        signer = self.processes().get("signer")
        for child in children(signer) if signer is not None else []:
            if _is(child, "attestor-execute"):
                with contextlib.suppress(OSError):
                    os.kill(child, signal.SIGKILL)
                return

    def _leave(self) -> None:
        """Ten clients that go away before their request has come."""
        for _ in range(10):
            with contextlib.suppress(OSError):
                one = socket.create_connection(("127.0.0.1", self.port), timeout=5)
                one.sendall(
                    b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999\r\n\r\n{"
                )
                one.close()

    def rotations(self) -> int:
        """How many signers became active so far."""
        return int(self.devnet.rows("SELECT count(*) AS n FROM registrations")[0]["n"])

    def bytes_of(self, jobs: bool = False) -> int:
        """The size of the history, or of the jobs, in pages that are used or free."""
        rows = self.devnet.job_rows if jobs else self.devnet.rows
        sizes = rows("SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size")
        return int(sizes[0]["n"])


def _is(pid: int, name: str) -> bool:
    with contextlib.suppress(OSError):
        return name in Path(f"/proc/{pid}/cmdline").read_text()
    return False


@contextlib.contextmanager
def soaking(folder: Path, seed: int) -> Iterator[tuple[Soak, SteadyJobs]]:
    """A stack with its client and its faults, which end with it."""
    soak = Soak(folder, seed)
    try:
        soak.start()
        jobs = SteadyJobs(soak.port)
        disturbing = threading.Thread(target=soak.disturb)
        disturbing.start()
        try:
            yield soak, jobs
        finally:
            soak._over.set()
            disturbing.join()
    finally:
        soak.close()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=Path, help="write what was seen there, as JSON lines")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        soaking(Path(folder), given.seed) as (soak, jobs),
    ):
        return 0 if _measure(soak, jobs, 60 * given.minutes, given.samples) else 1


def _measure(soak: Soak, jobs: SteadyJobs, seconds: float, samples: Path | None) -> bool:
    begun = time.monotonic()
    _sample_until(soak, begun + seconds / 4)
    rotations, history = soak.rotations(), soak.bytes_of()
    soak.samples.clear()
    _sample_until(soak, begun + seconds)
    rotations, history = soak.rotations() - rotations, soak.bytes_of() - history
    failed = jobs.finish()
    if samples is not None:
        rows = (
            {"process": name, **vars(one)} for name, all_ in soak.samples.items() for one in all_
        )
        samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for told in failed:
        print(told, file=sys.stderr)
    print(json.dumps(soak.faults), file=sys.stderr)
    tell("soak_minutes", seconds / 60, "min")
    tell("soak_faults", sum(soak.faults.values()), "faults", digits=0)
    holds = [
        tell("soak_rotations", rotations, "rotations", at_least=1, digits=0),
        tell("soak_jobs", jobs.done, "jobs", at_least=1, digits=0),
        tell("failed_jobs", len(failed), "jobs", at_most=0, digits=0),
    ]
    for name, found in soak.samples.items():
        tell(f"rss_mib_of_{name}", found[-1].rss / MIB, "MiB")
        tell(f"rss_growth_mib_per_hour_of_{name}", rss_growth(found), "MiB/h")
    every = soak.samples.values()
    restarted = sum(len(pids) - 1 for pids in soak.pids.values())
    of_all = sum(rss_growth(found) for found in every)
    descriptors = sum(growth([one.descriptors for one in found]) for found in every)
    threads = sum(growth([one.threads for one in found]) for found in every)
    holds += [
        tell("rss_growth_mib_per_hour", of_all, "MiB/h", at_most=MOST_RSS_GROWTH),
        tell("descriptors_growth", descriptors, "descriptors", at_most=0, digits=0),
        tell("threads_growth", threads, "threads", at_most=0, digits=0),
        tell("processes_restarted", restarted, "processes", at_most=0, digits=0),
    ]
    tell("history_kib_per_rotation", history / 1024 / max(rotations, 1), "KiB")
    tell("jobs_database_mib", soak.bytes_of(jobs=True) / MIB, "MiB")
    return all(holds)


def _sample_until(soak: Soak, end: float) -> None:
    while time.monotonic() < end:
        soak.sample()
        time.sleep(SAMPLE_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
