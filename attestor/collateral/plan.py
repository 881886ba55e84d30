"""Which items to upload. Pure: what was fetched and what stands on chain go in."""

from collections.abc import Mapping
from dataclasses import dataclass

from attestor.chain.collateral_store import CollateralKind
from attestor.collateral.items import Item

LEAST_GAIN_SECONDS = 86400
"""What ends hardly later than the chain's is not worth an upload while the chain's still holds:
a service that always serves what is about to end would have us pay every hour."""


@dataclass(frozen=True)
class OnChainItem:
    """An item on chain: keccak256 of what was uploaded, its validity in Unix seconds, whether it
    still counts (a revocation may end it at once), and how many certificates the CRL that was
    fetched revokes beyond those that the chain knows."""

    content_hash: bytes
    since: int
    until: int
    usable: bool = True
    unknown_revocations: int = 0


Chain = Mapping[tuple[CollateralKind, int], OnChainItem]
"""What stands on chain, by part and key; absent if nothing does."""


@dataclass(frozen=True)
class Need:
    """What is to be done about one item. `upload` is False when there is nothing to do, or
    nothing that could be done; `reason` says which."""

    item: Item
    onchain: OnChainItem | None
    upload: bool
    reason: str


def needs(items: tuple[Item, ...], chain: Chain, now: int, margin: int | None) -> list[Need]:
    """What to do about each item at `now`, the chain's time.

    With a `margin` in seconds, what still holds that long is left alone: Intel signs everything
    anew each day, and each upload costs. Without one, whatever is newer is uploaded. New
    revocations never wait.
    """
    return [need(item, chain.get((item.kind, item.key)), now, margin) for item in items]


def need(item: Item, onchain: OnChainItem | None, now: int, margin: int | None) -> Need:
    """What to do about one item; the arguments are those of `needs`."""
    if not item.since <= now <= item.until:
        return Need(item, onchain, False, "what was fetched is not valid now")
    if onchain is None:
        return Need(item, None, True, "not on chain")
    if not onchain.usable:
        return _revoked(item, onchain)
    if onchain.content_hash == item.content_hash:
        return Need(item, onchain, False, "on chain")
    if item.since <= onchain.since:
        return Need(item, onchain, False, "the chain's is newer")
    if onchain.until < now:
        return Need(item, onchain, True, "expired on chain")
    if onchain.unknown_revocations:
        return Need(item, onchain, True, f"{onchain.unknown_revocations} new revocation(s)")
    if margin is not None and onchain.until - now > margin:
        return Need(item, onchain, False, "holds long enough")
    if margin is not None and item.until - onchain.until < LEAST_GAIN_SECONDS:
        return Need(item, onchain, False, "what was fetched ends hardly later")
    return Need(item, onchain, True, "newer")


def _revoked(item: Item, onchain: OnChainItem) -> Need:
    """The store takes anything in place of what is revoked, but not the same certificate."""
    same = onchain.content_hash == item.content_hash
    if same and item.kind is CollateralKind.PCK_CA:
        return Need(item, onchain, False, "revoked, and no other was to be had")
    return Need(item, onchain, True, "revoked on chain")
