"""Errors of the signer process and of cross-checks."""

from attestor.errors.base import Fatal, Rejected, Transient
from attestor.errors.executor import ExecutionLimit

# --- signer ---------------------------------------------------------------------------------------


class NoActiveSigner(Transient):
    """There is no active signer at the moment."""

    code = "no_active_signer"
    advice = "Ask again later; /health says what the next registration waits for."


class SignerUnknown(Rejected):
    """The signer process holds no key of that address."""

    code = "signer_unknown"
    advice = "Nothing: the daemon makes another signer."


class RequestInvalid(Rejected):
    """The signer process was asked for something malformed."""

    code = "request_invalid"


class ProgramUnknown(Rejected):
    """The signer process does not have the program of that hash: it has to be sent along."""

    code = "program_unknown"
    advice = "Nothing: the daemon sends the program again."


class ProgramChanged(ProgramUnknown):
    """A program that was read from the jobs' database is not the one of its name."""

    code = "program_changed"
    advice = (
        "Find out who writes the jobs' database, or which disk fails: attestor db verify. Nothing "
        "was signed."
    )


class OutcomeUnknown(Rejected):
    """The signer process did not run what it is asked to sign again: it has to be run again."""

    code = "outcome_unknown"
    advice = "Nothing: the job runs again."


class SignerNotVouchedFor(Transient):
    """The chain did not vouch for a proof's signer after it signed."""

    code = "signer_not_vouched_for"
    advice = "Ask again: the proof is handed out once the chain vouches for its signer."


class SignerFailed(Fatal):
    """The signer process hit an unexpected error."""

    code = "signer_failed"
    advice = (
        "The log has the trace: a defect to report. The daemon ends; its next start makes "
        "another signer."
    )


class SignerGone(Fatal):
    """The signer process ended."""

    code = "signer_gone"
    advice = (
        "The kernel's log may say why (memory?). The daemon ends; its next start makes "
        "another signer."
    )


# --- trust in the engine --------------------------------------------------------------------------


class CrossCheckLimit(ExecutionLimit):
    """SP1's engine did not finish within the limits, in a cross-check required before signing."""

    code = "cross_check_limit"
    advice = (
        "Raise cross_check.budget_cycles or the limits of executor, if the program deserves it."
    )


class EnginesDisagree(Fatal):
    """SP1's engine and ours disagree on this execution: it is not signed."""

    code = "engines_disagree"
    advice = (
        "Keep the program and its stdin, report them, and resume with attestor resume once it "
        "is understood."
    )


class SigningHalted(Fatal):
    """The engines disagreed: nothing is signed or served until the operator resumes."""

    code = "signing_halted"
    advice = "Find the reason in the history (attestor audit), then run attestor resume."


class NothingToResume(Rejected):
    """Signing is not halted."""

    code = "nothing_to_resume"
    advice = "Nothing."
