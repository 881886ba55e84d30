"""The duty of knowing what the payer can still pay for: it is funded by people, who need time."""

from attestor.chain.heads import Heads
from attestor.chain.node import Node
from attestor.core.fees import ADMISSION_GAS
from attestor.core.service_view import PayerView
from attestor.errors import AttestorError, Fatal

PAUSE_SECONDS, FIRST_PAUSE_SECONDS = 120.0, 2.0
"""Two calls each time; the first ones until there is an answer."""
DEADLINE_SECONDS = 90.0


class PayerDuty:
    """Reads balance and fees. `view` is as of the last answer, and may be read by any thread."""

    name = "payer"
    deadline = DEADLINE_SECONDS

    def __init__(self, node: Node, heads: Heads, payer: bytes, fee_cap: int) -> None:
        """`fee_cap` is what is offered at most, wei per gas. The base fee is that of the newest
        block of `heads`."""
        self.interval = FIRST_PAUSE_SECONDS
        self._node = node
        self._heads = heads
        self._fee_cap = fee_cap
        self.view = PayerView(payer)

    def step(self) -> None:
        """Raises `Fatal` errors. An endpoint that does not answer is the rotation's matter."""
        head = self._heads.window.head
        if head is None:
            return
        try:
            balance = self._node.balance(self.view.address)
            offered = 2 * head.base_fee + self._node.priority_fee()
        except Fatal:
            raise
        except AttestorError:
            return
        cost = ADMISSION_GAS * min(offered, self._fee_cap)
        self.view = PayerView(self.view.address, balance, cost)
        self.interval = PAUSE_SECONDS

    def close(self) -> None:
        """A step ends by itself: its calls have timeouts."""
