"""Quotes for registrations: obtained from the signer process, and judged before any gas is paid."""

from collections.abc import Callable

from attestor.chain.node import Node
from attestor.core.blocks import Block
from attestor.core.registration import Quoted
from attestor.core.report_data import Binding, Purpose
from attestor.core.text import to_hex
from attestor.errors import EndpointsDisagree
from attestor.quote.gate import GateVerdict
from attestor.rotation.request import RequestBuilder
from attestor.signer.client import SignerProcess

Gate = Callable[[bytes, bytes, bool], GateVerdict]
"""(quote, expected report data, whether it is for a renewal) → verdict, or a typed refusal."""

DEADLINE_SECONDS = 3600
"""For how long a signer's own signature holds; its reference block ages much faster."""


class Quoter:
    """Makes quotes that the gate lets pass. Nothing is recorded here."""

    def __init__(
        self,
        signer: SignerProcess,
        node: Node,
        gate: Gate,
        binding: Binding,
        requests: RequestBuilder,
    ) -> None:
        self._signer = signer
        self._node = node
        self._gate = gate
        self._binding = binding
        self._requests = requests

    def quote(self, signer: bytes, block: Block, now: int) -> Quoted:
        """A quote that binds a signer and a block; `now` is the chain's time.

        A renewal's first, which costs a third to register; an admission's where none is open.
        Raises `EndpointsDisagree` about the block, the gate's refusals, and those of the platform.
        """
        if not self._node.agrees(block):
            raise EndpointsDisagree(
                f"most endpoints do not have block {block.number} with the hash "
                f"{to_hex(block.hash)}, which the quote was to bind"
            )
        deadline = now + DEADLINE_SECONDS
        if self._requests.can_renew:
            quoted = self._quoted(signer, block, deadline, Purpose.RENEWAL)
            if self._requests.is_renewal_open(quoted, now):
                return quoted
        return self._quoted(signer, block, deadline, Purpose.ADMISSION)

    def _quoted(self, signer: bytes, block: Block, deadline: int, purpose: Purpose) -> Quoted:
        bound = (signer, block.number, block.hash)
        answer = self._signer.quote(*bound, deadline, purpose)
        expected = self._binding.encode(*bound, purpose)
        verdict = self._gate(answer.raw, expected, purpose is Purpose.RENEWAL)
        return Quoted(
            hash=verdict.quote_hash,
            raw=answer.raw,
            signer=signer,
            reference_block=block.number,
            reference_hash=block.hash,
            measurement=verdict.measurement_id,
            deadline=deadline,
            possession=answer.possession,
            provider=answer.provider,
            simulated=answer.simulated,
            tcb_status=verdict.status,
        )
