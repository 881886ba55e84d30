"""Errors of the signer process, and of trust in the engine."""

from attestor.errors.base import Fatal, Rejected, Transient
from attestor.errors.executor import ExecutionLimit

# --- signer ---------------------------------------------------------------------------------------


class NoActiveSigner(Transient):
    """No registered signer can sign at this moment."""

    code = "no_active_signer"


class SignerUnknown(Rejected):
    """The signer process holds no key of that address."""

    code = "signer_unknown"


class RequestInvalid(Rejected):
    code = "request_invalid"


class SignerFailed(Fatal):
    """The signer process met an error that it did not expect."""

    code = "signer_failed"


class SignerGone(Fatal):
    """The signer process ended."""

    code = "signer_gone"


# --- trust in the engine --------------------------------------------------------------------------


class CrossCheckLimit(ExecutionLimit):
    """SP1's engine could not repeat a run within the limits, and it must be before signing."""

    code = "cross_check_limit"


class EnginesDisagree(Fatal):
    """SP1's engine comes to another result than ours for this run: it is not signed."""

    code = "engines_disagree"


class SigningHalted(Fatal):
    """Nothing is signed or served since the engines disagreed, until the operator acts."""

    code = "signing_halted"


class NothingToResume(Rejected):
    """Signing is not halted."""

    code = "nothing_to_resume"
