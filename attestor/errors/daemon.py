"""Errors of the daemon's own work: its duties and its workers."""

from attestor.errors.base import Fatal, Rejected, Transient


class DutyFailing(Fatal):
    """A duty of the daemon fails again and again."""

    code = "duty_failing"
    advice = "The log has the trace of each failure. Fix its cause and start the daemon again."


class DutyHanging(Fatal):
    """One step of a duty takes longer than it may."""

    code = "duty_hanging"
    advice = "The log says which step it was. The service manager should start the daemon again."


class WorkersFailing(Fatal):
    """Proofs fail again and again for reasons that are not the programs'."""

    code = "workers_failing"
    advice = "The log has the traces: a defect to report."


class InternalError(Rejected):
    """A defect of the service, met by this request; it would meet it again."""

    code = "internal_error"
    advice = "A defect: report it with the trace in the service's log."


class LeaseLost(Rejected):
    """A worker's lease on a job ended: the job is another's now, or closed."""

    code = "lease_lost"
    advice = "Nothing: another worker has the job, or it is closed."


class ApiNotAnswering(Transient):
    """The API process does not answer, or ended: it is started anew."""

    code = "api_not_answering"
    advice = "Nothing at first: it is started anew. If it lasts, the log has the reason."


class DaemonNotAnswering(Transient):
    """The daemon does not answer the API process, or a command that asks it."""

    code = "daemon_not_answering"
    advice = "Ask again in a while. If it lasts, the daemon's log has the reason."


class Stopping(Transient):
    """The service is being stopped: what was asked for goes on after its next start."""

    code = "stopping"
    advice = "Ask again once the service has started."
