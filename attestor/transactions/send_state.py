"""What is known of an intent whose transactions are out, and what to do next. Pure.

Counts rather than the last answer decide: one node behind a balancer may say "nonce too low" of a
transaction that is being mined, or know nothing of one that another took.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class SendAnswer(StrEnum):
    """How a node answered a transaction that it was handed."""

    TAKEN = "taken"
    ALREADY_KNOWN = "already_known"
    NONCE_TOO_LOW = "nonce_too_low"
    NONCE_GAP = "nonce_gap"
    """A nonce before it is not used yet."""
    UNDERPRICED = "underpriced"
    FEE_TOO_LOW = "fee_too_low"
    """Below the base fee, or below what the node takes at all."""
    NO_FUNDS = "no_funds"
    POOL_FULL = "pool_full"
    ABOVE_NODES_CAP = "above_nodes_cap"
    """The node sends nothing that may cost so much."""
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """In words that are not in the table."""


class Step(StrEnum):
    """What to do next about an intent."""

    WAIT = "wait"
    SEND_AGAIN = "send_again"
    REPLACE = "replace"
    GIVE_UP = "give_up"


@dataclass(frozen=True)
class Pace:
    """How patient a sender is; all in seconds, but the last one."""

    poll: float = 0.5
    timeout: float = 300.0
    send_again: float = 20.0
    replace: float = 60.0
    least_between_replacements: float = 5.0
    max_nonce_too_low: int = 3


@dataclass(frozen=True)
class SendState:
    """Times are of any clock that only goes forward. Made when the first attempt is sent."""

    started_at: float
    sent_at: float
    priced_at: float
    sends: int = 0
    already_known: int = 0
    nonce_too_low: int = 0
    underpriced: int = 0
    failures: int = 0
    mined: frozenset[bytes] = frozenset()

    @classmethod
    def begun(cls, now: float) -> "SendState":
        """Nothing was answered yet."""
        return cls(now, now, now)

    def answered(self, answer: SendAnswer, now: float) -> "SendState":
        """After a node's answer to what was sent."""
        known = answer is SendAnswer.ALREADY_KNOWN
        short = answer in (SendAnswer.UNDERPRICED, SendAnswer.FEE_TOO_LOW)
        # "Nonce too low" may be said of one that is being mined: no reason to hurry.
        well = known or answer in (SendAnswer.TAKEN, SendAnswer.NONCE_TOO_LOW)
        return replace(
            self,
            sent_at=now,
            sends=self.sends + 1,
            already_known=self.already_known + known,
            nonce_too_low=self.nonce_too_low + (answer is SendAnswer.NONCE_TOO_LOW),
            underpriced=self.underpriced + short,
            failures=0 if well else self.failures + 1,
        )

    def priced(self, now: float) -> "SendState":
        """After another attempt was signed: what was said of the price before is settled."""
        return replace(self, priced_at=now, underpriced=0)

    def seen_mined(self, transaction_hash: bytes) -> "SendState":
        """One of the attempts is in a block."""
        return replace(self, mined=self.mined | {transaction_hash})

    def seen_unmined(self, transaction_hash: bytes) -> "SendState":
        """Its block was reorged out. "Nonce too low" was said of it while it was mined."""
        return replace(self, mined=self.mined - {transaction_hash}, nonce_too_low=0)

    def next_step(self, pace: Pace, now: float) -> Step:
        """What to do now. While one of the attempts is mined, nothing but wait."""
        if self.mined:
            return Step.WAIT
        if now - self.started_at >= pace.timeout or self.nonce_too_low >= pace.max_nonce_too_low:
            return Step.GIVE_UP
        if now - self.priced_at >= self._replace_after(pace):
            return Step.REPLACE
        # What failed is tried again at the next look; what went well is repeated now and then.
        failed_again = self.failures > 0 and now > self.sent_at
        if failed_again or now - self.sent_at >= pace.send_again:
            return Step.SEND_AGAIN
        return Step.WAIT

    def _replace_after(self, pace: Pace) -> float:
        return pace.least_between_replacements if self.underpriced else pace.replace
