"""Errors of programs and their execution."""

from attestor.errors.base import Misconfigured, Rejected, Transient


class ProgramInvalid(Rejected):
    """The bytes are not an ELF that SP1 can execute."""

    code = "program_invalid"


class ProgramUnsupported(ProgramInvalid):
    """A well-formed ELF, but for another SP1 version or of an unsupported kind."""

    code = "program_unsupported"
    advice = "Compile the program with SP1 v6's toolchain."


class VerifyingKeyInvalid(Rejected):
    """The bytes or words are not an SP1 verifying key's digest."""

    code = "verifying_key_invalid"


class GuestFailed(Rejected):
    """The program ended with an exit code other than 0, which is in `guest_exit_code`."""

    code = "exec_exit_code"
    advice = "The program refuses its input, or has a defect: run it in SP1's own tooling."

    def __init__(
        self, message: str, *, hint: str | None = None, guest_exit_code: int | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.guest_exit_code = guest_exit_code


class GuestFault(Rejected):
    """The program did something illegal, such as an access out of bounds."""

    code = "exec_guest_fault"
    advice = "The program has a defect: run it in SP1's own tooling."


class ExecutionLimit(Rejected):
    """An execution limit was reached; the subclass says which."""

    code = "exec_limit"


class ExecutionTimeLimit(ExecutionLimit):
    """The execution took longer than it may."""

    code = "exec_time_limit"


class ExecutionCycleLimit(ExecutionLimit):
    """The execution took more cycles than it may."""

    code = "exec_cycle_limit"
    advice = "A smaller input, or a higher limit by the operator."


class ExecutionMemoryLimit(ExecutionLimit):
    """The execution used more memory than it may."""

    code = "exec_memory_limit"


class ExecutionOutputLimit(ExecutionLimit):
    """Public values, or what the program wrote, are longer than they may be."""

    code = "exec_output_limit"


class ExecutionStopped(Transient):
    """The execution was ended on request: nobody waits for its result."""

    code = "exec_stopped"
    advice = "Nothing: ask again if the result is still wanted."


class PublicValuesMismatch(Rejected):
    """The committed digest is not that of the public values."""

    code = "exec_public_values_mismatch"


class ExecutionHostMemory(Transient):
    """The machine refused memory that the execution's limit allows: no fault of the program."""

    code = "exec_host_memory"
    advice = (
        "Give the machine more memory, or run fewer jobs at once (docs/operate-machine.md has the "
        "kernel's limits)."
    )


class ExecutorCrashed(Rejected):
    """The executor's process died, or its answer cannot be true."""

    code = "exec_crashed"


class ForbiddenCall(ExecutorCrashed):
    """The executor's process made a system call that its sandbox does not allow: the program that
    it ran may have taken it over."""

    code = "exec_forbidden_call"


class HostLimitsTooLow(Misconfigured):
    """The limits that this process was started with leave no room for an execution."""

    code = "host_limits_too_low"


class ExecutorMissing(Misconfigured):
    """The executor's binaries are not built, or are of another version."""

    code = "executor_missing"
