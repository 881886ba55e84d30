"""Proofs by a running daemon beside bare runs of the executor, in turns."""

import contextlib
import hashlib
import http.client
import json
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attestor.core.execution import Engine, Limits
from attestor.core.text import to_hex
from attestor.devnet.stack import Devnet, DevnetOptions
from attestor.executor import NativeExecutor
from attestor.programs import elf, fibonacci
from benchmarks import costs
from benchmarks.figures import tell

LARGE_BYTES = 15_000_000
FIRST_PROOFS = 3
FIRST, BREAKDOWN = 1000, 500_000
"""Of the numbers that are computed: each run has a stdin of its own."""


class Client:
    """One connection, and a program that was sent."""

    def __init__(self, port: int, program: bytes) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._ask("PUT", "/v1/programs", program)
        self._program = to_hex(hashlib.sha256(program).digest())

    def prove(self, number: int) -> None:
        """Ask for a proof, and wait for it."""
        stdin = [to_hex(entry) for entry in fibonacci.stdin(number)]
        asked = json.dumps({"program": self._program, "stdin": stdin}).encode()
        self._ask("POST", "/v1/proofs?wait=60", asked)

    def _ask(self, method: str, path: str, body: bytes = b"") -> Any:
        self._connection.request(method, path, body)
        response = self._connection.getresponse()
        told = json.loads(response.read())
        if response.status >= 400:
            raise SystemExit(f"{path}: {told}")
        return told


def free_port() -> int:
    """One that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def milliseconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - begun)


@contextlib.contextmanager
def devnet(cross_check: str) -> Iterator[Devnet]:
    """A devnet whose daemon cross-checks runs that are cheap to repeat before it signs: `always`,
    or `never`."""
    with tempfile.TemporaryDirectory() as folder:
        made = Devnet(
            DevnetOptions(
                folder=Path(folder),
                block_seconds=0.5,
                period=2400,
                api_port=free_port(),
                environment={
                    "ATTESTOR_CROSS_CHECK_WITHIN_BUDGET": cross_check,
                    "ATTESTOR_CROSS_CHECK_ENGINE": Engine.SP1_PORTABLE,
                },
            )
        )
        try:
            made.deploy()
            made.start_daemon()
            made.wait_for_signer()
            yield made
        finally:
            made.stop()


def service(programs: Path, rounds: int) -> None:
    """Proofs without cross-checks, which are another engine's time, and some with them."""
    executor = NativeExecutor(programs)
    with devnet("never") as without:
        _measure(without, executor, rounds)
    with devnet("always") as checking:
        _measure_confirmed(checking, executor, rounds)


def _measure_confirmed(devnet: Devnet, executor: NativeExecutor, rounds: int) -> None:
    """Repeat proofs that SP1's portable engine confirms, beside bare runs of both engines."""
    program = elf(fibonacci.NAME)
    client = Client(devnet.options.api_port, program)
    engines: list[float] = []
    proven: list[float] = []
    for number in range(FIRST, FIRST + rounds + 1):
        stdin = fibonacci.stdin(number)

        def both(stdin: Any = stdin) -> None:
            executor.execute(program, stdin, Limits(), Engine.ATTESTOR)
            executor.execute(program, stdin, Limits(), Engine.SP1_PORTABLE, cross_check=True)

        engines.append(milliseconds(both))
        proven.append(milliseconds(lambda number=number: client.prove(number)))  # type: ignore[misc]
    ratio = statistics.median(proven[1:]) / statistics.median(engines[1:])
    tell("bare_runs_of_both_engines_ms", statistics.median(engines[1:]), "ms", digits=2)
    tell("confirmed_proof_ms", statistics.median(proven[1:]), "ms", digits=2)
    tell("confirmed_proof_ratio_to_both_engines", ratio, "ratio", at_most=1.3, digits=2)


def _measure(devnet: Devnet, executor: NativeExecutor, rounds: int) -> None:
    small = elf(fibonacci.NAME)
    large = small + bytes(LARGE_BYTES - len(small))
    port = devnet.options.api_port
    client, heavy = (Client(port, program) for program in (small, large))
    bare: list[float] = []
    proven: list[float] = []
    again: list[float] = []
    with_large: list[float] = []
    for number in range(FIRST, FIRST + rounds + 1):
        stdin = fibonacci.stdin(number)

        def run(stdin: Any = stdin) -> object:
            return executor.execute(small, stdin, Limits(), Engine.ATTESTOR)

        bare.append(milliseconds(run))
        proven.append(milliseconds(lambda number=number: client.prove(number)))  # type: ignore[misc]
        again.append(milliseconds(lambda number=number: client.prove(number)))  # type: ignore[misc]
        with_large.append(milliseconds(lambda number=number: heavy.prove(number)))  # type: ignore[misc]
    # The first of each meets caches that are empty.
    ratio = statistics.median(proven[1:]) / statistics.median(bare[1:])
    tell("bare_run_ms", statistics.median(bare[1:]), "ms", digits=2)
    tell("repeat_proof_ms", statistics.median(proven[1:]), "ms", digits=2)
    tell("repeat_proof_ms_p99", _p99(proven[1:]), "ms", digits=2)
    tell("repeat_proof_ratio_to_bare_run", ratio, "ratio", at_most=2, digits=2)
    # Of the fastest of each, which other work on the machine disturbed least.
    fastest = min(proven[1:]) / min(bare[1:])
    tell("repeat_proof_ratio_of_fastest", fastest, "ratio", digits=2)
    tell("repeat_answer_ms", statistics.median(again[1:]), "ms", at_most=5, digits=2)
    tell("repeat_answer_ms_p99", _p99(again[1:]), "ms", digits=2)
    large_ms = statistics.median(with_large[1:])
    tell("repeat_proof_15_mb_program_ms", large_ms, "ms", at_most=50, digits=1)
    _breakdown(devnet, client, rounds)
    upstream = costs.first_proof(
        executor, lambda program: Client(port, program).prove, FIRST_PROOFS
    )
    costs.throughput([Client(port, small).prove for _ in range(costs.CLIENTS)], upstream)


def _breakdown(devnet: Devnet, client: Client, rounds: int) -> None:
    """CPU milliseconds of each process for a repeat proof."""
    assert devnet._daemon is not None
    pids = {"daemon": devnet._daemon.pid}
    for child in children(devnet._daemon.pid):
        command = Path(f"/proc/{child}/cmdline").read_text()
        for name in ("api", "signer"):
            if f"attestor.{name}" in command:
                pids[name] = child
    before = {name: costs.cpu_ms(pid) for name, pid in pids.items()}
    own = time.process_time()
    for number in range(BREAKDOWN, BREAKDOWN + rounds):
        client.prove(number)
    own = time.process_time() - own
    for name, pid in pids.items():
        each = (costs.cpu_ms(pid) - before[name]) / rounds
        tell(f"repeat_proof_cpu_ms_of_{name}", each, "ms", digits=2)
    tell("repeat_proof_cpu_ms_of_client", 1000 * own / rounds, "ms", digits=2)


def children(pid: int) -> list[int]:
    """Of a process, in the order of their pids."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return sorted(found)


def _p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * 99 // 100)]
