"""Which items to upload. Pure: what was fetched and what stands on chain go in."""

from collections.abc import Mapping
from dataclasses import dataclass

from attestor.upkeep.items import Item, Part


@dataclass(frozen=True)
class Standing:
    """An item on chain: keccak256 of what was uploaded, its validity in Unix seconds, and when
    what depends on it ends, which a CRL or a revocation may bring forward."""

    content_hash: bytes
    since: int
    until: int


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
    """What to do about each item at `now`.

    With a `margin` in seconds, what still holds that long is left alone: Intel signs everything
    anew each day, and each upload costs. Without one, whatever is newer is uploaded.
    """
    return [_need(item, chain.get((item.part, item.key)), now, margin) for item in items]


def _need(item: Item, standing: Standing | None, now: int, margin: int | None) -> Need:
    if not item.since <= now <= item.until:
        return Need(item, standing, False, "what was fetched is not valid now")
    if standing is None:
        return Need(item, None, True, "not on chain")
    if standing.content_hash == item.content_hash:
        return Need(item, standing, False, "on chain")
    if item.since <= standing.since:
        return Need(item, standing, False, "the chain's is newer")
    if margin is not None and standing.until - now > margin:
        return Need(item, standing, False, "holds long enough")
    return Need(item, standing, True, "newer" if standing.until >= now else "expired on chain")
