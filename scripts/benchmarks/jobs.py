"""A job as the service runs it: the program that executes, its request in, its answer out."""

import os
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from attestor.core import frame
from attestor.executor.native import VERSION
from benchmarks.processes import Measured

LIMITS = {
    "cycles": 1 << 40,
    "cpu_seconds": 600,
    "memory_bytes": 4 << 30,
    "public_values_bytes": 64 << 20,
}


def request(elf: bytes, stdin: tuple[bytes, ...]) -> bytes:
    """To run a program on our engine."""
    header = {"version": VERSION, "limits": LIMITS, "engine": "attestor"}
    return frame.encode(frame.Frame(header, (elf, *stdin)))


def measure_job(program: Path, request_file: Path) -> Measured:
    """Run one job; its line has what a run's line has, but not its memory: what the kernel tells of
    a child includes that of its parent before the program was loaded."""
    started = time.perf_counter()
    with request_file.open("rb") as request:
        process = subprocess.Popen(
            [str(program)], stdin=request, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
        )
    assert process.stdout is not None
    answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{program} failed ({process.returncode})")
    return Measured(_line(answer), usage.ru_utime + usage.ru_stime, wall)


def _line(answer: bytes) -> dict[str, Any]:
    decoded = frame.decode(answer, max_blob_bytes=len(answer))
    if decoded.header.get("ok") is not True:
        sys.exit(f"a job failed: {decoded.header}")
    digest = struct.unpack("<8I", bytes.fromhex(decoded.header["digest"]))
    public_values = decoded.blobs[0].hex()
    return {**decoded.header, "digest": list(digest), "public_values": public_values}
