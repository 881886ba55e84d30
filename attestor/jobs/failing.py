"""What a job fails with that is no fault of its program."""

from attestor.errors import (
    AttestorError,
    ExecutionHostMemory,
    ExecutionLimit,
    ExecutionStopped,
    ExecutorCrashed,
    ForbiddenCall,
    InternalError,
    SignerFailed,
)

KILLS = (ExecutionLimit, ExecutionHostMemory, ExecutionStopped, ExecutorCrashed)
"""After these the executor's process was ended before its program was, or died."""


def internal(job: str) -> InternalError:
    """What the client is told: nothing of what is inside."""
    return InternalError(
        f"an internal error ended job {job}", hint="tell the operator, whose log has more of it"
    )


def crashed(error: ExecutorCrashed | SignerFailed, times: int) -> AttestorError:
    """What a job fails with when trying again did not help."""
    if isinstance(error, ForbiddenCall):
        return error
    again = f"{error.message}; {times} times in a row"
    hint = error.hint or "ask again, or tell the operator, whose log has more of it"
    return ExecutorCrashed(again, hint=hint)
