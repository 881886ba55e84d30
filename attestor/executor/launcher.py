"""Starts the programs of the executor's directory, one process per call."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from attestor.core import frame
from attestor.core.execution import Limits
from attestor.errors import ExecutorMissing
from attestor.executor import answer, child, starting
from attestor.executor.cgroup import Cgroup
from attestor.executor.memory_budget import MemoryBudget
from attestor.executor.programs import Programs
from attestor.executor.sandbox import SandboxReport, read_report
from attestor.executor.sealed_memory import SealedBytes
from attestor.executor.warm import Warm

_REPORT_LIMITS = Limits(wall_seconds=20, cpu_seconds=20)
_SLACK_BYTES = 512 << 20


class Launcher:
    """Programs that speak one version of the requests' format. Thread-safe.

    Processes keep to the memory that all may have together, and to the walls that stood when the
    sandbox was reported.
    """

    def __init__(
        self,
        directory: Path,
        version: int,
        programs: Programs | None = None,
        memory: MemoryBudget | None = None,
        cgroup: Cgroup | None = None,
    ) -> None:
        """`directory` holds the programs; that is checked when one is started. With `programs`
        those are run, and what is in the directory by then does not matter. `memory` is what all
        processes may have together, unless set a share of the machine's; `cgroup` is where they
        run, unless set that of this process."""
        self._directory = directory
        self._version = version
        self._memory = memory or MemoryBudget.of_machine()
        self._cgroup = cgroup
        self._sealed = programs.descriptors if programs is not None else {}
        self._relied_on: tuple[str, ...] = ()
        self._warm: dict[str, Warm] = {}

    def has(self, name: str) -> bool:
        """Whether that program is there."""
        return name in self._sealed or (self._directory / name).exists()

    def require(self, name: str, build_command: str) -> None:
        """Raise `ExecutorMissing`, with the command that builds it, for a program that is not."""
        if not self.has(name):
            raise ExecutorMissing(f"{self._directory / name} is not there", hint=build_command)

    def keep_warm(self, name: str, count: int) -> None:
        """Have so many processes of a program started before they are asked for."""
        program, sealed = self._directory / name, self._sealed.get(name)
        self._warm[name] = Warm(lambda: starting.start(program, sealed, cgroup=self._cgroup), count)

    def close(self) -> None:
        """End the processes that wait for a request."""
        for warm in self._warm.values():
            warm.close()

    def run(
        self,
        name: str,
        blobs: tuple[bytes, ...],
        limits: Limits,
        *,
        wait: bool = True,
        max_resident_bytes: int | None = None,
        attached: SealedBytes | None = None,
        **fields: object,
    ) -> child.Ended:
        """One call, to which a program may be `attached` instead of the first blob. Unless it is to
        `wait`, raises `ExecutionStopped` while others have the memory; otherwise as `child.run`."""
        with self._memory.held(limits.memory_bytes, wait=wait, stop=limits.stop):
            return self._start(name, blobs, limits, max_resident_bytes, fields, attached)

    def sandbox_report(self, name: str, **fields: object) -> SandboxReport:
        """What confines a program on this machine: it is started once, without work. From then on
        none does any in a process that lacks one of these walls.

        Raises `ExecutorCrashed` or `ExecutorMissing`.
        """
        ended = self._start(name, (), _REPORT_LIMITS, None, {**fields, "report": "sandbox"})
        report = read_report(answer.read(ended).header)
        self._relied_on = report.standing
        return report

    def _start(
        self,
        name: str,
        blobs: tuple[bytes, ...],
        limits: Limits,
        max_resident_bytes: int | None,
        fields: dict[str, object],
        attached: SealedBytes | None = None,
    ) -> child.Ended:
        bounds = {
            "cycles": limits.cycles,
            "cpu_seconds": limits.cpu_seconds,
            "memory_bytes": limits.memory_bytes,
            "public_values_bytes": limits.public_values_bytes,
        }
        walls = list(self._relied_on)
        header: dict[str, object] = {
            "version": self._version,
            "limits": bounds,
            "walls": walls,
            **fields,
        }
        if attached is not None:
            header["attached"] = attached.size
        with self._waiting(name, limits) as started:
            return child.run(
                self._directory / name,
                frame.encode(frame.Frame(header, blobs)),
                limits.wall_seconds,
                max_answer_bytes=frame.MAX_HEADER_BYTES + limits.public_values_bytes,
                niceness=limits.niceness,
                sealed=self._sealed.get(name),
                max_resident_bytes=max_resident_bytes or _resident_bound(limits),
                stop=limits.stop,
                attached=attached,
                started=started,
                cgroup=self._cgroup,
            )

    def _waiting(
        self, name: str, limits: Limits
    ) -> AbstractContextManager[starting.Started | None]:
        """A process that waits. One that is to leave the processor to others is started by whoever
        has time for it."""
        warm = self._warm.get(name)
        return warm.taken() if warm is not None and not limits.niceness else nullcontext()


def _resident_bound(limits: Limits) -> int:
    """More than any process needs that keeps to its limits: one that was taken over need not. What
    it fills and then makes read-only is no data (RLIMIT_DATA), for example.

    Our engine may have as much of marks as of memory (`executor/sp1/src/confine.rs`); the slack
    is the request, code, and tables.
    """
    return 2 * limits.memory_bytes + _SLACK_BYTES
