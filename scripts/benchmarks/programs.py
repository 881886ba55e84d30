"""The programs that engines run in the benchmark."""

import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GUESTS = ROOT / "guests" / "elf"
PUBLISHED = ROOT / "cache" / "published"


@dataclass(frozen=True)
class Program:
    """An ELF with its stdin; `precompiles`: most of its time is in them."""

    name: str
    elf: Path
    stdin: tuple[bytes, ...]
    precompiles: bool = False


def u32(value: int) -> bytes:
    return struct.pack("<I", value)


def u64(value: int) -> bytes:
    return struct.pack("<Q", value)


def published(name: str) -> Path:
    """An ELF that SP1's own toolchain made; `scripts/published_programs.py` brings them."""
    found = PUBLISHED / f"{name}.elf"
    if not found.is_file():
        sys.exit(f"no {found}: `make published` brings it")
    return found


def plain() -> list[Program]:
    """Programs that compute, of 60 to 200 million cycles."""
    return [
        Program("fibonacci-c", GUESTS / "fibonacci.elf", (u32(30_000_000),)),
        Program("mix-c", GUESTS / "bench" / "mix.elf", (u64(40),)),
        Program("fibonacci", published("fibonacci"), (u64(20_000_000),)),
        Program("loop", published("loop"), (u64(50_000_000),)),
    ]


def precompiles() -> list[Program]:
    """Programs that spend their time in precompiles."""
    return [
        Program("keccak", published("keccak"), (bytes(10_000_000),), precompiles=True),
        Program("sha2", published("sha2"), (bytes(5_000_000),), precompiles=True),
        Program("secp256k1", GUESTS / "bench" / "curve.elf", (u64(50_000),), precompiles=True),
    ]


def short() -> Program:
    """About 10^5 cycles."""
    return Program("short", GUESTS / "fibonacci.elf", (u32(15_000),))


def sparse(pages: int) -> Program:
    """Little code that writes one word in each of so many windows of 2 MiB."""
    return Program(f"sparse-{pages}", GUESTS / "test" / "sparse.elf", (u64(pages),))


def block(stdin: Iterable[Path]) -> Program:
    """An Ethereum block on the published rsp, with the stdin entries in these files."""
    return Program("block", published("rsp"), tuple(path.read_bytes() for path in stdin))


def given(paths: list[Path]) -> Program:
    """An ELF, and files that are its stdin entries."""
    elf, *entries = paths
    return Program(elf.stem, elf, tuple(path.read_bytes() for path in entries))
