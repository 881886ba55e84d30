"""Every error that attestor raises on purpose.

The four classes say what a caller does next; each leaf has a `code` that is stable across
releases (it is in JSON answers, in the journal and in metrics). Raise the most exact leaf, say
what was wrong and where in the message, and what to do about it in `hint`.
"""

from typing import ClassVar


class AttestorError(Exception):
    """Base of all errors of attestor. `str(error)` is the message with its hint."""

    code: ClassVar[str] = "attestor_error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class Transient(AttestorError):
    """May go away by itself: try again, with back-off."""

    exit_code = 3


class Rejected(AttestorError):
    """The input was refused and will be refused again: do not retry it unchanged."""

    exit_code = 4


class Misconfigured(AttestorError):
    """The operator has to change something; the message says what."""

    exit_code = 2


class Fatal(AttestorError):
    """State that can no longer be trusted: stop signing."""

    exit_code = 70


def restore(code: str, message: str, hint: str | None) -> AttestorError:
    """The error that another process of ours reported by its code."""
    leaves = [AttestorError]
    for leaf in leaves:
        if leaf.__dict__.get("code") == code:
            return leaf(message, hint=hint)
        leaves.extend(leaf.__subclasses__())
    return AttestorError(f"{message} [{code}]", hint=hint)


# --- configuration -----------------------------------------------------------------------------


class ConfigurationInvalid(Misconfigured):
    code = "configuration_invalid"


class SimulationRefused(Misconfigured):
    """A simulated platform or its root was asked for outside of a development chain."""

    code = "simulation_refused"


# --- processes ---------------------------------------------------------------------------------


class FrameInvalid(Fatal):
    """A process of ours sent bytes that are not a frame."""

    code = "frame_invalid"


# --- chain -------------------------------------------------------------------------------------


class RpcUnreachable(Transient):
    """The node did not answer, or not with JSON-RPC."""

    code = "rpc_unreachable"


class RpcAnswerInvalid(Transient):
    """The node answered something that cannot be true or is malformed: it is not believed."""

    code = "rpc_answer_invalid"


class RpcError(Rejected):
    """The node understood the request and refused it."""

    code = "rpc_error"

    def __init__(self, message: str, *, hint: str | None = None, data: bytes = b"") -> None:
        super().__init__(message, hint=hint)
        self.data = data


class WrongChain(Misconfigured):
    code = "rpc_wrong_chain"


class HeaderInvalid(Transient):
    """A block header is malformed or does not hash to the block's hash."""

    code = "header_invalid"


class RegistryInvalid(Misconfigured):
    """The address does not hold a TEERegistry."""

    code = "registry_invalid"


class RegistrationRejected(Rejected):
    """The registry would revert, or did."""

    code = "registration_rejected"


class PayerEmpty(Transient):
    """The payer cannot pay for the transaction; a top-up mends it without a restart."""

    code = "payer_empty"


class PayerInvalid(Misconfigured):
    """The payer's key is missing, malformed, or readable by others."""

    code = "payer_invalid"


class FeeCapReached(Transient):
    """The chain asks for more per gas than the operator allows."""

    code = "fee_cap"


class AbiMissing(Misconfigured):
    code = "abi_missing"


# --- store -------------------------------------------------------------------------------------


class DatabaseInvalid(Misconfigured):
    """The database file cannot be opened, is damaged, or is of another version."""

    code = "database_invalid"


class DatabaseFailed(Fatal):
    """A write or read failed: nothing is signed that cannot be recorded."""

    code = "database_failed"


# --- signer ------------------------------------------------------------------------------------


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


# --- proofs and API ----------------------------------------------------------------------------


class QueueFull(Transient):
    code = "queue_full"


class JobGivenUp(Rejected):
    """A job that was begun several times and never came to an end."""

    code = "job_given_up"


class BodyInvalid(Rejected):
    """A request's body is not what the call takes."""

    code = "body_invalid"


class BodyTooLarge(Rejected):
    code = "body_too_large"


# --- client ------------------------------------------------------------------------------------


class ProverUnreachable(Transient):
    code = "prover_unreachable"


class ProverFailed(Rejected):
    """The service answered with an error."""

    code = "prover_failed"


class ProofRefused(Rejected):
    """A proof does not hold."""

    code = "proof_refused"


class StdinInvalid(Rejected):
    """A stdin entry on the command line cannot be read."""

    code = "stdin_invalid"


class AuditFailed(Rejected):
    """The history is damaged or differs from the chain."""

    code = "audit_failed"


class SignatureInvalid(ProofRefused):
    """A signature is malformed, altered, or recovers to no key."""

    code = "signature_invalid"


# --- SP1 proofs --------------------------------------------------------------------------------


class Sp1ProofInvalid(Rejected):
    """A file that does not hold an SP1 proof with its circuit's key."""

    code = "sp1_proof_invalid"


class Sp1ProofRefused(ProofRefused):
    """A well-formed SP1 proof that does not hold, or under a key that is not SP1's."""

    code = "sp1_proof_refused"


# --- quotes ------------------------------------------------------------------------------------


