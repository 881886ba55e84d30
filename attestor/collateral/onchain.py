"""What the store on chain holds of an item."""

from attestor.chain.collateral_store import CollateralStore
from attestor.collateral.items import Item
from attestor.collateral.plan import Chain, OnChainItem
from attestor.errors import UploadRejected

ENTRIES_PER_CALL = 256
"""Entries of a CRL in one transaction, or in one question about them: about 25,000 gas for each
that is new, so at most 7 million of the 16.7 million that one transaction may use (EIP-7825)."""


def read(store: CollateralStore, item: Item) -> OnChainItem | None:
    """What stands in an item's place, or None."""
    held = store.held(item.kind, item.key)
    if held is None:
        return None
    is_other = held.digest != item.content_hash
    unknown = sum(_unknown_revocations(store, item)) if is_other else 0
    return OnChainItem(held.digest, held.since, held.until, held.usable, unknown)


def read_all(store: CollateralStore, items: tuple[Item, ...]) -> Chain:
    """What stands in the places of all items."""
    found = {(item.kind, item.key): read(store, item) for item in items}
    return {place: onchain for place, onchain in found.items() if onchain is not None}


def new_revocations(store: CollateralStore, item: Item) -> list[int]:
    """How many certificates each slice of `ENTRIES_PER_CALL` entries of a CRL revokes that the
    store does not know as revoked. Raises `UploadRejected` when the store refuses the CRL."""
    slices = range(0, item.entries, ENTRIES_PER_CALL)
    return [store.new_revocations(item.content, first, ENTRIES_PER_CALL) for first in slices]


def _unknown_revocations(store: CollateralStore, item: Item) -> list[int]:
    """As `new_revocations`; a CRL that is refused is none of a reason to send it."""
    try:
        return new_revocations(store, item)
    except UploadRejected:
        return []
