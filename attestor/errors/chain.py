"""Errors of chains, deployments and the collateral on chain."""

from attestor.errors.base import Fatal, Misconfigured, Rejected, Transient

# --- chain ----------------------------------------------------------------------------------------


class RpcUnreachable(Transient):
    """The node did not answer, or not in JSON-RPC."""

    code = "rpc_unreachable"
    advice = (
        "Check the endpoint's URL, the node, and the network between. The daemon goes on by itself."
    )


class RpcThrottled(RpcUnreachable):
    """The endpoint asks not to be called for a while. `seconds` says for how long, where it does:
    until they are over it is asked only where no other answers, about once per block."""

    code = "rpc_throttled"
    advice = "Use an endpoint with a higher rate limit, or add another one to chain.rpc_urls."

    def __init__(
        self, message: str, *, hint: str | None = None, seconds: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class RpcAnswerInvalid(Transient):
    """The node's answer is malformed or cannot be true, and is discarded."""

    code = "rpc_answer_invalid"
    advice = "If it lasts, the node or a proxy before it is broken: use another endpoint."


class RpcError(Rejected):
    """The node understood the request and refused it."""

    code = "rpc_error"
    advice = (
        "The message has the node's own words: change what was asked for, or use a node that "
        "serves the method."
    )

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
    advice = "The node lags, or has pruned the state. If it lasts, use another endpoint."


class EndpointsDisagree(Transient):
    """No majority of the endpoints gives the same answer."""

    code = "endpoints_disagree"
    advice = (
        "Find the endpoint that lies or lags (its name is in the log and in /health), and "
        "remove it from chain.rpc_urls."
    )


class ReorgTooDeep(Transient):
    """The chain has another branch than the one that was followed, from below all blocks that are
    remembered. Nothing may be signed until the branch is settled."""

    code = "reorg_too_deep"
    advice = "Check on which branch the chain goes on, then run attestor resume --accept-branch."


class WrongChain(Misconfigured):
    """An endpoint is of another chain than the configured one."""

    code = "rpc_wrong_chain"
    advice = "Correct chain.id or the endpoint's URL."


class HeaderInvalid(Transient):
    """A block header is malformed, or its hash is not the block's."""

    code = "header_invalid"
    advice = "If it lasts, use another endpoint."


class HeaderUnknown(HeaderInvalid):
    """A block header has a form that this version of attestor cannot hash."""

    code = "header_unknown"
    advice = (
        "Update attestor, or set chain.check_headers = false on a chain whose headers it does "
        "not know."
    )


class StateProofInvalid(Transient):
    """A storage proof does not show what it should; it counts as none."""

    code = "state_proof_invalid"
    advice = "Nothing is lost: what cannot be proven is decided by what most endpoints say."


class RegistryInvalid(Misconfigured):
    """The address does not hold a TEERegistry."""

    code = "registry_invalid"
    advice = "Correct chain.registry, or chain.registry_kind, or the chain."


class RegistrationRejected(Rejected):
    """The registry reverted a registration, or would revert it."""

    code = "registration_rejected"
    advice = (
        "The message names the registry's reason, which docs/contract-reference.md explains; "
        "most need the registry's owner."
    )


class RegistrationReverted(Transient):
    """A registration was mined and reverted: its gas is paid, and the signer is not registered."""

    code = "registration_reverted"
    advice = "The message names the reason. The daemon waits longer after each one."


class GasBudgetSpent(Transient):
    """So much gas was lost to reverted transactions that no more is sent for some hours."""

    code = "gas_budget"
    advice = (
        "Find the reason of the reverts in the history first. Sending goes on by itself once "
        "the budget allows it."
    )


class PayerEmpty(Transient):
    """The payer cannot pay for the transaction. The daemon resumes once it is funded."""

    code = "payer_empty"
    advice = "Fund the payer's account."


class PayerInvalid(Misconfigured):
    """The payer's key is missing, malformed, or readable by others."""

    code = "payer_invalid"
    advice = "Correct payer.key_file or its permissions (0600, owned by the daemon's user)."


class PayerUnavailable(Transient):
    """The remote signer that has the payer's key did not answer, or signed something else than what
    it was asked for."""

    code = "payer_unavailable"
    advice = "Check the remote signer at payer.remote_url and the account that it holds."


class PayerBusy(Misconfigured):
    """Another process of this machine sends from the account, or it cannot be told."""

    code = "payer_busy"
    advice = "Stop the other process, or give each its own payer."


class TransactionUnconfirmed(Transient):
    """A transaction was sent and is not known to be mined."""

    code = "transaction_unconfirmed"
    advice = (
        "Look the transaction up on the chain. The daemon sends it again, or another in its place."
    )


class FeeCapReached(Transient):
    """The chain's gas price is above the operator's maximum."""

    code = "fee_cap"
    advice = "Wait for lower fees, or raise payer.max_fee_gwei."


class AbiMissing(Misconfigured):
    """A file of abi/ is missing or unreadable."""

    code = "abi_missing"
    advice = "Install attestor again: files of the package are missing."


# --- deployment -----------------------------------------------------------------------------------


class DeploymentFailed(Misconfigured):
    """A transaction of a deployment failed, or was not mined."""

    code = "deployment_failed"
    advice = (
        "The message names the step and its reason. Run the same command again: what was "
        "deployed is not deployed twice."
    )


class DeploymentRefused(Misconfigured):
    """The requested deployment is unsafe or makes no sense."""

    code = "deployment_refused"
    advice = "Change the option that the message names."


class DeploymentFileInvalid(Misconfigured):
    """The deployment file cannot be read, or is not of this chain."""

    code = "deployment_file_invalid"
    advice = "Use a file that attestor deploy wrote, unchanged."


# --- collateral on chain --------------------------------------------------------------------------


class CollateralStoreInvalid(Misconfigured):
    """The address does not hold a CollateralStore."""

    code = "collateral_store_invalid"
    advice = "Correct chain.collateral_store, or the chain."


class UploadRejected(Rejected):
    """The CollateralStore refused a part of the collateral, or its upload reverted."""

    code = "upload_rejected"
    advice = (
        "The message names the contract's reason; attestor collateral show compares the chain "
        "with Intel's service."
    )


class UploadUnconfirmed(Transient):
    """An upload was sent, and has not been seen mined."""

    code = "upload_unconfirmed"
    advice = "Look the transaction up on the chain. The daemon uploads again what is still missing."


# --- development chain ----------------------------------------------------------------------------


class AnvilFailed(Misconfigured):
    """anvil is missing, did not start, or ended."""

    code = "anvil_failed"
    advice = "The message says how to get it, or give --anvil; its log is in the chain's folder."


class DaemonFailed(Fatal):
    """The daemon of a devnet exited, or did not become ready."""

    code = "daemon_failed"
    advice = "The daemon's log in the folder of the development chain has the reason."


class DemoFailed(Fatal):
    """A step of the demo did not do what it claims."""

    code = "demo_failed"
    advice = "A defect, if it happens again on an idle machine: report it with the output."


class ProgramMissing(Misconfigured):
    """A program that was built or installed with attestor is not there."""

    code = "program_missing"
    advice = "Run make setup, or install attestor again."
