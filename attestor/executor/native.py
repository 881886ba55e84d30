"""The native executor: one child process per verifying key or execution, of the binaries of
`executor/` (Rust)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from attestor import resources
from attestor.core import circuits, older_programs
from attestor.core.circuits import Circuit
from attestor.core.execution import Engine, Execution, Limits
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import ProgramUnsupported
from attestor.executor import answer
from attestor.executor.cgroup import Cgroup
from attestor.executor.circuit_programs import JIT_PROGRAM, PROGRAMS
from attestor.executor.launcher import Launcher
from attestor.executor.memory_budget import MemoryBudget
from attestor.executor.programs import Programs
from attestor.executor.sandbox import SandboxReport
from attestor.executor.sealed_memory import SealedBytes

VERSION = 2
VKEY_PROGRAM = PROGRAMS[Circuit.V6].vkey
EXECUTE_PROGRAM = PROGRAMS[Circuit.V6].execute
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
        """Compute the key of an ELF, by the circuits that it is for: some CPU seconds, most of them
        for any ELF. Of `limits`, what is over `KEY_MEMORY_BYTES` and `KEY_CPU_SECONDS` does not
        count.

        Raises `ProgramInvalid`, `ExecutionLimit`, `ExecutionStopped`, `ExecutorCrashed` or
        `ExecutorMissing`.
        """
        circuit = self._circuit_of(program)
        limits = replace(
            limits,
            memory_bytes=min(limits.memory_bytes, KEY_MEMORY_BYTES),
            cpu_seconds=min(limits.cpu_seconds, KEY_CPU_SECONDS),
        )
        ended = self._launcher.run(PROGRAMS[circuit].vkey, (program,), limits)
        return answer.read_verifying_key(answer.read(ended), circuit)

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
        except for a `cross_check` of one of ours. A program for SP1 v3 runs on
        `Engine.SP1_V3` alone, which judges what SP1's executor recorded. Whether the result may be
        signed is for `require_signable` to say. SP1's JIT runs for a `cross_check` only. Unless it
        is to `wait`, raises `ExecutionStopped` while other executions have the memory. SP1's engine
        for v6 cannot stop at a cycle: with it, a run over the cycle limit ends by that limit only
        when it halts, and by a time limit otherwise.
        """
        circuit = self._circuit_of(program)
        is_jit = engine is Engine.SP1_JIT
        attached = sealed if not is_jit else None
        ended = self._launcher.run(
            JIT_PROGRAM if is_jit else PROGRAMS[circuit].execute,
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

    def has(self, circuit: Circuit) -> bool:
        """Whether programs for that version of SP1's circuits run here. Those for v6 always do."""
        return circuit is Circuit.V6 or all(map(self._launcher.has, PROGRAMS[circuit].names))

    def _circuit_of(self, program: bytes) -> Circuit:
        """What a program is for. Raises `ProgramUnsupported` where that is not built."""
        circuit = circuits.of_program(program)
        if not self.has(circuit):
            name = older_programs.in_words(older_programs.majors(program))
            raise ProgramUnsupported(
                f"program is a 32-bit ELF, which is for {name}; SP1 v6 runs 64-bit ones, and the "
                "executor for SP1 v3 is not built here",
                hint=f"rebuild the program with SP1 v6; or, as the operator: "
                f"{PROGRAMS[circuit].build_command}",
            )
        return circuit
