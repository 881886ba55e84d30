"""The duty of noting every change of the registry's policy: who changed what, when, in which
transaction.

Nothing is decided by it, so a node that does not answer is no fault of the daemon: what is
missing is read later.
"""

import threading
from collections.abc import Callable

from loguru import logger

from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.core.block_ranges import LOG_RANGE, BlockRange, due, look_back
from attestor.core.blocks import Block, BlockWindow
from attestor.core.events import Event
from attestor.core.registration import DatedPolicyEvent, PolicyEvent
from attestor.core.text import to_hex
from attestor.errors import AttestorError, Fatal, RpcAnswerInvalid, RpcError
from attestor.store.policy_events import PolicyEvents

INTERVAL_SECONDS = 60.0
DEADLINE_SECONDS = 300.0
"""The first steps read all blocks since the deployment, `RANGES_AT_ONCE` ranges each."""
STEPS_TO_LOOK_BACK = 360
"""After so many steps older blocks are read once more, for what endpoints left out: six hours."""
SUCCESSES_TO_WIDEN = 10
"""Steps after which longer ranges are tried, once the node has refused some."""


class PolicyEventsDuty:
    """Reads from block `first` on, and of the newest blocks those with `confirmations`. Of blocks
    in the `window` of whoever follows the chain the headers say which have no such event: a node
    is asked for the others alone."""

    name = "policy_events"
    interval = INTERVAL_SECONDS
    deadline = DEADLINE_SECONDS

    def __init__(
        self,
        node: Node,
        registry: Registry,
        noted: PolicyEvents,
        first: int,
        confirmations: int,
        window: Callable[[], BlockWindow] = BlockWindow,
    ) -> None:
        self._node = node
        self._registry = registry
        self._noted = noted
        self._first = first
        self._confirmations = confirmations
        self._window = window
        self._width = LOG_RANGE
        self._successes = 0
        self._steps = 0
        self._last_failure = ""
        self._stop = threading.Event()

    def step(self) -> None:
        """Note what is new. Raises `Fatal` errors; after others it goes on at the next step."""
        try:
            self._read()
            self._succeeded()
        except Fatal:
            raise
        except AttestorError as error:
            if isinstance(error, RpcError):
                # Many nodes refuse a range by its length, each with a message of its own.
                self._width, self._successes = max(1, self._width // 2), 0
            if error.code != self._last_failure:
                logger.bind(event=Event.POLICY_EVENTS_FAILED).warning(
                    "reading policy events failed: {} [{}]", error, error.code
                )
                self._last_failure = error.code

    def close(self) -> None:
        """No further range is asked for."""
        self._stop.set()

    def _read(self) -> None:
        # A block counts as its own first confirmation.
        window = self._window()
        head = window.head or self._node.head()
        settled = head.number + 1 - self._confirmations
        read_to = self._noted.read_to(self._first)
        asked = due(self._first, read_to, settled, self._width)
        self._steps += 1
        looks_back = self._steps >= STEPS_TO_LOOK_BACK and read_to is not None
        if looks_back and read_to is not None:
            asked = look_back(self._first, read_to, self._width) + asked
        for blocks in asked:
            if self._stop.is_set():
                return
            self._read_range(blocks, window)
        if looks_back:
            self._steps = 0

    def _succeeded(self) -> None:
        self._last_failure = ""
        self._successes += 1
        if self._successes >= SUCCESSES_TO_WIDEN:
            self._width, self._successes = min(LOG_RANGE, self._width * 2), 0

    def _read_range(self, blocks: BlockRange, window: BlockWindow) -> None:
        noted = self._noted.noted(blocks)
        events: dict[str, PolicyEvent] = {}
        if noted or self._may_have_events(blocks, window):
            found = self._registry.confirmed_policy_events(blocks.first, blocks.last)
            events = {event.id: event for event in found}
        canonical = _Canonical(self._node)
        new = [canonical.dated(event) for key, event in events.items() if key not in noted]
        replaced: list[str] = []
        returned: list[str] = []
        for key, known in noted.items():
            stands = key in events
            if stands == (not known.is_reorged):
                continue
            if canonical.has(known.block_number, known.block_hash) != stands:
                raise RpcAnswerInvalid(
                    f"the node's events of block {known.block_number} are not those of its block "
                    f"{to_hex(canonical.block(known.block_number).hash)}"
                )
            (returned if stands else replaced).append(key)
        self._noted.note(blocks, new, replaced, returned)
        for one in new:
            _tell(one)
        for key in replaced:
            logger.bind(event=Event.POLICY_EVENT_REPLACED).warning(
                "the block of policy event {} was replaced", key
            )

    def _may_have_events(self, blocks: BlockRange, window: BlockWindow) -> bool:
        known = [window.at(number) for number in range(blocks.first, blocks.last + 1)]
        return any(one is None or self._registry.may_have_policy_events(one) for one in known)


class _Canonical:
    """The blocks of the chain at this moment, each asked for once."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._blocks: dict[int, Block] = {}

    def block(self, number: int) -> Block:
        if number not in self._blocks:
            self._blocks[number] = self._node.block(number)
        return self._blocks[number]

    def has(self, number: int, block_hash: bytes) -> bool:
        return self.block(number).hash == block_hash

    def dated(self, event: PolicyEvent) -> DatedPolicyEvent:
        """The event with sender and time, when it is of a block of the chain."""
        if not self.has(event.block_number, event.block_hash):
            raise RpcAnswerInvalid(
                f"the node's event {event.name} of block {event.block_number} names block hash "
                f"{to_hex(event.block_hash)}, which is not on its chain"
            )
        sender = self._node.sender(event.transaction_hash, event.block_hash)
        return DatedPolicyEvent(event, sender, self.block(event.block_number).timestamp)


def _tell(found: DatedPolicyEvent) -> None:
    event = found.event
    logger.bind(event=Event.POLICY_CHANGED, transaction=to_hex(event.transaction_hash)).info(
        "registry: {} in block {} by transaction {} of {}",
        event.name,
        event.block_number,
        to_hex(event.transaction_hash),
        to_hex(found.sender),
    )
