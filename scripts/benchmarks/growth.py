"""How time and memory of a job grow with its cycles, its stdin and its output."""

import statistics
import struct
from pathlib import Path

from attestor.core import frame
from benchmarks import jobs
from benchmarks.figures import tell
from benchmarks.processes import filtered
from benchmarks.programs import GUESTS, published

CYCLES_PER_NUMBER = 6.7
"""Of the fibonacci guest, about."""
CYCLES = (10**5, 10**6, 10**7, 10**8, 10**9)
STDIN_BYTES = (1_000_000, 10_000_000, 60_000_000)
"""They are hashed, so that cycles grow with them."""
OUTPUT_CHUNKS = (1, 256, 4096)
"""Of 4 KiB."""
ROUNDS = 3
MB = 1_000_000


def growth(programs: Path) -> None:
    """Of attestor-execute, a process of its own for each job: CPU time and peak memory."""
    fibonacci = (GUESTS / "fibonacci.elf").read_bytes()
    for cycles in CYCLES:
        number = struct.pack("<I", int(cycles / CYCLES_PER_NUMBER))
        _job(programs, f"growth_cycles_1e{len(str(cycles)) - 1}", fibonacci, (number,))
    sha2 = published("sha2").read_bytes()
    for size in STDIN_BYTES:
        _job(programs, f"growth_stdin_{size // MB}_mb", sha2, (bytes(size),))
    flood = (GUESTS / "test" / "flood.elf").read_bytes()
    for chunks in OUTPUT_CHUNKS:
        count = struct.pack("<Q", chunks)
        _job(programs, f"growth_output_{4 * chunks}_kib", flood, (count,))


def _job(programs: Path, name: str, program: bytes, stdin: tuple[bytes, ...]) -> None:
    request = jobs.request(program, stdin)
    taken, peaks, cycles = [], [], 0
    for _ in range(ROUNDS):
        done = filtered(programs / "attestor-execute", request)
        taken.append(1000 * done.cpu_seconds)
        peaks.append(done.peak_bytes)
        header = frame.decode(done.answer, len(done.answer)).header
        cycles = int(header.get("cycles", 0))
    tell(f"{name}_cpu_ms", statistics.median(taken), "ms")
    tell(f"{name}_memory", max(peaks) / MB, "MB")
    tell(f"{name}_cycles", cycles, "cycles", digits=0)
