#!/usr/bin/env python3
"""What hostile clients can do to the proof service, and what they cannot: rotations that come late,
other clients and health probes that wait, memory, log lines.

    scripts/bench_abuse.py [--seconds N] [--case NAME]…

A devnet whose service others may reach (TLS, API keys), with a signer that is replaced every six
seconds; each attack of `benchmarks.attacks` runs against it for some seconds, from 50 addresses,
at a lower priority than the service, which it shares this machine with. `at_1024_files` is the one
with 10,000 connections at a soft limit of 1,024 files. Prints one JSON line per figure.
"""

import argparse
import http.client
import json
import os
import resource
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks.attacks import NAMES
from benchmarks.figures import tell
from cases.ports import free_port
from cases.tls_files import AUTHORITY, issue

from attestor.access import clients_file
from attestor.access.clients_file import KeptKey, KnownClient
from attestor.core import api_key
from attestor.devnet.stack import Devnet, DevnetOptions
from attestor.http import wire
from attestor.programs import elf, fibonacci

PERIOD = 6
SLACK = 12.0
"""Two blocks of confirmation, the transaction, and a machine that the attack runs on too."""
SECONDS, CALM_SECONDS = 25.0, 8.0
FEW_FILES = "at_1024_files"
ROOT = Path(__file__).resolve().parent
OTHER, HOSTILE = (api_key.make(os.urandom(40)) for _ in range(2))


@dataclass
class Watched:
    """What was seen during one attack."""

    health: list[float] = field(default_factory=list)
    """Milliseconds of the daemon's own `/health`."""
    answers: list[float] = field(default_factory=list)
    """Of another client's stored result, over a connection of its own."""
    failures: int = 0
    rotations: int = 0
    late: int = 0


class Bench:
    """A devnet that is attacked."""

    def __init__(self, folder: Path) -> None:
        own = issue("localhost", AUTHORITY)
        (folder / "own.crt").write_bytes(own.pem)
        (folder / "own.key").write_bytes(own.key_pem())
        clients = [_client("other", OTHER), _client("hostile", HOSTILE, requests_per_minute=600)]
        (folder / "clients.json").write_bytes(clients_file.encode(tuple(clients)))
        self.health_port = free_port()
        self.devnet = Devnet(
            DevnetOptions(
                folder=folder / "net",
                block_seconds=0.25,
                period=PERIOD,
                api_port=free_port(),
                health_port=self.health_port,
                environment={
                    "ATTESTOR_API_TLS_CERTIFICATE_FILE": str(folder / "own.crt"),
                    "ATTESTOR_API_TLS_KEY_FILE": str(folder / "own.key"),
                    "ATTESTOR_API_CLIENTS_FILE": str(folder / "clients.json"),
                },
            )
        )
        self.devnet.deploy()
        self.devnet.start_daemon()
        self.devnet.wait_for_signer()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE
        body = wire.encode_request(elf(fibonacci.NAME), fibonacci.stdin(10))
        self.job = self.ask("/request_proof", body)

    def ask(self, path: str, body: bytes) -> bytes:
        """Another client's request. Raises `OSError`, `HTTPException`."""
        port = self.devnet.options.api_port
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=self._tls)
        try:
            connection.request("POST", path, body, {"Authorization": f"Bearer {OTHER}"})
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise http.client.HTTPException(f"{response.status}: {answer[:200]!r}")
            return answer
        finally:
            connection.close()

    def api_memory(self) -> float:
        """Resident MB of the process that serves clients."""
        told = (self._api() / "status").read_text()
        return int(told.partition("VmRSS:")[2].split()[0]) / 1024

    def api_cpu(self) -> float:
        """CPU milliseconds that it has taken."""
        fields = (self._api() / "stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _api(self) -> Path:
        assert self.devnet._daemon is not None
        parent = str(self.devnet._daemon.pid)
        found = subprocess.run(
            ["pgrep", "-P", parent, "-f", "attestor.api [0-9]"], capture_output=True, text=True
        ).stdout.split()
        return Path("/proc") / found[0]

    def log_lines(self) -> int:
        """How many there are until now."""
        return len(self.devnet.log_file.read_bytes().splitlines())

    @contextmanager
    def watching(self) -> Iterator[Watched]:
        """Health, another client and the rotation, from threads of their own."""
        seen, done = Watched(), threading.Event()
        threads = [
            threading.Thread(target=_repeat, args=(done, work, seen))
            for work in (self._health, self._answer, self._rotation)
        ]
        for thread in threads:
            thread.start()
        try:
            yield seen
        finally:
            done.set()
            for thread in threads:
                thread.join()

    def _health(self, seen: Watched) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.health_port, timeout=10)
        began = time.perf_counter()
        connection.request("GET", "/health")
        connection.getresponse().read()
        seen.health.append(1000 * (time.perf_counter() - began))
        connection.close()

    def _answer(self, seen: Watched) -> None:
        began = time.perf_counter()
        self.ask("/wait_proof", self.job)
        seen.answers.append(1000 * (time.perf_counter() - began))

    def _rotation(self, seen: Watched) -> None:
        before, began = self.devnet.active_signer(), time.monotonic()
        while self.devnet.active_signer() == before:
            if time.monotonic() - began > PERIOD + SLACK:
                seen.late += 1
                return
            time.sleep(0.1)
        seen.rotations += 1


