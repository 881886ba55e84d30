"""Which HTTP status an error is answered with."""

from attestor.errors import (
    AttestorError,
    BodyCompressed,
    BodyInvalid,
    BodyTooLarge,
    ExecutorCrashed,
    ForbiddenCall,
    InternalError,
    ProgramUnknown,
    Rejected,
    SigningHalted,
    Transient,
)
from attestor.errors.access import (
    ClientRefused,
    QuotaExceeded,
    Unauthenticated,
)
from attestor.errors.jobs import (
    FormNotSigned,
    JobNotFinished,
    JobUnknown,
    NotJobOwner,
    ParameterInvalid,
)

STATUSES: tuple[tuple[type[AttestorError], int], ...] = (
    (BodyTooLarge, 413),
    (BodyCompressed, 415),
    (BodyInvalid, 400),
    (ParameterInvalid, 400),
    (Unauthenticated, 401),
    (ClientRefused, 403),
    (NotJobOwner, 403),
    (JobUnknown, 404),
    (ProgramUnknown, 404),
    (FormNotSigned, 404),
    (JobNotFinished, 409),
    (InternalError, 500),
    (ForbiddenCall, 422),
    (ExecutorCrashed, 500),
    (Rejected, 422),
    (SigningHalted, 503),
    (QuotaExceeded, 429),
    (Transient, 503),
)
"""The first that an error is one of counts; 500 for all others."""


def status_of(kind: type[AttestorError]) -> int:
    """The status of an answer that is an error of that kind."""
    return next((status for known, status in STATUSES if issubclass(kind, known)), 500)
