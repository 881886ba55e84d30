#!/usr/bin/env python3
"""What the proof service costs: proofs of a running daemon beside bare runs, how jobs grow, the
decoding of requests, and a daemon that is idle.

    scripts/bench_proofs.py [--rounds N] [--service]

With --service the daemon's proofs alone. They are asked for over HTTP, as jobs of a program that
was sent before, each with a stdin of its own.

Bodies of 1, 15 and 60 MB with random programs are decoded in a process of their own, as the
service does it, and by Python's json as it did before, in turns. `make bench-proofs` builds what
this needs. Prints one JSON line per figure.
"""

import argparse
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks import costs
from benchmarks.figures import tell
from benchmarks.growth import growth
from benchmarks.service import service
from measures.chain import BLOCK_SECONDS
from storm import quiet

from attestor.core import frame, strict_json
from attestor.executor.bodies import PROGRAM, BodyDecoder
from attestor.http import wire

PROGRAMS = Path(__file__).resolve().parents[1] / "executor" / "target" / "release"
SIZES = (1, 15, 60)
MB = 1_000_000
ROUNDS = 5
SERVICE_ROUNDS = 8
"""Of each round of the others."""
IDLE_BLOCKS = 4
LITTLE = 70_000
"""Bytes that fill the pipe in which a process answers, and are next to nothing."""
PAUSE_SECONDS = 0.001
"""How often a thread looks at the clock, to see when it was held up."""


@dataclass
class Timings:
    """Of several decodings: milliseconds, by the wall and by the processor of this process."""

    wall: list[float] = field(default_factory=list)
    own_cpu: list[float] = field(default_factory=list)
    pause: list[float] = field(default_factory=list)
    """The longest time for which another thread of this process was held up."""

    def add(self, decode: Callable[[], object]) -> None:
        """Decode once more."""
        stop, pauses = threading.Event(), [0.0]

        def watch() -> None:
            last = time.perf_counter()
            while not stop.is_set():
                time.sleep(PAUSE_SECONDS)
                now = time.perf_counter()
                pauses.append(now - last)
                last = now

        gc.collect()
        watching = threading.Thread(target=watch)
        watching.start()
        begun, cpu = time.perf_counter(), time.process_time()
        decode()
        self.wall.append(1000 * (time.perf_counter() - begun))
        self.own_cpu.append(1000 * (time.process_time() - cpu))
        stop.set()
        watching.join()
        self.pause.append(1000 * max(pauses))


def body_of(megabytes: int) -> bytes:
    """A request of about that size: a number takes 3.57 characters on average."""
    source = random.Random(megabytes)  # noqa: S311
    program = source.randbytes(int(megabytes * MB / 3.571))
    return wire.encode_request(program, [b"\n\0\0\0"])


def by_python(body: bytes) -> bytes:
    """As the service did it before, in its own process."""
    fields = json.loads(body)
    return bytes(fields["elf"])


def child_cost(body: bytes) -> tuple[int, float]:
    """Peak resident bytes of the process that decodes a body, and its CPU milliseconds.

    The peak is read while the process waits for its answer to be read: what a child's usage says
    holds the memory of its parent, too.
    """
    limits = {"cpu_seconds": 60, "memory_bytes": 1 << 30}
    request = frame.encode_header({"version": 1, "limits": limits}, [len(body)]) + body
    pipe = subprocess.PIPE
    process = subprocess.Popen([PROGRAMS / PROGRAM], stdin=pipe, stdout=pipe, env={})
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(request)
    process.stdin.close()
    process.stdout.read(4)
    told = Path(f"/proc/{process.pid}/status").read_text()
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    assert process.returncode == 0
    kilobytes = int(told.partition("VmHWM:")[2].split()[0])
    return kilobytes * 1024, 1000 * (usage.ru_utime + usage.ru_stime)


def own_memory(decode: Callable[[], object]) -> int:
    """The most bytes that Python holds at once for a decoding, besides the body."""
    tracemalloc.start()
    try:
        decode()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def decoding(megabytes: int, rounds: int) -> None:
    body, decoder = body_of(megabytes), BodyDecoder(PROGRAMS)
    apart, inside = Timings(), Timings()
    for _ in range(rounds):
        apart.add(lambda: wire.decode_request(body, decoder.decode))
        inside.add(lambda: by_python(body))
    size = len(body) / MB
    name = f"decode_{megabytes}_mb"
    wall = statistics.median(apart.wall)
    tell(f"{name}_ms_per_mb", wall / size, "ms/MB", digits=2)
    tell(f"{name}_time_to_python", wall / statistics.median(inside.wall), "ratio", digits=3)
    tell(f"{name}_own_cpu_ms_per_mb", statistics.median(apart.own_cpu) / size, "ms/MB", digits=2)
    tell(f"{name}_longest_pause_ms", statistics.median(apart.pause), "ms", at_most=50)
    tell(f"{name}_longest_pause_of_python_ms", statistics.median(inside.pause), "ms")
    peak, cpu = child_cost(body)
    decoded = len(wire.decode_request(body, decoder.decode).program)
    tell(f"{name}_child_cpu_ms_per_mb", cpu / size, "ms/MB", digits=2)
    base, _ = child_cost(wire.encode_request(bytes(LITTLE), []))
    over = (peak - base) / decoded
    tell(f"{name}_child_memory_to_decoded", over, "ratio", at_most=2, digits=2)
    held = own_memory(lambda: wire.decode_request(body, decoder.decode))
    tell(f"{name}_own_memory_to_body", held / len(body), "ratio", at_most=1.5, digits=2)
    held = own_memory(lambda: by_python(body))
    tell(f"{name}_own_memory_of_python_to_body", held / len(body), "ratio", digits=2)


def small_request(rounds: int) -> None:
    """A request that is decoded in this process, and the same in one of its own."""
    body, decoder = (
        wire.encode_request(bytes(range(256)) * 64, [b"\n\0\0\0"]),
        BodyDecoder(PROGRAMS),
    )
    here, apart = Timings(), Timings()
    for _ in range(10 * rounds):
        here.add(lambda: wire.decode_request(body, decoder.decode))
        apart.add(lambda: decoder.decode(body))
    tell("decode_60_kb_here_ms", statistics.median(here.wall), "ms", digits=2)
    tell("decode_60_kb_apart_ms", statistics.median(apart.wall), "ms", digits=2)


def hostile_json() -> None:
    """The text that took time in the square of its length, of 1 MB and of 16 MB."""
    taken = {}
    for megabytes in (1, 16):
        text = b'"' + b'\\"' * (megabytes * MB // 2)
        times = []
        for _ in range(3):
            begun = time.process_time()
            try:
                strict_json.loads(text)
            except ValueError:
                times.append(1000 * (time.process_time() - begun))
        taken[megabytes] = min(times)
    tell("json_hostile_ms_per_mb", taken[1], "ms/MB", digits=2)
    tell("json_hostile_growth_16_times", taken[16] / taken[1], "ratio", at_most=24)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--service", action="store_true")
    given = parser.parse_args()
    rounds = given.rounds
    service(PROGRAMS, SERVICE_ROUNDS * rounds)
    costs.signing()
    if given.service:
        return
    growth(PROGRAMS)
    idle = quiet.idle(BLOCK_SECONDS, IDLE_BLOCKS)
    tell("idle_cpu_ms_per_s", idle.cpu_ms_per_s, "ms", at_most=5, digits=2)
    hostile_json()
    small_request(rounds)
    for megabytes in SIZES:
        decoding(megabytes, rounds)


if __name__ == "__main__":
    main()
