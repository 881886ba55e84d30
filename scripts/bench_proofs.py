#!/usr/bin/env python3
"""What the proof service's parts cost: for now, the decoding of requests.

    scripts/bench_proofs.py [--rounds N]

Bodies of 1, 15 and 60 MB with random programs are decoded in a process of their own, as the
service does it, and by Python's json as it did before, in turns. `make bench-proofs` builds what
this needs. Prints one JSON line per figure.
"""

import argparse
import gc
import json
import os
import random
import resource
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.processes import filtered

from attestor.core import frame, strict_json
from attestor.executor.bodies import PROGRAM, BodyDecoder
from attestor.http import wire

PROGRAMS = Path(__file__).resolve().parents[1] / "executor" / "target" / "release"
SIZES = (1, 15, 60)
MB = 1_000_000
ROUNDS = 5
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


def child_memory(body: bytes) -> tuple[int, int]:
    """Peak resident bytes of the process that decodes a body, and CPU milliseconds."""
    limits = {"cpu_seconds": 60, "memory_bytes": 1 << 30}
    request = frame.encode_header({"version": 1, "limits": limits}, [len(body)]) + body
    done = filtered(PROGRAMS / PROGRAM, request)
    assert done.status == 0
    return done.peak_bytes, int(1000 * done.cpu_seconds)


def memory_growth(decode: Callable[[], object]) -> int:
    """By how many bytes the peak of a forked copy of this process grows while it decodes."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        before = _resident()
        decode()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        os.write(writer, str(max(0, peak - before)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        grown = int(answer.read())
    os.waitpid(pid, 0)
    return grown


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


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
    peak, cpu = child_memory(body)
    small, _ = child_memory(wire.encode_request(b"", []))
    decoded = len(wire.decode_request(body, decoder.decode).program)
    tell(f"{name}_child_cpu_ms_per_mb", cpu / size, "ms/MB", digits=2)
    tell(f"{name}_child_memory_to_decoded", (peak - small) / decoded, "ratio", at_most=2, digits=2)
    grown = memory_growth(lambda: wire.decode_request(body, decoder.decode))
    tell(f"{name}_own_memory_to_body", grown / len(body), "ratio", at_most=1.5, digits=2)
    grown = memory_growth(lambda: by_python(body))
    tell(f"{name}_memory_of_python_to_body", grown / len(body), "ratio", digits=2)


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
    rounds = parser.parse_args().rounds
    hostile_json()
    small_request(rounds)
    for megabytes in SIZES:
        decoding(megabytes, rounds)


if __name__ == "__main__":
    main()
