"""Errors of jobs, as the calls of `/v1` and the operator meet them."""

from attestor.errors.base import Rejected, Transient


class JobUnknown(Rejected):
    """There is no job of that id, or none any more."""

    code = "job_unknown"
    advice = "Ask for it again: results are kept for some time only."


class JobNotFinished(Transient):
    """The job has no result yet."""

    code = "job_not_finished"
    advice = "Wait for it: GET /v1/jobs/ID?wait=60."


class JobCancelled(Rejected):
    """A job was cancelled by who asked for it, or by the operator."""

    code = "job_cancelled"
    advice = "Ask for it again if it is wanted."


class DeadlineExceeded(Transient):
    """A job was not finished within the seconds that its client gave it."""

    code = "deadline_exceeded"
    advice = "Ask again, with more seconds."


class NotJobOwner(Rejected):
    """A client wants to end a job that it did not ask for."""

    code = "not_job_owner"
    advice = "Only who asked for a job may withdraw it; the operator has attestor jobs cancel."


class FormNotSigned(Rejected):
    """This service does not sign results in that form."""

    code = "form_not_signed"
    advice = "Ask for one of the forms that GET /v1/status lists."


class ParameterInvalid(Rejected):
    """A parameter in a request's path or query is not what the call takes."""

    code = "parameter_invalid"
    advice = "Correct it, as GET /v1/openapi.json describes the call."


class JobNotRetriable(Rejected):
    """A job cannot be run again by the operator: it did not fail, or its inputs are gone."""

    code = "job_not_retriable"
    advice = "Whoever has its program and stdin can ask for it again."
