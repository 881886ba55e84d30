"""What a document comes to in one look, in words that text and page share."""

from dataclasses import dataclass
from enum import StrEnum

from attestor.status.codec import iso
from attestor.status.document import Chain, Document, Payer, Reason, Rotation, Signer, Time

MINUTE, HOUR, DAY = 60, 3600, 86_400
ETHER_DIGITS = 18


class State(StrEnum):
    """Three, so that one colour says it."""

    READY = "ready"
    WARNING = "warning"
    """Ready, and it will not stay so unless somebody acts."""
    NOT_READY = "not ready"


@dataclass(frozen=True)
class StatusVerdict:
    """Can this machine sign, until when, and what must be done."""

    state: State
    can: str
    until: str
    actions: tuple[Reason, ...]


def verdict(document: Document) -> StatusVerdict:
    """Of a document."""
    actions = document.reasons + document.warnings
    if not document.ready:
        return StatusVerdict(State.NOT_READY, "Not ready", _until(document), actions)
    state = State.WARNING if actions else State.READY
    return StatusVerdict(state, "Ready", _until(document), actions)


def _until(document: Document) -> str:
    """Who signs until when: of several chains, the one whose signer ends first."""
    without = [one for one in document.chains if one.signer is None]
    paused = [one for one in document.chains if one.signer and one.signer.stage == "paused"]
    if not document.chains:
        return "No chain is followed yet."
    if without or paused:
        several = len(document.chains) > 1
        names = ", ".join(one.name for one in (*without, *paused)) if several else ""
        told = "No signer is registered" if without else "The signer is paused"
        return f"{told} on {names}." if names else f"{told}."
    pairs = [(one, one.signer) for one in document.chains if one.signer is not None]
    first, signer = min(pairs, key=lambda pair: pair[1].seconds_left)
    of = f" on {first.name}" if len(document.chains) > 1 else ""
    if signer.seconds_left <= 0:
        return f"The registration of the signer{of} has ended."
    left, end = span(signer.seconds_left), clock(signer.valid_until)
    return f"The signer{of} is registered for another {left}, until {end}."


def span(seconds: float) -> str:
    """A length of time, in its two largest units."""
    left = max(0, int(seconds))
    if left < MINUTE:
        return f"{left} s"
    if left < HOUR:
        minutes, rest = divmod(left, MINUTE)
        return f"{minutes} min" if minutes >= 10 or not rest else f"{minutes} min {rest} s"
    if left < DAY:
        hours, rest = divmod(left, HOUR)
        return f"{hours} h {rest // MINUTE} min" if rest >= MINUTE else f"{hours} h"
    days, rest = divmod(left, DAY)
    return f"{days} d {rest // HOUR} h" if rest >= HOUR else f"{days} d"


def ago(seconds: float) -> str:
    """How long something is past."""
    return "just now" if seconds < 1 else f"{span(seconds)} ago"


def clock(at: Time | float) -> str:
    """A time of day with its date, in UTC."""
    return f"{plain_clock(at)} UTC"


def plain_clock(at: Time | float) -> str:
    """The same where UTC is said already."""
    text = iso(at)
    return f"{text[:10]} {text[11:19]}"


def sentence(text: str) -> str:
    """With a capital at its beginning, unless that is a name such as `0x…` or `eth.example`."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() else text


def short(text: str) -> str:
    """The ends of 0x text, by which people tell addresses apart."""
    return f"{text[:10]}…{text[-4:]}" if text.startswith("0x") and len(text) > 20 else text


def life(signer: Signer) -> str:
    """How long its registration lasts."""
    until = clock(signer.valid_until)
    if signer.seconds_left <= 0:
        return f"ended at {until}"
    return f"{span(signer.seconds_left)} left, until {until}"


def chain_title(chain: Chain) -> str:
    """A chain by its name and its id."""
    return f"{chain.name} (chain {chain.chain_id})" if chain.name else f"Chain {chain.chain_id}"


def next_rotation(rotation: Rotation, now: float) -> str:
    """When the next rotation is due, or how far the one under way is."""
    if (candidate := rotation.candidate) is not None:
        left = candidate.blocks_left
        blocks = "" if left is None else f", {max(0, left)} blocks left to include it"
        return f"under way: {short(candidate.address)} is {candidate.stage}{blocks}"
    if rotation.next_at is None:
        return "no signer to replace yet"
    block = f", about block {rotation.next_block}" if rotation.next_block is not None else ""
    if rotation.next_at <= now:
        return f"due now{block}"
    return f"in {span(rotation.next_at - now)}{block}"


def endpoints(chain: Chain) -> str:
    """How many answer, and what is wrong with the others."""
    if not chain.endpoints:
        return "none is known yet"
    well = [one for one in chain.endpoints if one.state == "ok"]
    told = [f"{len(well)} of {len(chain.endpoints)} healthy"]
    told += [f"{one.host} is {one.state}" for one in chain.endpoints if one.state != "ok"]
    told += [f"{one.host} lags by {one.lag_blocks} blocks" for one in well if one.lag_blocks > 1]
    return "; ".join(told)


def payer(found: Payer) -> str:
    """What the account has, and how long that lasts."""
    if found.balance_wei is None:
        return "balance not known yet"
    coins = ether(found.balance_wei)
    if found.rotations is None:
        return f"{coins} native tokens"
    if found.rotations < 1:
        return f"{coins} native tokens, not enough for a rotation"
    return f"{coins} native tokens, enough for about {found.rotations} rotations"


def ether(wei: str) -> str:
    """Wei as decimal text in units of 10^18, without a float's errors."""
    if not wei.isascii() or not wei.isdigit():
        return "?"
    padded = wei.rjust(ETHER_DIGITS + 1, "0")
    whole, part = padded[:-ETHER_DIGITS], padded[-ETHER_DIGITS:][:6].rstrip("0")
    whole = whole.lstrip("0") or "0"
    if whole == "0" and not part:
        return "0" if not wei.strip("0") else "less than 0.000001"
    return f"{whole}.{part}" if part else whole
