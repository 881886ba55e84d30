#!/usr/bin/env python3
"""Keys of attestor-vkey-v3 against those of SP1 3.4's own prover: upstream's program, and programs
of random code, data and sizes, on both sides of a table's height.

    scripts/check_v3_keys.py PROVER [--count N] [--seed N]

PROVER is sp1-v3-key, which `make check-v3` builds. Prints a line per program, and ends with 1 if
any differs.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from attestor import resources
from attestor.core.execution import Limits
from attestor.core.text import to_hex
from attestor.executor import NativeExecutor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from cases import rv32

PUBLISHED = "registry/src/*/sp1-prover-3.4.0/elf/riscv32im-succinct-zkvm-elf"
LIMITS = Limits(wall_seconds=600, cpu_seconds=300)
SMALLEST_TABLE = 1 << 19
"""Words of memory or instructions up to which a table has the same height."""


def programs(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """By name."""
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    found = next(home.glob(PUBLISHED), None)
    if found is None:
        sys.exit(f"no {PUBLISHED} in cargo's home: building PROVER brings it")
    yield "fibonacci", found.read_bytes()
    code = rv32.ending()
    fill = SMALLEST_TABLE - len(code) - 1
    for words in (fill, fill + 1):
        yield f"{words} words of zeros", rv32.program(code, bytes(4), zeros=4 * words)
    draw = random.Random(seed)  # noqa: S311
    for number in range(count):
        nops = [rv32.addi(draw.randrange(32), draw.randrange(32), draw.randrange(4096))]
        made = [*nops * draw.randrange(1, 5000), *code]
        data = draw.randbytes(draw.randrange(1, 5000))
        yield f"random {number}", rv32.program(made, data, zeros=draw.randrange(5000))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("prover", type=Path)
    options.add_argument("--count", type=int, default=4)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    executor, bad = NativeExecutor(resources.folder("executor")), 0
    with tempfile.TemporaryDirectory() as folder:
        for name, program in programs(given.count, given.seed):
            path = Path(folder) / "program.elf"
            path.write_bytes(program)
            theirs = subprocess.run(
                [given.prover, path], capture_output=True, text=True, check=True
            ).stdout.strip()
            ours = to_hex(executor.verifying_key(program, LIMITS).program_vkey)
            bad += ours != theirs
            print(f"{name}: {ours}" + ("" if ours == theirs else f", by SP1 {theirs}"), flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
