"""The loop around `rotation.plan`: look, decide, do, note; again at the next head."""

from collections.abc import Callable
from dataclasses import replace

from loguru import logger

from attestor.chain.heads import Heads
from attestor.chain.pace import block_seconds
from attestor.chain.refusals import is_of_endpoints
from attestor.core.back_off import BackOff, Step
from attestor.core.blocks import Block, BlockWindow
from attestor.core.events import Event
from attestor.core.histogram import WORK_SECONDS, Histogram
from attestor.core.signers import Active, Cover, Standing
from attestor.core.transaction import Attempt
from attestor.errors import (
    AttestorError,
    Fatal,
    RegistrationReverted,
    ReorgTooDeep,
)
from attestor.rotation.actions import (
    STEP_NAMES,
    Abandon,
    Action,
    Activate,
    MakeQuote,
    NewSigner,
    Pause,
    Resume,
    Retire,
    Submit,
    Wait,
)
from attestor.rotation.decision_time import LOOK_PARTS, Bound, decision_seconds, unbounded
from attestor.rotation.effects import RotationEffects
from attestor.rotation.evidence import BELIEVED_FOR
from attestor.rotation.failures import FOLLOWING, ROTATING, SETTLING, Failures
from attestor.rotation.observer import Observer
from attestor.rotation.plan import is_quiet, plan
from attestor.rotation.situation import RotationPolicy, Situation
from attestor.store.history import History

MAX_ACTIONS_PER_HEAD = 8
LIFE_PARTS = 8
"""Of what is left of the active signer's life one part is waited at most after a failure."""
LEASE_PARTS = 4
"""Of a lease one part is rested at most."""
STEPS: dict[type[Action], Step] = {
    NewSigner: Step.QUOTE,
    MakeQuote: Step.QUOTE,
    Submit: Step.SEND,
}
"""What is held back after it failed. All else is done again at the next tick."""


