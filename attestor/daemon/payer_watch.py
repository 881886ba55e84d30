"""The duty of knowing what the payer can still pay for: it is funded by people, who need time."""

from attestor.chain.node import Node
from attestor.core.fees import ADMISSION_GAS
from attestor.core.service_view import PayerView
from attestor.errors import AttestorError, Fatal

PAUSE_SECONDS = 60.0
DEADLINE_SECONDS = 90.0


class PayerDuty:
    """Reads balance and fees. `view` is as of the last answer, and may be read by any thread."""

    name = "payer"
    interval = PAUSE_SECONDS
    deadline = DEADLINE_SECONDS

    def __init__(self, node: Node, payer: bytes, fee_cap: int) -> None:
        """`fee_cap` is what is offered at most, wei per gas."""
        self._node = node
        self._fee_cap = fee_cap
        self.view = PayerView(payer)

    def step(self) -> None:
        """Raises `Fatal` errors. An endpoint that does not answer is the rotation's matter."""
        try:
            balance = self._node.balance(self.view.address)
            offered = 2 * self._node.head().base_fee + self._node.priority_fee()
        except Fatal:
            raise
        except AttestorError:
            return
        cost = ADMISSION_GAS * min(offered, self._fee_cap)
        self.view = PayerView(self.view.address, balance, cost)

    def close(self) -> None:
        """A step ends by itself: its calls have timeouts."""
