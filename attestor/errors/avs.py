"""Errors of the prover of the Multi-Prover AVS, and of servers with TLS.

None of their messages contains the words by which the AVS's operator drops a task or asks again
forever: see docs/avs.md.
"""

from attestor.errors.base import Misconfigured, Rejected, Transient


class CallFailed(Rejected):
    """A JSON-RPC call is answered with an error: `number` and the message, as clients know them;
    `data` says more."""

    code = "call_failed"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        number: int = -32603,
        data: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.number = number
        self.data = data


class ContextInvalid(Rejected):
    """A context (PoB) is malformed, or is not of the blocks whose hashes it gives."""

    code = "context_invalid"


class ContextRefused(Transient):
    """There is no room for one more context."""

    code = "context_refused"
    advice = "Ask again later."


class BlocksUnknown(Transient):
    """The signer process holds no blocks under a handle: they are to be executed again."""

    code = "blocks_unknown"


class ExecutionUnavailable(Rejected):
    """Blocks cannot be executed where this process runs, whatever they are."""

    code = "execution_unavailable"
    advice = "Prove batches on a TDX machine."


class TlsFileInvalid(Misconfigured):
    """A certificate or key cannot be used: the hint has the command that fixes it."""

    code = "tls_file_invalid"
    advice = "Run the command in the hint."
