"""Items as the store on chain holds them."""

from attestor.chain.collateral_store import CollateralKind, CollateralStore
from attestor.collateral.items import Item
from attestor.collateral.plan import Chain, OnChainItem
from attestor.errors import UploadRejected

ENTRIES_PER_CALL = 256
"""CRL entries per transaction or per call: about 25,000 gas for each
that is new, so at most 7 million of the 16.7 million that one transaction may use (EIP-7825)."""

_EVALUATED = (CollateralKind.TCB_INFO, CollateralKind.QE_IDENTITY)


def read(store: CollateralStore, item: Item) -> OnChainItem | None:
    """The item on chain under the same kind and key, or None."""
    held = store.held(item.kind, item.key)
    if held is None:
        return None
    is_other = held.digest != item.content_hash
    unknown = sum(_unknown_revocations(store, item)) if is_other else 0
    evaluation = held.number if item.kind in _EVALUATED else 0
    return OnChainItem(held.digest, held.since, held.until, held.usable, unknown, evaluation)


def read_all(store: CollateralStore, items: tuple[Item, ...]) -> Chain:
    """The items on chain under the kinds and keys of `items`."""
    found = {(item.kind, item.key): read(store, item) for item in items}
    return {place: onchain for place, onchain in found.items() if onchain is not None}


def new_revocations(store: CollateralStore, item: Item) -> list[int]:
    """How many certificates each slice of `ENTRIES_PER_CALL` entries of a CRL revokes that the
    store does not know as revoked. Raises `UploadRejected` when the store refuses the CRL."""
    slices = range(0, item.entries, ENTRIES_PER_CALL)
    return [store.new_revocations(item.content, first, ENTRIES_PER_CALL) for first in slices]


def _unknown_revocations(store: CollateralStore, item: Item) -> list[int]:
    """As `new_revocations`, but 0 for a CRL that the store refuses."""
    try:
        return new_revocations(store, item)
    except UploadRejected:
        return []
