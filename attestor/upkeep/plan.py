"""Which items to upload. Pure: what was fetched and what stands on chain go in."""

from collections.abc import Mapping
from dataclasses import dataclass

from attestor.upkeep.items import Item, Part

LEAST_GAIN_SECONDS = 86400
"""What ends hardly later than the chain's is not worth an upload while the chain's still holds:
a service that always serves what is about to end would have us pay every hour."""


@dataclass(frozen=True)
class Standing:
    """An item on chain: keccak256 of what was uploaded, its validity in Unix seconds, whether it
    still counts (a revocation may end it at once), and how many certificates the CRL that was
    fetched revokes beyond those that the chain knows."""

    content_hash: bytes
    since: int
    until: int
    usable: bool = True
    unknown_revocations: int = 0


Chain = Mapping[tuple[Part, int], Standing]
"""What stands on chain, by part and key; absent if nothing does."""


@dataclass(frozen=True)
class Need:
    """What is to be done about one item. `upload` is False when there is nothing to do, or
    nothing that could be done; `reason` says which."""

    item: Item
    standing: Standing | None
    upload: bool
    reason: str


def needs(items: tuple[Item, ...], chain: Chain, now: int, margin: int | None) -> list[Need]:
    """What to do about each item at `now`, the chain's time.

    With a `margin` in seconds, what still holds that long is left alone: Intel signs everything
    anew each day, and each upload costs. Without one, whatever is newer is uploaded. New
    revocations never wait.
    """
    return [need(item, chain.get((item.part, item.key)), now, margin) for item in items]


def need(item: Item, standing: Standing | None, now: int, margin: int | None) -> Need:
    """What to do about one item; the arguments are those of `needs`."""
    if not item.since <= now <= item.until:
        return Need(item, standing, False, "what was fetched is not valid now")
    if standing is None:
        return Need(item, None, True, "not on chain")
    if not standing.usable:
        return _revoked(item, standing)
    if standing.content_hash == item.content_hash:
        return Need(item, standing, False, "on chain")
    if item.since <= standing.since:
        return Need(item, standing, False, "the chain's is newer")
    if standing.until < now:
        return Need(item, standing, True, "expired on chain")
    if standing.unknown_revocations:
        return Need(item, standing, True, f"{standing.unknown_revocations} new revocation(s)")
    if margin is not None and standing.until - now > margin:
        return Need(item, standing, False, "holds long enough")
    if margin is not None and item.until - standing.until < LEAST_GAIN_SECONDS:
        return Need(item, standing, False, "what was fetched ends hardly later")
    return Need(item, standing, True, "newer")


def _revoked(item: Item, standing: Standing) -> Need:
    """The store takes anything in place of what is revoked, but not the same certificate."""
    same = standing.content_hash == item.content_hash
    if same and item.part is Part.PCK_CA:
        return Need(item, standing, False, "revoked, and no other was to be had")
    return Need(item, standing, True, "revoked on chain")
