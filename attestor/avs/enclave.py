"""What serves in an enclave under Gramine: quotes, and no execution.

Gramine has neither prctl(2) nor seccomp(2), which the walls around executor children are made of.
Blocks of strangers are not executed without them, and so nothing is signed: the key that is quoted
is forgotten at once.
"""

import asyncio

from coincurve import PrivateKey

from attestor.core.avs import report_data
from attestor.core.avs.context import Context
from attestor.core.avs.poe import PoeAnswer
from attestor.core.scroll.evidence import Evidence
from attestor.core.signature import address_of
from attestor.errors.avs import ExecutionUnavailable
from attestor.quote.provider import QuoteProvider


class EnclaveReporter:
    """Implements `parts.Reporter` by the enclave that this process is."""

    def __init__(self, provider: QuoteProvider) -> None:
        self._provider = provider
        self.address = address_of(PrivateKey().public_key)

    async def report(self, given: bytes) -> bytes:
        """A quote; of what the caller gave, the last 32 bytes are in it. Raises as `QuoteProvider`
        does."""
        data = report_data.compose(self.address, given)
        return await asyncio.to_thread(self._provider.quote, data)


class NothingExecuted:
    """Implements `parts.BatchProver` by a refusal."""

    async def prove(self, arguments: bytes, context: Context, evidence: Evidence) -> PoeAnswer:
        """Raises `ExecutionUnavailable`."""
        raise ExecutionUnavailable(
            "this prover runs in an enclave under Gramine, where no block is executed and no batch "
            "is signed",
            hint="prove batches on a TDX machine (docs/avs.md, quotes)",
        )
