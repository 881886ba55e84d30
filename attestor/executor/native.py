"""The native executor: one child process per verifying key or execution, of the binaries of
`executor/` (Rust)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from attestor import resources
from attestor.core.execution import Engine, Execution, Limits
from attestor.core.verifying_key import VerifyingKey
from attestor.executor import answer
from attestor.executor.cgroup import Cgroup
from attestor.executor.launcher import Launcher
from attestor.executor.memory_budget import MemoryBudget
from attestor.executor.programs import Programs
from attestor.executor.sandbox import SandboxReport
from attestor.executor.sealed_memory import SealedBytes

VERSION = 2
VKEY_PROGRAM = "attestor-vkey"
EXECUTE_PROGRAM = "attestor-execute"
JIT_PROGRAM = "attestor-execute-jit"
JIT_BUILD_COMMAND = resources.how_to_get("make executor-jit")
KEY_MEMORY_BYTES = 2 << 30
KEY_CPU_SECONDS = 300
"""A key's time and memory grow with what the program's segments fill, zeros too: some 35 CPU
seconds and half a gibibyte for the 64 MiB that they may. Operators' limits are meant for runs."""


class NativeExecutor:
    """Thread-safe. Each call starts a child process, which has ended when the call returns."""

    def __init__(
        self,
        directory: Path,
        programs: Programs | None = None,
        memory: MemoryBudget | None = None,
        cgroup: Cgroup | None = None,
    ) -> None:
        """As `Launcher`."""
        self._launcher = Launcher(directory, VERSION, programs, memory, cgroup)

    def keep_warm(self, count: int) -> None:
        """Have so many processes that run programs started before they are asked for. Each runs
        one."""
        self._launcher.keep_warm(EXECUTE_PROGRAM, count)

    def close(self) -> None:
        """End the processes that wait."""
        self._launcher.close()

    def verifying_key(self, program: bytes, limits: Limits) -> VerifyingKey:
        """Compute the key of an ELF: some CPU seconds, most of them for any ELF. Of `limits`, what
        is over `KEY_MEMORY_BYTES` and `KEY_CPU_SECONDS` does not count.

        Raises `ProgramInvalid`, `ExecutionLimit`, `ExecutionStopped`, `ExecutorCrashed` or
        `ExecutorMissing`.
        """
        limits = replace(
            limits,
            memory_bytes=min(limits.memory_bytes, KEY_MEMORY_BYTES),
            cpu_seconds=min(limits.cpu_seconds, KEY_CPU_SECONDS),
        )
        ended = self._launcher.run(VKEY_PROGRAM, (program,), limits)
        return answer.read_verifying_key(answer.read(ended))

    def execute(
        self,
        program: bytes,
        stdin: Sequence[bytes],
        limits: Limits,
        engine: Engine,
        *,
        cross_check: bool = False,
        wait: bool = True,
        sealed: SealedBytes | None = None,
    ) -> Execution:
        """Run an ELF on the stdin entries until it halts, with whatever exit code. Where it is also
        `sealed`, its process reads it there.

        Raises like `verifying_key`, `GuestFault`, and the leaf of `Unprovable` for a run that no
        SP1 proof can show: SP1's engine does not know that, so our interpreter judges its runs,
        except for a `cross_check` of one of ours. Whether the result may be signed is for
        `require_signable` to say. SP1's JIT runs for a `cross_check` only. Unless it is to `wait`,
        raises `ExecutionStopped` while other executions have the memory. SP1's engine cannot stop
        at a cycle: with it, a run over the cycle limit ends by that limit only when it halts, and
        by a time limit otherwise.
        """
        is_jit = engine is Engine.SP1_JIT
        attached = sealed if not is_jit else None
        ended = self._launcher.run(
            JIT_PROGRAM if is_jit else EXECUTE_PROGRAM,
            tuple(stdin) if attached is not None else (program, *stdin),
            limits,
            wait=wait,
            attached=attached,
            # None of its guest's memory is data, which a process could limit itself.
            max_resident_bytes=limits.memory_bytes if is_jit else None,
            engine=engine,
            cross_checks=cross_check,
        )
        return answer.read_execution(answer.read(ended), engine, ended.log, limits)

    def sandbox_report(self) -> SandboxReport:
        """What confines the executor's processes on this machine: as `Launcher.sandbox_report`."""
        return self._launcher.sandbox_report(EXECUTE_PROGRAM, engine="attestor")

    @property
    def has_jit(self) -> bool:
        """Whether SP1's JIT is built, which runs nowhere but on x86-64."""
        return self._launcher.has(JIT_PROGRAM)