class ReportDataInvalid(Rejected):
    """What a quote should bind, or the 64 bytes that bind it, is malformed."""

    code = "report_data_invalid"


class QuoteInvalid(Rejected):
    """Bytes that are not a quote of a form that attestor reads."""

    code = "quote_invalid"


class QuoteRefused(Rejected):
    """A well-formed quote that must not be registered."""

    code = "quote_refused"


class ReportDataMismatch(QuoteRefused):
    """The quote binds something other than what was asked for."""

    code = "quote_report_data_mismatch"


class MeasurementRefused(QuoteRefused):
    """What runs in the TEE, or how the TEE is set up, is not to be trusted."""

    code = "quote_measurement_refused"


class TcbStatusRefused(QuoteRefused):
    """The platform's TCB status is not among the allowed ones."""

    code = "quote_tcb_status_refused"


class QuoteNotCompactable(QuoteRefused):
    """A quote that the contracts' compact form cannot hold."""

    code = "quote_not_compactable"


class QuoteUnavailable(Transient):
    """The platform did not give a quote this time."""

    code = "quote_unavailable"


class QuoteProviderInvalid(Misconfigured):
    """This machine cannot make quotes in the configured way."""

    code = "quote_provider_invalid"


class CollateralInvalid(Rejected):
    """Collateral that cannot be read or does not belong to the quote."""

    code = "collateral_invalid"


class CollateralExpired(Transient):
    """Collateral outside of its period of validity: newer one mends it."""

    code = "collateral_expired"


class CollateralUnreachable(Transient):
    """The collateral service did not answer in time."""

    code = "collateral_unreachable"


# --- deployment --------------------------------------------------------------------------------


class DeploymentFailed(Misconfigured):
    code = "deployment_failed"


class DeploymentRefused(Misconfigured):
    """A deployment that was asked for is not one that should be made."""

    code = "deployment_refused"


class DeploymentFileInvalid(Misconfigured):
    code = "deployment_file_invalid"


# --- collateral on chain -----------------------------------------------------------------------


class CollateralStoreInvalid(Misconfigured):
    """The address does not hold a CollateralStore."""

    code = "collateral_store_invalid"


class UploadRejected(Rejected):
    """The store refuses a piece of collateral, or its upload was reverted."""

    code = "upload_rejected"


class UploadUnconfirmed(Transient):
    """An upload was sent and is not known to be mined."""

    code = "upload_unconfirmed"


# --- development chain -------------------------------------------------------------------------


class AnvilFailed(Misconfigured):
    code = "anvil_failed"


class DaemonFailed(Fatal):
    """The daemon of a devnet ended, or never became ready."""

    code = "daemon_failed"


class DemoFailed(Fatal):
    """A step of the demo did not do what it claims."""

    code = "demo_failed"


class ProgramMissing(Misconfigured):
    code = "program_missing"


# --- programs and executor ---------------------------------------------------------------------


class ProgramInvalid(Rejected):
    """The bytes are not an ELF that SP1 could run."""

    code = "program_invalid"


class ProgramUnsupported(ProgramInvalid):
    """A sound ELF, but for another SP1 version or of a kind that is not proved here."""

    code = "program_unsupported"


class VerifyingKeyInvalid(Rejected):
    """The bytes or words are not an SP1 verifying key's digest."""

    code = "verifying_key_invalid"


class GuestFailed(Rejected):
    """The program ended with an exit code other than 0, which is in `guest_exit_code`."""

    code = "exec_exit_code"

    def __init__(
        self, message: str, *, hint: str | None = None, guest_exit_code: int | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.guest_exit_code = guest_exit_code


class GuestFault(Rejected):
    """The program did something that the machine does not allow, such as a wild access."""

    code = "exec_guest_fault"


class ExecutionLimit(Rejected):
    """A limit of the execution was reached; the leaf says which."""

    code = "exec_limit"


class ExecutionTimeLimit(ExecutionLimit):
    code = "exec_time_limit"


class ExecutionCycleLimit(ExecutionLimit):
    code = "exec_cycle_limit"


class ExecutionMemoryLimit(ExecutionLimit):
    code = "exec_memory_limit"


class ExecutionOutputLimit(ExecutionLimit):
    code = "exec_output_limit"


class PublicValuesMismatch(Rejected):
    """The program committed to other public values than it wrote."""

    code = "exec_public_values_mismatch"


class ExecutorCrashed(Rejected):
    """The executor's process died, or answered what cannot be believed."""

    code = "exec_crashed"


class ExecutorMissing(Misconfigured):
    """The executor's programs are not built, or not of this version."""

    code = "executor_missing"


# --- trust in the engine -----------------------------------------------------------------------


class ConfirmationLimit(ExecutionLimit):
    """SP1's engine could not repeat a run within the limits, and it must be before signing."""

    code = "confirmation_limit"


class EnginesDisagree(Fatal):
    """SP1's engine comes to another result than ours for this run: it is not signed."""

    code = "engines_disagree"


class SigningHalted(Fatal):
    """Nothing is signed or served since the engines disagreed, until the operator acts."""

    code = "signing_halted"


class NothingToResume(Rejected):
    """Signing is not halted."""

    code = "nothing_to_resume"
