"""The result of executing a program, and whether it may be signed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from attestor.core.text import one_line
from attestor.errors import GuestFailed, PublicValuesMismatch

EXIT_PANIC = 1
EXIT_STDIN = 3
_MAX_REASON_CHARS = 200


class Engine(StrEnum):
    """The engines, under their names in records and answers."""

    ATTESTOR = "attestor"
    SP1_PORTABLE = "sp1-portable"
    SP1_JIT = "sp1-jit"
    """Checks no bounds: it only cross-checks, and nothing is signed for its answer alone."""
    SP1_V3 = "sp1-v3"
    """SP1 v3.4's own executor, the only one for programs of that version."""


SIGNABLE_ENGINES = (Engine.ATTESTOR, Engine.SP1_PORTABLE)
"""Those for SP1 v6 whose results may be signed, of which the operator chooses one."""


class ExecutorBuild(StrEnum):
    """Which programs of the executor run: those that were recorded when it was built, or others, as
    may be on a development chain."""

    RECORDED = "recorded"
    UNRECORDED = "unrecorded"


class StopRequest(Protocol):
    """Whether a call is to end before its time: `executor.stop.Stop`. The descriptor can be read
    once it is set."""

    @property
    def is_set(self) -> bool: ...

    def fileno(self) -> int: ...


@dataclass(frozen=True)
class Limits:
    """The limits of one child process of the executor.

    `memory_bytes` is the guest's memory on our engine, all data of the process on SP1's portable
    one, and what is resident of the process on SP1's JIT.
    `niceness` is the child's scheduling priority, from 0 (normal) to 19 (lowest). Once `stop` is
    set, the child is ended.
    """

    wall_seconds: float = 600.0
    cpu_seconds: int = 1200
    memory_bytes: int = 4 << 30
    public_values_bytes: int = 1 << 20
    cycles: int = 100_000_000_000
    niceness: int = 0
    stop: StopRequest | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Effort:
    """What an execution on our engine cost.

    `touched_pages` are of 4 KiB. `unconstrained_cycles` are those that SP1 does not count, inside
    of unconstrained blocks. `written_bytes` is what WRITE was charged for. `load_cycles` is what
    SP1's engines take to load and translate the program, in cycles' time. `windows` are those of
    2 MiB that were touched; `block_windows` those that each unconstrained block accessed, and one
    for it. `call_cycles` is what precompiles and hooks cost SP1's executors beyond a cycle each.
    """

    touched_pages: int
    unconstrained_cycles: int
    written_bytes: int
    load_cycles: int
    windows: int
    block_windows: int
    call_cycles: int
    compiled_instructions: int
    compile_seconds: float


@dataclass(frozen=True)
class Execution:
    """The outcome of a program that halted. `digest` is what it committed to, 32 bytes;
    `log` is what it printed, cut and printable; `effort` comes from our engine only."""

    public_values: bytes
    exit_code: int
    cycles: int
    digest: bytes
    engine: Engine
    log: str = field(default="", repr=False)
    effort: Effort | None = field(default=None, compare=False)

    @property
    def public_values_sha256(self) -> bytes:
        """The digest that an honest program commits to."""
        return hashlib.sha256(self.public_values).digest()


def require_signable(execution: Execution) -> None:
    """Raise unless SP1's verifier would accept a proof of this execution.

    Raises `GuestFailed` for an exit code other than 0, and `PublicValuesMismatch` when the
    program committed to another digest than that of its public values: the executor accepts
    both, a verifier does not. All else that SP1's circuits ask, beyond its executor, the run itself
    was held to: there is an `Execution` only of a run that broke none of the rules of
    `errors/unprovable.py`. What is known of it, and how, says docs/engine.md.
    """
    if execution.exit_code != 0:
        raise _failed(execution)
    expected = execution.public_values_sha256
    if execution.digest != expected:
        raise PublicValuesMismatch(
            f"the program committed to the digest {execution.digest.hex()}, "
            f"but sha256 of its public values is {expected.hex()}",
            hint="commit through SP1's runtime with its default hash, sha256",
        )


def _failed(execution: Execution) -> GuestFailed:
    meanings = {
        EXIT_PANIC: ("the program panicked", None),
        EXIT_STDIN: (
            "the program's stdin is invalid or too short",
            "give the entries that the program reads, in its order and encoding",
        ),
    }
    meaning, hint = meanings.get(execution.exit_code, ("the program failed", None))
    reason = one_line(execution.log)[-_MAX_REASON_CHARS:]
    message = f"{meaning}: exit code {execution.exit_code}"
    if reason:
        message = f"{message}; it printed: {reason}"
    return GuestFailed(message, hint=hint, guest_exit_code=execution.exit_code)


def stdin_sha256(stdin: Sequence[bytes]) -> str:
    """The hash of a whole stdin: sha256 over each entry's length (u64 BE) and bytes."""
    digest = hashlib.sha256()
    for entry in stdin:
        digest.update(len(entry).to_bytes(8, "big") + entry)
    return digest.hexdigest()
