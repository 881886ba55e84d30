"""Errors of the daemon's own work: its duties and its workers."""

from attestor.errors.base import Fatal, Rejected, Transient


class DutyFailing(Fatal):
    """A duty of the daemon fails again and again."""

    code = "duty_failing"


class DutyHanging(Fatal):
    """One step of a duty takes longer than it may."""

    code = "duty_hanging"


class WorkersFailing(Fatal):
    """Proofs fail again and again for reasons that are not the programs'."""

    code = "workers_failing"


class InternalError(Rejected):
    """A defect of the service, met by this request; it would meet it again."""

    code = "internal_error"


class LeaseLost(Rejected):
    """A worker's lease on a job ended: the job is another's now, or closed."""

    code = "lease_lost"


class ApiNotAnswering(Transient):
    """The API process does not answer, or ended: it is started anew."""

    code = "api_not_answering"


class DaemonNotAnswering(Transient):
    """The daemon does not answer the API process."""

    code = "daemon_not_answering"


class Stopping(Transient):
    """The service is being stopped: what was asked for goes on after its next start."""

    code = "stopping"
