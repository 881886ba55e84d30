"""Errors of the service, its client, and SP1 proofs."""

from attestor.errors.base import Rejected, Transient

# --- proofs and API -------------------------------------------------------------------------------


class QueueFull(Transient):
    """As many jobs wait as may."""

    code = "queue_full"
    advice = "Ask again later, or raise proofs.max_open."


class JobGivenUp(Rejected):
    """A job was started several times and never finished."""

    code = "job_given_up"
    advice = "The log has the reason of each attempt. Send the job again once it is fixed."


class BodyInvalid(Rejected):
    """A request's body is not in the format that the call expects."""

    code = "body_invalid"


class BodyTooLarge(Rejected):
    """A request's body is over the limit."""

    code = "body_too_large"


class DecoderFailed(Transient):
    """The process that decodes a body gave no answer. The body is not known to be at fault."""

    code = "decoder_failed"
    advice = "Ask again. If it lasts, the service's log has the reason."


class BodyCompressed(Rejected):
    """A request's body is compressed, which is not supported."""

    code = "body_compressed"
    advice = "Send the body without Content-Encoding."


# --- client ---------------------------------------------------------------------------------------


class ProverUnreachable(Transient):
    """The proof service does not answer."""

    code = "prover_unreachable"
    advice = "Check the service's URL, and that it runs."


class ProverFailed(Rejected):
    """The service answered with an error."""

    code = "prover_failed"
    advice = "The message is the service's own, with its code."


class ProofRefused(Rejected):
    """A proof is invalid."""

    code = "proof_refused"
    advice = (
        "Do not use it. The message says what is wrong: ask another service if it is not your "
        "input."
    )


class StdinInvalid(Rejected):
    """A stdin entry on the command line cannot be read."""

    code = "stdin_invalid"
    advice = "Correct the entry, as attestor prove --help describes it."


class AuditFailed(Rejected):
    """The history is damaged, or differs from the chain."""

    code = "audit_failed"
    advice = (
        "The message names each difference. Compare with another node and a backup before "
        "trusting either."
    )


class ProofUnknown(Rejected):
    """The history has no signature of that job or digest."""

    code = "proof_unknown"
    advice = "Check the id, and that it is the database of the service that signed."


class SignatureInvalid(ProofRefused):
    """A signature is malformed, altered, or recovers to no key."""

    code = "signature_invalid"
    advice = "Do not use it."


# --- SP1 proofs -----------------------------------------------------------------------------------


class Sp1ProofInvalid(Rejected):
    """The file is not an SP1 proof with its verifying key."""

    code = "sp1_proof_invalid"


class Sp1ProofRefused(ProofRefused):
    """A well-formed SP1 proof that is invalid, or under a key that is not SP1's."""

    code = "sp1_proof_refused"
    advice = "Do not use it; attestor verify-sp1 says which check failed."
