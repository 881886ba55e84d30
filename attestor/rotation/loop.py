"""The loop around `rotation.plan`: look, decide, do, note; again at the next head."""

from collections.abc import Callable

from loguru import logger

from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import Heads
from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.core.blocks import BlockWindow
from attestor.core.text import to_hex
from attestor.errors import AttestorError, Fatal
from attestor.rotation.effects import RotationEffects
from attestor.rotation.plan import (
    Abandon,
    Action,
    Activate,
    Deactivate,
    MakeQuote,
    NewSigner,
    RotationPolicy,
    Situation,
    Submit,
    Wait,
    plan,
)
from attestor.store.history import History

MAX_ACTIONS_PER_HEAD = 8
FIRST_BACKOFF = 1.0
LAST_BACKOFF = 60.0


class Rotation:
    """Keeps one registered signer active. `step` is called by one thread at a time."""

    def __init__(
        self,
        node: Node,
        registry: Registry,
        effects: RotationEffects,
        history: History,
        policy: RotationPolicy,
        clock: Callable[[], float],
    ) -> None:
        self._heads = Heads(node, MemoryHeaderLog())
        self._registry = registry
        self._effects = effects
        self._history = history
        self._policy = policy
        self._clock = clock
        self._window = BlockWindow()
        self._failures = 0
        self._last_failure = ""
        self._retry_at = 0.0

    def recover(
        self, held: list[bytes], reason: str = "its key went with the signer process"
    ) -> None:
        """Close every signer that is not among `held`: its key is gone, for `reason`."""
        active, candidate = self._history.active(), self._history.candidate()
        if active is not None and active.address not in held:
            self._history.retired(active.address, reason)
        while candidate is not None and candidate.address not in held:
            self._history.abandoned(candidate.address, reason)
            candidate = self._history.candidate()

    def step(self) -> str:
        """Follow the head and act until there is nothing to do; says what is waited for.

        Raises `Fatal` errors; all others are noted and tried again after a back-off.
        """
        try:
            self._window = self._heads.look()
            self._effects.settle()
        except Fatal:
            raise
        except AttestorError as error:
            self._failed(None, "follow", error)
            return f"following the chain failed: {error.code}"
        for _ in range(MAX_ACTIONS_PER_HEAD):
            reason = self._act()
            if reason is not None:
                return reason
        return "more to do at the next head"

    def _act(self) -> str | None:
        signer: bytes | None = None
        try:
            situation = self._situation()
            action = plan(situation, self._policy)
            if isinstance(action, Wait):
                return action.reason
            signer = getattr(action, "signer", None)
            self._perform(action, situation)
        except Fatal:
            raise
        except AttestorError as error:
            self._failed(signer, "rotation", error)
            return f"failed: {error.code}"
        if not isinstance(action, NewSigner | Abandon):
            self._failures, self._last_failure, self._retry_at = 0, "", 0.0
        return None

    def _perform(self, action: Action, situation: Situation) -> None:
        window = situation.window
        assert window.head is not None
        match action:
            case NewSigner():
                self._effects.new_signer()
            case MakeQuote():
                self._effects.make_quote(action, window)
            case Submit(signer):
                self._effects.submit(signer, window.head)
            case Activate():
                self._effects.activate(action, window.head)
            case Deactivate(signer, reason):
                self._effects.deactivate(signer, reason)
            case Abandon(signer, reason):
                self._effects.abandon(signer, reason)

    def _situation(self) -> Situation:
        active, candidate = self._history.active(), self._history.candidate()
        asked = [known.address for known in (active, candidate) if known is not None]
        return Situation(
            now=self._clock(),
            window=self._window,
            active=active,
            candidate=candidate,
            inclusion=self._effects.inclusion(candidate),
            attested=frozenset(signer for signer in asked if self._registry.vouches_for(signer)),
            retry_at=self._retry_at,
        )

    def _failed(self, signer: bytes | None, step: str, error: AttestorError) -> None:
        self._failures += 1
        delay = min(FIRST_BACKOFF * 2 ** (self._failures - 1), LAST_BACKOFF)
        self._retry_at = self._clock() + delay
        logger.warning("{} failed: {} [{}]", step, error, error.code)
        # The same failure again adds nothing to the history and must not fill the disk.
        if error.code != self._last_failure:
            self._history.step_failed(signer, step, error.code, str(error))
            self._last_failure = error.code
        if signer is not None:
            logger.debug("it concerned signer {}", to_hex(signer))
