"""The answer of an executor child, checked as untrusted input: the child processed an untrusted
program."""

import re
import signal
from typing import Any

from attestor.core import circuits, frame
from attestor.core.circuits import Circuit
from attestor.core.execution import Effort, Engine, Execution, Limits
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    AttestorError,
    ExecutionCycleLimit,
    ExecutionHostMemory,
    ExecutionMemoryLimit,
    ExecutionOutputLimit,
    ExecutionTimeLimit,
    ExecutorCrashed,
    ExecutorMissing,
    ForbiddenCall,
    FrameInvalid,
    GuestFault,
    ProgramInvalid,
    ProgramUnsupported,
    Unprovable,
    VerifyingKeyInvalid,
)
from attestor.errors.unprovable import RULES
from attestor.executor.child import Ended
from attestor.executor.circuit_programs import PROGRAMS, CircuitPrograms

MAX_DETAIL_CHARS = 500
_MAX_U32 = 2**32 - 1
_MAX_U64 = 2**64 - 1
_DIGEST = re.compile("[0-9a-f]{64}")
_FEWER = "free memory or lower proofs.workers"

_CLASSES: dict[str, tuple[type[AttestorError], str, str | None]] = {
    "invalid_elf": (ProgramInvalid, "SP1 does not take the program", None),
    "unsupported": (ProgramUnsupported, "the program is not run here", None),
    "limit_cycles": (ExecutionCycleLimit, "the executor stopped", "raise the cycle limit"),
    "limit_memory": (ExecutionMemoryLimit, "the executor stopped", "raise the memory limit"),
    "host_memory": (
        ExecutionHostMemory,
        "the host refused memory",
        f"{_FEWER}; vm.max_map_count must be 65530 or more, and the address space (ulimit -v) "
        "unlimited",
    ),
    "limit_output": (ExecutionOutputLimit, "the executor stopped", "raise the output limit"),
    "unprovable": (Unprovable, "no SP1 proof can show this run", "fix the program"),
    "guest_fault": (GuestFault, "the program was stopped", "check the program and its stdin"),
    "crash": (ExecutorCrashed, "the executor failed", None),
}
"""The failure classes of `executor/sp1/src/failure.rs`, and of `executor/sp1-v3/src/failure.rs`."""


def read(ended: Ended) -> frame.Frame:
    """The frame of a successful answer. Raises the error that an unsuccessful one encodes,
    and `ExecutorCrashed` for anything else."""
    answer = read_frame(ended)
    if answer.header.get("ok") is True:
        return answer
    raise _failure(answer.header)


def read_frame(ended: Ended) -> frame.Frame:
    """The frame of any answer. Raises `ExecutorCrashed` where there is none, and the error of the
    signal that ended the child."""
    _require_status(ended)
    try:
        return frame.decode(ended.answer, max_blob_bytes=len(ended.answer))
    except FrameInvalid as error:
        raise ExecutorCrashed(f"{ended.name} gave no answer: {error}") from None


def read_verifying_key(answer: frame.Frame, circuit: Circuit = Circuit.V6) -> VerifyingKey:
    """The key in an answer of attestor-vkey, or of its like for another `circuit`."""
    programs = PROGRAMS[circuit]
    _require_version(answer.header, programs)
    words = answer.header.get("words")
    if not isinstance(words, list):
        raise ExecutorCrashed("the executor answered without the words of a key")
    try:
        key = VerifyingKey(tuple(words))
    except VerifyingKeyInvalid as error:
        raise ExecutorCrashed(f"the executor answered with a bad key: {error}") from None
    if max(key.words) >= programs.prime:
        raise ExecutorCrashed("the executor answered with a key of another field")
    return key


