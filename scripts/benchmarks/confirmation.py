"""What cross-checks before a signature cost: of ordinary programs, and of the dearest."""

import resource
import statistics
import time
from dataclasses import dataclass

from attestor.core.cross_check import CrossCheckPolicy, Mode
from attestor.core.execution import Engine, Limits
from attestor.errors import CrossCheckLimit
from attestor.executor import NativeExecutor
from attestor.signer.cross_checker import CrossChecker, Run
from benchmarks import guest
from benchmarks.engines import BINARIES
from benchmarks.programs import Program

LIMITS = Limits()
_SECP256K1 = (1 << 256) - (1 << 32) - 977
_INVERSE = (32).to_bytes(4, "big") + b"".join(x.to_bytes(32, "big") for x in (5**99, _SECP256K1))
_FAR = guest.DATA + 2048
DEAR: dict[str, bytes] = {
    "nothing": guest.windows(1),
    "windows": guest.windows(10_000),
    "few windows": guest.windows(15),
    "empty hints": guest.empty_hints(10_000),
    "words of .bss": guest.sparse_image(250),
    ".bss": guest.Guest().elf(zeros=60 << 20),
    "large file": guest.Guest(bytes(60 << 20)).elf(),
    "chunks": guest.windows(30_000, 64 << 10),
    "one WRITE": guest.loop(1, guest.WRITE, 77, guest.FREE, 16 << 20),
    "WRITE loop": guest.loop(30_000, guest.WRITE, 77, guest.DATA, 500),
    "lines": guest.loop(30, guest.WRITE, 1, guest.DATA, 2000, data=b"\n" * 4096),
    "printing": guest.loop(30_000, guest.WRITE, 1, guest.DATA, 100),
    "hints": guest.loop(100, guest.WRITE, 14, guest.FREE, 160 << 10),
    "blocks": guest.blocks(100_000),
    "few blocks": guest.blocks(15),
    "divisions": guest.divisions(4_000_000),
    "keccak": guest.loop(100_000, 0x010109, guest.DATA, 0),
    "sha256 extend": guest.loop(100_000, 0x300105, guest.DATA, 0),
    "uint256": guest.loop(100_000, 0x01011D, guest.DATA, guest.DATA + 64),
    "bn254": guest.loop(20_000, 0x01_010E, guest.DATA, _FAR, data=guest.bn254_points()),
    "bls12-381": guest.loop(20_000, 0x01_011E, guest.DATA, _FAR, data=guest.bls12_381_points()),
    "inverses": guest.loop(50_000, guest.WRITE, 21, guest.DATA, len(_INVERSE), data=_INVERSE),
    "inverses of 381 bits": guest.loop(20_000, guest.WRITE, 19, guest.DATA, 48, data=b"\7" * 48),
}
"""Guests whose repetition costs more than their cycles tell."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a run on our engine, and of the cross-check before its signature."""

    ours: float
    check: float

    @property
    def ratio(self) -> float:
        return self.check / self.ours


def _refuse(reason: str) -> None:
    raise AssertionError(reason)


EXECUTOR = NativeExecutor(BINARIES)
CHECKER = CrossChecker(
    _refuse, EXECUTOR, LIMITS, CrossCheckPolicy(Mode.ALWAYS, Mode.ALWAYS), lambda: 0.5
)


def job_seconds(program: Program) -> float:
    """Wall time of a run with its cross-check, as the signer process makes both."""
    elf, stdin = program.elf.read_bytes(), program.stdin
    started = time.perf_counter()
    with CHECKER.beside(elf, stdin) as beside:
        run = Run("job", elf, stdin, EXECUTOR.execute(elf, stdin, LIMITS, Engine.ATTESTOR))
        CHECKER.before_signing(run, beside)
    return time.perf_counter() - started


def cost(elf: bytes, rounds: int) -> Cost | None:
    """The medians of what a guest costs; None: it is refused."""
    ours, checks = [], []
    for _ in range(rounds):
        before = _children_seconds()
        run = Run("job", elf, (), EXECUTOR.execute(elf, (), LIMITS, Engine.ATTESTOR))
        between = _children_seconds()
        try:
            CHECKER.before_signing(run)
        except CrossCheckLimit:
            return None
        ours.append(between - before)
        checks.append(_children_seconds() - between)
    return Cost(statistics.median(ours), statistics.median(checks))


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
