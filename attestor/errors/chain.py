"""Errors of chains, deployments and the collateral on chain."""

from attestor.errors.base import Fatal, Misconfigured, Rejected, Transient

# --- chain ----------------------------------------------------------------------------------------


class RpcUnreachable(Transient):
    """The node did not answer, or not in JSON-RPC."""

    code = "rpc_unreachable"


class RpcThrottled(RpcUnreachable):
    """The endpoint asks not to be called for a while. `seconds` says for how long, where it does:
    nothing is sent to it before they are over."""

    code = "rpc_throttled"

    def __init__(
        self, message: str, *, hint: str | None = None, seconds: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class RpcAnswerInvalid(Transient):
    """The node's answer is malformed or cannot be true, and is discarded."""

    code = "rpc_answer_invalid"


class RpcError(Rejected):
    """The node understood the request and refused it."""

    code = "rpc_error"

    def __init__(
        self, message: str, *, hint: str | None = None, data: bytes = b"", number: int | None = None
    ) -> None:
        """`data` is what a revert returned, `number` the error's code in JSON-RPC."""
        super().__init__(message, hint=hint)
        self.data = data
        self.number = number


class BlockUnknown(Transient):
    """The node does not have the block that a read is pinned to, or not on its canonical chain, or
    no longer its state. Another endpoint may."""

    code = "block_unknown"


class EndpointsDisagree(Transient):
    """No majority of the endpoints gives the same answer."""

    code = "endpoints_disagree"


class ReorgTooDeep(Transient):
    """The chain has another branch than the one that was followed, from below all blocks that are
    remembered. Nothing may be signed until the branch is settled."""

    code = "reorg_too_deep"


class WrongChain(Misconfigured):
    """An endpoint is of another chain than the configured one."""

    code = "rpc_wrong_chain"


class HeaderInvalid(Transient):
    """A block header is malformed, or its hash is not the block's."""

    code = "header_invalid"


class HeaderUnknown(HeaderInvalid):
    """A block header has a form that this version of attestor cannot hash."""

    code = "header_unknown"


class RegistryInvalid(Misconfigured):
    """The address does not hold a TEERegistry."""

    code = "registry_invalid"


class RegistrationRejected(Rejected):
    """The registry reverted a registration, or would revert it."""

    code = "registration_rejected"


class RegistrationReverted(Transient):
    """A registration was mined and reverted: its gas is paid, and the signer is not registered."""

    code = "registration_reverted"


class GasBudgetSpent(Transient):
    """So much gas was lost to reverted transactions that no more is sent for some hours."""

    code = "gas_budget"


class PayerEmpty(Transient):
    """The payer cannot pay for the transaction. The daemon resumes once it is funded."""

    code = "payer_empty"


class PayerInvalid(Misconfigured):
    """The payer's key is missing, malformed, or readable by others."""

    code = "payer_invalid"


class PayerUnavailable(Transient):
    """The remote signer that has the payer's key did not answer, or signed something else than what
    it was asked for."""

    code = "payer_unavailable"


class PayerBusy(Misconfigured):
    """Another process of this machine sends from the account, or it cannot be told."""

    code = "payer_busy"


class TransactionUnconfirmed(Transient):
    """A transaction was sent and is not known to be mined."""

    code = "transaction_unconfirmed"


class FeeCapReached(Transient):
    """The chain's gas price is above the operator's maximum."""

    code = "fee_cap"


class AbiMissing(Misconfigured):
    code = "abi_missing"


# --- deployment -----------------------------------------------------------------------------------


class DeploymentFailed(Misconfigured):
    code = "deployment_failed"


class DeploymentRefused(Misconfigured):
    """The requested deployment is unsafe or makes no sense."""

    code = "deployment_refused"


class DeploymentFileInvalid(Misconfigured):
    code = "deployment_file_invalid"


# --- collateral on chain --------------------------------------------------------------------------


class CollateralStoreInvalid(Misconfigured):
    """The address does not hold a CollateralStore."""

    code = "collateral_store_invalid"


class UploadRejected(Rejected):
    """The CollateralStore refused a part of the collateral, or its upload reverted."""

    code = "upload_rejected"


class UploadUnconfirmed(Transient):
    """An upload was sent, and has not been seen mined."""

    code = "upload_unconfirmed"


# --- development chain ----------------------------------------------------------------------------


class AnvilFailed(Misconfigured):
    code = "anvil_failed"


class DaemonFailed(Fatal):
    """The daemon of a devnet exited, or did not become ready."""

    code = "daemon_failed"


class DemoFailed(Fatal):
    """A step of the demo did not do what it claims."""

    code = "demo_failed"


class ProgramMissing(Misconfigured):
    code = "program_missing"
