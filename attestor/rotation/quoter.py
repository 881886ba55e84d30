"""Quotes for registrations: obtained from the signer process, and judged before any gas is paid."""

from collections.abc import Callable

from attestor.chain.node import Node
from attestor.core.blocks import Block
from attestor.core.registration import Quoted
from attestor.core.report_data import Binding
from attestor.core.text import to_hex
from attestor.errors import EndpointsDisagree
from attestor.quote.gate import GateVerdict
from attestor.rotation.request import RequestBuilder
from attestor.signer.slot_client import SlotVerbs

Gate = Callable[[bytes, bytes, bool], GateVerdict]
"""(quote, expected report data, whether it is for a renewal) → verdict, or a typed refusal."""

DEADLINE_SECONDS = 3600
"""For how long a signer's own signature holds; its reference block ages much faster."""


class Quoter:
    """Makes quotes that the gate lets pass. Nothing is recorded here."""

    def __init__(
        self,
        signer: SlotVerbs,
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

    def quote(self, signer: bytes, block: Block, now: int, last: bytes | None = None) -> Quoted:
        """A quote that binds a signer and a block; `now` is the chain's time.

        A renewal's where an admission is open for it, which costs a third to register; else an
        admission's. What is open is told by the evidence of the `last` quote that was made here;
        without one an admission's is made first. Where this one is on other evidence, as after a
        new certificate, it serves for none.

        Raises `EndpointsDisagree` about the block, the gate's refusals, and those of the platform.
        """
        if not self._node.agrees(block):
            raise EndpointsDisagree(
                f"most endpoints do not have block {block.number} with the hash "
                f"{to_hex(block.hash)}, which the quote was to bind"
            )
        deadline, for_admission = now + DEADLINE_SECONDS, None
        if last is None:
            for_admission = self._quoted(signer, block, deadline)
            last = for_admission.raw
        template = self._requests.open_template(last, now)
        if template is not None:
            quoted = self._quoted(signer, block, deadline, template)
            if self._requests.is_renewal_open(quoted, now):
                return quoted
        return for_admission or self._quoted(signer, block, deadline)

    def _quoted(
        self, signer: bytes, block: Block, deadline: int, template: bytes | None = None
    ) -> Quoted:
        """For a renewal under the admission of `template`, or for an admission."""
        bound = (signer, block.number, block.hash)
        answer = self._signer.quote(*bound, template)
        expected = self._binding.encode(*bound, template)
        verdict = self._gate(answer.raw, expected, template is not None)
        possession = b""
        if self._requests.can_renew and template is None:
            evidence = self._requests.template_of(answer.raw)
            possession = self._signer.possession(*bound[:2], evidence, deadline)
        return Quoted(
            hash=verdict.quote_hash,
            raw=answer.raw,
            signer=signer,
            reference_block=block.number,
            reference_hash=block.hash,
            measurement=verdict.measurement_id,
            deadline=deadline,
            possession=possession,
            provider=answer.provider,
            simulated=answer.simulated,
            tcb_status=verdict.status,
            collateral=verdict.collateral_id,
        )
