"""Which items to upload: a pure function of what was fetched and what is on chain."""

from collections.abc import Mapping
from dataclasses import dataclass

from attestor.chain.collateral_store import CollateralKind
from attestor.collateral.items import Item

MIN_EXTENSION_SECONDS = 86400
"""While the chain's item is valid, one that expires less than this after it is not worth an upload:
a service that always serves what is about to expire would make us pay every hour."""


@dataclass(frozen=True)
class OnChainItem:
    """An item on chain: sha256 of what its issuer signed, its validity in Unix seconds, whether it
    still counts (a revocation may end it at once), how many certificates the CRL that was fetched
    revokes beyond those that the chain knows, and its TCB evaluation's number; 0 without one."""

    content_hash: bytes
    since: int
    until: int
    usable: bool = True
    unknown_revocations: int = 0
    evaluation: int = 0


Chain = Mapping[tuple[CollateralKind, int], OnChainItem]
"""The items on chain by kind and key; those that were never uploaded are absent."""


@dataclass(frozen=True)
class Need:
    """What to do about one item. `upload` is False when there is nothing to do or nothing that
    can be done; `reason` says which."""

    item: Item
    onchain: OnChainItem | None
    upload: bool
    reason: str


def needs(items: tuple[Item, ...], chain: Chain, now: int, margin: int | None) -> list[Need]:
    """What to do about each item at `now`, the chain's time.

    With a `margin` in seconds, items valid for longer than that are left alone: Intel reissues
    everything each day, and each upload costs gas. Without one, everything newer is uploaded. New
    revocations and a higher TCB evaluation are always uploaded.
    """
    return [need(item, chain.get((item.kind, item.key)), now, margin) for item in items]


def need(item: Item, onchain: OnChainItem | None, now: int, margin: int | None) -> Need:
    """What to do about one item; the arguments are those of `needs`."""
    if not item.since <= now <= item.until:
        return Need(item, onchain, False, "what was fetched is not currently valid")
    if onchain is None:
        return Need(item, None, True, "not on chain")
    if item.evaluation != onchain.evaluation:
        return _other_evaluation(item, onchain)
    if not onchain.usable:
        return _revoked(item, onchain)
    if onchain.content_hash == item.content_hash:
        return Need(item, onchain, False, "on chain")
    if item.since <= onchain.since:
        return Need(item, onchain, False, "not newer than on chain")
    if onchain.until < now:
        return Need(item, onchain, True, "expired on chain")
    if onchain.unknown_revocations:
        return Need(item, onchain, True, f"{onchain.unknown_revocations} new revocation(s)")
    return _newer(item, onchain, now, margin)


def _newer(item: Item, onchain: OnChainItem, now: int, margin: int | None) -> Need:
    """A newer issue, of nothing that could not wait."""
    if margin is not None and onchain.until - now > margin:
        return Need(item, onchain, False, "valid beyond the renewal margin")
    if margin is not None and item.until - onchain.until < MIN_EXTENSION_SECONDS:
        return Need(item, onchain, False, "what was fetched expires hardly later")
    return Need(item, onchain, True, "newer")


def _other_evaluation(item: Item, onchain: OnChainItem) -> Need:
    """A higher one replaces the chain's at once, whatever its dates; the store takes no lower one,
    even in place of what is revoked or has expired."""
    if item.evaluation < onchain.evaluation:
        return Need(item, onchain, False, f"the chain's TCB evaluation is {onchain.evaluation}")
    reason = f"TCB evaluation {item.evaluation} replaces {onchain.evaluation}"
    return Need(item, onchain, True, reason)


def _revoked(item: Item, onchain: OnChainItem) -> Need:
    """The store accepts anything in place of a revoked item, except the same certificate."""
    same = onchain.content_hash == item.content_hash
    if same and item.kind is CollateralKind.PCK_CA:
        return Need(item, onchain, False, "revoked, and the service has no other")
    return Need(item, onchain, True, "revoked on chain")