def _client(name: str, key: api_key.ApiKey, **quotas: int) -> KnownClient:
    kept = KeptKey(key.id, key.sha256(), "now")
    return KnownClient(name, "now", keys=(kept,), quotas={"requests_per_minute": 0} | quotas)


def _repeat(done: threading.Event, work: Callable[[Watched], None], seen: Watched) -> None:
    while not done.wait(0.05):
        try:
            work(seen)
        except (OSError, http.client.HTTPException):
            seen.failures += 1


def _attack(bench: Bench, name: str, seconds: float) -> tuple[Watched, dict[str, int]]:
    command = [sys.executable, "-m", "benchmarks.attacks", name]
    given = [str(bench.devnet.options.api_port), str(HOSTILE), str(seconds)]
    environment = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    with bench.watching() as seen:
        ended = subprocess.run(
            command + given, env=environment, capture_output=True, text=True, check=True
        )
    return seen, json.loads(ended.stdout)


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98] if len(values) > 1 else float("inf")


def _judge(bench: Bench, name: str, attack: str, seconds: float) -> int:
    """Run an attack and tell its figures; how many rotations came late."""
    quiet = _calm(bench)
    memory, lines, cpu = bench.api_memory(), bench.log_lines(), bench.api_cpu()
    seen, counts = _attack(bench, attack, seconds)
    cpu = bench.api_cpu() - cpu
    tell(f"abuse_{name}_health_ms_p99", _p99(seen.health), "ms", at_most=50)
    tell(f"abuse_{name}_health_ms_p99_without", _p99(quiet.health), "ms")
    tell(f"abuse_{name}_health_ms_p50", statistics.median(seen.health), "ms")
    tell(f"abuse_{name}_others_ms_p50", statistics.median(seen.answers or [1e9]), "ms")
    tell(f"abuse_{name}_others_ms_p50_without", statistics.median(quiet.answers or [1e9]), "ms")
    tell(f"abuse_{name}_others_failed", seen.failures, "requests", at_most=0)
    tell(f"abuse_{name}_rotations", seen.rotations, "rotations", at_least=1)
    tell(f"abuse_{name}_memory_grown", bench.api_memory() - memory, "MB", at_most=256)
    tell(f"abuse_{name}_log_lines_per_s", (bench.log_lines() - lines) / seconds, "lines/s")
    for what, count in sorted(counts.items()):
        if what in ("401", "429"):
            tell(f"abuse_{name}_cpu_ms_per_{what}", cpu / count, "ms", digits=2)
        tell(f"abuse_{name}_{what}", count, "times")
    return seen.late


def _calm(bench: Bench) -> Watched:
    """The same without an attack, for some seconds before it."""
    with bench.watching() as seen:
        time.sleep(CALM_SECONDS)
    return seen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--case", action="append", choices=[*NAMES, FEW_FILES])
    parser.add_argument("--rounds", type=int, help="Of the other part of make bench-proofs.")
    arguments = parser.parse_args()
    chosen = arguments.case or [*NAMES, FEW_FILES]
    late = 0
    for is_few, names in (
        (False, [name for name in chosen if name != FEW_FILES]),
        (True, [name for name in chosen if name == FEW_FILES]),
    ):
        if not names:
            continue
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024 if is_few else hard, hard))
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder))
            try:
                for name in names:
                    attack = "open_connections" if is_few else name
                    late += _judge(bench, name, attack, arguments.seconds)
            finally:
                bench.devnet.stop()
    tell("abuse_cases", len(chosen), "cases")
    return 0 if tell("abuse_late_rotations", late, "rotations", at_most=0) else 1


if __name__ == "__main__":
    sys.exit(main())
