"""Errors of the service, its client, and SP1 proofs."""

from attestor.errors.base import Rejected, Transient

# --- proofs and API -------------------------------------------------------------------------------


class QueueFull(Transient):
    code = "queue_full"


class JobUnknown(Rejected):
    """There is no job of that id, or none any more."""

    code = "job_unknown"


class JobNotFinished(Transient):
    """The job has no result yet."""

    code = "job_not_finished"


class JobCancelled(Rejected):
    """A job was cancelled by who asked for it, or by the operator."""

    code = "job_cancelled"


class DeadlineExceeded(Transient):
    """A job was not finished within the seconds that its client gave it."""

    code = "deadline_exceeded"


class NotJobOwner(Rejected):
    """A client wants to end a job that it did not ask for."""

    code = "not_job_owner"


class FormNotSigned(Rejected):
    """This service does not sign results in that form."""

    code = "form_not_signed"


class ParameterInvalid(Rejected):
    """A parameter in a request's path or query is not what the call takes."""

    code = "parameter_invalid"


class JobNotRetriable(Rejected):
    """A job cannot be run again by the operator: it did not fail, or its inputs are gone."""

    code = "job_not_retriable"


class JobGivenUp(Rejected):
    """A job was started several times and never finished."""

    code = "job_given_up"


class BodyInvalid(Rejected):
    """A request's body is not in the format that the call expects."""

    code = "body_invalid"


class BodyTooLarge(Rejected):
    code = "body_too_large"


class DecoderFailed(Transient):
    """The process that decodes a body gave no answer. The body is not known to be at fault."""

    code = "decoder_failed"


class BodyCompressed(Rejected):
    """A request's body is compressed, which is not supported."""

    code = "body_compressed"


# --- client ---------------------------------------------------------------------------------------


class ProverUnreachable(Transient):
    code = "prover_unreachable"


class ProverFailed(Rejected):
    """The service answered with an error."""

    code = "prover_failed"


class ProofRefused(Rejected):
    """A proof is invalid."""

    code = "proof_refused"


class StdinInvalid(Rejected):
    """A stdin entry on the command line cannot be read."""

    code = "stdin_invalid"


class AuditFailed(Rejected):
    """The history is damaged, or differs from the chain."""

    code = "audit_failed"


class SignatureInvalid(ProofRefused):
    """A signature is malformed, altered, or recovers to no key."""

    code = "signature_invalid"


# --- SP1 proofs -----------------------------------------------------------------------------------


class Sp1ProofInvalid(Rejected):
    """The file is not an SP1 proof with its verifying key."""

    code = "sp1_proof_invalid"


class Sp1ProofRefused(ProofRefused):
    """A well-formed SP1 proof that is invalid, or under a key that is not SP1's."""

    code = "sp1_proof_refused"