class Rotation:
    """Keeps one registered signer active. `step` is called by one thread at a time."""

    def __init__(
        self,
        heads: Heads,
        observer: Observer,
        effects: RotationEffects,
        history: History,
        policy: RotationPolicy,
        failures: Failures,
        clock: Callable[[], float],
        bound: Bound = unbounded,
    ) -> None:
        """`clock` counts seconds and only goes forward. What is asked of the chain inside of
        `bound` ends within so many seconds."""
        self._bound = bound
        self._heads = heads
        self._observer = observer
        self._effects = effects
        self._history = history
        self.policy = policy
        """With the registry's terms as last read. Read by other threads."""
        self._failures = failures
        self._clock = clock
        self._window = heads.window
        self._back_off = BackOff()
        self.cover = Cover()
        """As of the last step. Read by other threads."""
        self.in_flight: tuple[Attempt, ...] = ()
        """The payer's transactions that are out, likewise."""
        self.durations: dict[str, Histogram] = {}
        """How long actions took that were done, by their names, likewise."""
        self._leased = (b"", b"")
        """The active signer and the head for which it has a lease."""
        self._rests_until = clock()
        """Before the next look there is nothing to do until then."""

    @property
    def measurement(self) -> bytes:
        """Of the newest quote since the start; empty before the first."""
        return self._effects.measurement

    def recover(
        self, held: list[bytes], reason: str = "its key went with the signer process"
    ) -> None:
        """Close every signer that is not among `held`: its key is gone, for `reason`."""
        self._rests_until = self._clock()
        active, candidate = self._history.active(), self._history.candidate()
        if active is not None and active.address not in held:
            self._history.retired(active.address, reason)
        while candidate is not None and candidate.address not in held:
            self._history.abandoned(candidate.address, reason)
            candidate = self._history.candidate()

    def shows(self, signer: bytes, head: Block) -> bool:
        """Whether headers show that the active signer is registered at a block, which is in the
        window or the next one. For any thread."""
        window = self._window
        if window.joins(head) and not window.holds(head.number, head.hash):
            window = window.extended((head,))
        is_head = window.head is not None and window.head.hash == head.hash
        return is_head and self._observer.evidence.shows(signer, window, BELIEVED_FOR)

    def step(self) -> str:
        """Follow the head and act until there is nothing to do; says what is waited for.

        Raises `Fatal` errors; all others are noted and tried again.
        """
        if self._clock() < self._rests_until and not self._heads.is_due:
            return self.cover.reason
        self._rests_until = self._clock()
        seconds = decision_seconds(self._history.active(), self._window.head)
        with self._bound(seconds):
            reason = self._step(seconds / LOOK_PARTS)
        self.cover = Cover(self._history.active(), reason, self._history.candidate())
        self.in_flight = self._observer.in_flight()
        return reason

    def _step(self, look_seconds: float) -> str:
        passed = 0
        for what, look in ((FOLLOWING, self._follow), (SETTLING, self._settle)):
            try:
                with self._bound(look_seconds):
                    look()
                self._failures.passed(what)
                passed += 1
            except Fatal:
                raise
            except ReorgTooDeep as error:
                self._failures.note(what, error)
                self._stop_on_another_branch()
                return "an operator has to judge which branch of the chain is right"
            except AttestorError as error:
                # What is known already may call for something all the same: a signer expires.
                self._failures.note(what, error)
        if self._window.head is None:
            return "no head yet"
        for _ in range(MAX_ACTIONS_PER_HEAD):
            reason = self._act(look_seconds, may_rest=passed == 2)
            if reason is not None:
                return reason
        return "more to do at the next head"

    def _follow(self) -> None:
        self._window = self._heads.look()

    def _stop_on_another_branch(self) -> None:
        """Nothing that is known of the chain holds any more: not that the signer is registered."""
        active, head = self._history.active(), self._window.head
        if active is not None and head is not None and not active.paused:
            self._effects.pause(active.address, "the chain has another branch", head)

    def _settle(self) -> None:
        self._effects.settle(self._window)

    def _act(self, look_seconds: float, may_rest: bool) -> str | None:
        with self._bound(look_seconds):
            seen = self._observer.situation(self._window)
        situation = replace(seen, now=self._clock(), back_off=self._back_off)
        self._lease(situation)
        action = self._plan(situation)
        if isinstance(action, Wait):
            if may_rest and self._is_covered(situation):
                self._rests_until = situation.now + self.policy.lease_seconds / LEASE_PARTS
            return action.reason
        step, began = STEPS.get(type(action)), self._clock()
        try:
            self._perform(action, situation)
        except Fatal:
            raise
        except AttestorError as error:
            self._hold_back(step, error, situation)
            self._failures.note(ROTATING, error, getattr(action, "signer", None))
            return f"the last attempt failed with {error.code}"
        self._took(action, self._clock() - began)
        self._succeeded(action, step)
        return None

    def _took(self, action: Action, seconds: float) -> None:
        name = STEP_NAMES[type(action)]
        known = self.durations.get(name, Histogram.empty(WORK_SECONDS))
        self.durations = {**self.durations, name: known.took(seconds)}

    def _plan(self, situation: Situation) -> Action:
        """By the registry's terms of now, which are read while there is something to do."""
        head = situation.window.head
        if head is not None and not is_quiet(situation, self.policy):
            policy = self._observer.policy(self.policy, head)
            if policy != self.policy:
                logger.bind(event=Event.REGISTRY_CHANGED).warning(
                    "the registry's window is {} blocks now, and was {}",
                    policy.max_block_number_diff,
                    self.policy.max_block_number_diff,
                )
                self.policy = policy
        return plan(situation, self.policy)

    def _is_covered(self, situation: Situation) -> bool:
        """Whether the active signer is known to be registered, and nothing else is under way."""
        active = situation.active
        is_valid = active is not None and situation.standing(active.address) is Standing.VALID
        return is_valid and is_quiet(situation, self.policy)

    def _lease(self, situation: Situation) -> None:
        """Let the active signer go on, once for each block that shows it registered."""
        active, head = situation.active, situation.window.head
        if active is None or head is None or active.paused:
            return
        shown = (active.address, head.hash)
        is_new = shown != self._leased or not self.policy.leases_need_blocks
        if is_new and situation.standing(active.address) is Standing.VALID:
            self._effects.lease(head, self.policy.lease_seconds)
            self._leased = shown

    def _perform(self, action: Action, situation: Situation) -> None:
        head = situation.window.head
        assert head is not None
        match action:
            case NewSigner():
                self._effects.new_signer()
            case MakeQuote():
                self._effects.make_quote(action, situation.window)
            case Submit(signer):
                self._effects.submit(signer, head)
            case Activate():
                self._effects.activate(action, head)
            case Pause(signer, reason):
                self._effects.pause(signer, reason, head)
            case Resume(signer):
                self._effects.resume(signer, head)
            case Retire(signer, reason):
                self._effects.retire(signer, reason)
            case Abandon(signer, reason):
                self._abandon(signer, reason, situation)

    def _abandon(self, signer: bytes, reason: str, situation: Situation) -> None:
        """After a revert gas was paid for nothing: at once it would be paid for again."""
        inclusion = situation.sent.inclusion if situation.sent is not None else None
        is_reverted = inclusion is not None and not inclusion.succeeded
        if inclusion is not None and is_reverted:
            reason += f": {self._effects.revert_reason(signer, inclusion.block_hash)}"
        self._effects.abandon(signer, reason)
        if is_reverted:
            code, now = RegistrationReverted.code, situation.now
            self._back_off = self._back_off.failed(Step.REVERT, code, now, longest=0.0)

    def _hold_back(self, step: Step | None, error: AttestorError, situation: Situation) -> None:
        """Endpoints that do not answer well are asked again at the next tick: they hold nothing
        back once they do."""
        if step is None or is_of_endpoints(error):
            return
        longest = _patience(situation.active, situation.window)
        self._back_off = self._back_off.failed(step, error.code, situation.now, longest)

    def _succeeded(self, action: Action, step: Step | None) -> None:
        if isinstance(action, NewSigner | Abandon):
            # Neither shows that what failed before works now.
            return
        if step is not None:
            self._back_off = self._back_off.succeeded(step)
        if isinstance(action, Activate):
            self._back_off = self._back_off.succeeded(Step.REVERT)
        self._failures.passed(ROTATING)


def _patience(active: Active | None, window: BlockWindow) -> float:
    """How long a step that failed may be left alone, in seconds."""
    head = window.head
    if head is None:
        return 0.0
    if active is None or active.paused:
        return block_seconds(window) or 0.0
    return max(active.valid_until - head.timestamp, 0) / LIFE_PARTS
