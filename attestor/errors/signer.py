"""Errors of the signer process and of cross-checks."""

from attestor.errors.base import Fatal, Rejected, Transient
from attestor.errors.executor import ExecutionLimit

# --- signer ---------------------------------------------------------------------------------------


class NoActiveSigner(Transient):
    """There is no active signer at the moment."""

    code = "no_active_signer"


class SignerUnknown(Rejected):
    """The signer process holds no key of that address."""

    code = "signer_unknown"


class RequestInvalid(Rejected):
    code = "request_invalid"


class ProgramUnknown(Rejected):
    """The signer process does not have the program of that hash: it has to be sent along."""

    code = "program_unknown"


class OutcomeUnknown(Rejected):
    """The signer process did not run what it is asked to sign again: it has to be run again."""

    code = "outcome_unknown"


class SignerNotVouchedFor(Transient):
    """The chain did not vouch for a proof's signer after it signed."""

    code = "signer_not_vouched_for"


class SignerFailed(Fatal):
    """The signer process hit an unexpected error."""

    code = "signer_failed"


class SignerGone(Fatal):
    """The signer process ended."""

    code = "signer_gone"


# --- trust in the engine --------------------------------------------------------------------------


class CrossCheckLimit(ExecutionLimit):
    """SP1's engine did not finish within the limits, in a cross-check required before signing."""

    code = "cross_check_limit"


class EnginesDisagree(Fatal):
    """SP1's engine and ours disagree on this execution: it is not signed."""

    code = "engines_disagree"


class SigningHalted(Fatal):
    """The engines disagreed: nothing is signed or served until the operator resumes."""

    code = "signing_halted"


class NothingToResume(Rejected):
    """Signing is not halted."""

    code = "nothing_to_resume"