def read_execution(answer: frame.Frame, engine: Engine, log: str, limits: Limits) -> Execution:
    """The run on `engine` in an answer of attestor-execute, or of its like for other circuits,
    within the limits of public values and cycles that it was given. SP1's JIT knows no limit of
    cycles: its answer is compared."""
    header, programs = answer.header, PROGRAMS[circuits.of_engine(engine)]
    _require_version(header, programs)
    digest = header.get("digest")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ExecutorCrashed("the executor answered without a digest of 32 bytes")
    if len(answer.blobs) != 1:
        raise ExecutorCrashed("the executor answered without public values")
    most = limits.public_values_bytes
    if len(answer.blobs[0]) > most:
        raise ExecutorCrashed(f"the executor answered more than {most} public value bytes")
    if header.get("engine") != engine:
        raise ExecutorMissing(
            f"the executor ran on the engine {header.get('engine')!r:.40}, not {engine}",
            hint=programs.build_command,
        )
    return Execution(
        public_values=answer.blobs[0],
        exit_code=_number(header, "exit_code", _MAX_U32),
        cycles=_number(header, "cycles", _MAX_U64 if engine is Engine.SP1_JIT else limits.cycles),
        digest=bytes.fromhex(digest),
        engine=engine,
        log=log,
        effort=_effort(header) if engine is Engine.ATTESTOR else None,
    )


def _effort(header: dict[str, Any]) -> Effort:
    seconds = header.get("compile_seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
        raise ExecutorCrashed(f"the executor answered with compile_seconds {seconds!r:.40}")
    return Effort(
        touched_pages=_number(header, "touched_pages", _MAX_U64),
        unconstrained_cycles=_number(header, "unconstrained_cycles", _MAX_U64),
        written_bytes=_number(header, "written_bytes", _MAX_U64),
        load_cycles=_number(header, "load_cycles", _MAX_U64),
        windows=_number(header, "windows", _MAX_U64),
        block_windows=_number(header, "block_windows", _MAX_U64),
        call_cycles=_number(header, "call_cycles", _MAX_U64),
        compiled_instructions=_number(header, "compiled_instructions", _MAX_U64),
        compile_seconds=float(seconds),
    )


def _require_status(ended: Ended) -> None:
    """A child that answered ends with status 0: any other voids the answer."""
    if ended.status == 0:
        return
    if ended.status == -signal.SIGXCPU:
        raise ExecutionTimeLimit(
            f"{ended.name} used up its CPU time", hint="raise the CPU-time limit"
        )
    if ended.status == -signal.SIGSYS:
        raise ForbiddenCall(
            f"{ended.name} made a system call that its sandbox forbids, and was stopped",
            hint="keep the program and its stdin: it may be an attempt to take over the executor",
        )
    if ended.out_of_memory:
        raise ExecutionHostMemory(
            f"{ended.name} was ended by the kernel, which had no memory left", hint=_FEWER
        )
    how = f"ended with status {ended.status}"
    if ended.status < 0:
        how = f"was killed by signal {-ended.status}"
    printed = ended.log.strip()[-200:]
    raise ExecutorCrashed(f"{ended.name} {how}" + (f"; it printed: {printed}" if printed else ""))


def _failure(header: dict[str, Any]) -> AttestorError:
    name, detail = header.get("class"), header.get("detail")
    known = isinstance(name, str) and name in _CLASSES
    if header.get("ok") is not False or not isinstance(detail, str) or not known:
        return ExecutorCrashed("the executor answered neither a result nor a failure")
    leaf, what, hint = _CLASSES[str(name)]
    if leaf is Unprovable:
        leaf = RULES.get(str(header.get("rule")), Unprovable)
    text = "".join(char if char.isprintable() else "?" for char in detail[:MAX_DETAIL_CHARS])
    return leaf(f"{what}: {text}", hint=hint)


def _require_version(header: dict[str, Any], programs: CircuitPrograms) -> None:
    if header.get("sp1") != programs.sp1_version:
        raise ExecutorMissing(
            f"the executor is built for SP1 {header.get('sp1')!r:.40}, not {programs.sp1_version}",
            hint=programs.build_command,
        )


def _number(header: dict[str, Any], name: str, highest: int) -> int:
    value = header.get(name)
    if type(value) is not int or not 0 <= value <= highest:
        raise ExecutorCrashed(f"the executor answered with {name} {value!r:.40}")
    return value
