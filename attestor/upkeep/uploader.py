"""From an item of collateral to the transaction that uploads it."""

from attestor.chain.collateral_store import CollateralStore
from attestor.upkeep.items import Item, Part

_FUNCTIONS = {
    Part.PCK_CA: "uploadPckCa",
    Part.TCB_SIGNING: "uploadTcbSigning",
    Part.ROOT_CRL: "uploadRootCrl",
    Part.PCK_CRL: "uploadPckCrl",
    Part.EVALUATION_NUMBERS: "uploadTcbEvaluationNumbers",
    Part.TCB_INFO: "uploadTcbInfo",
    Part.QE_IDENTITY: "uploadQeIdentity",
}


def calldata(store: CollateralStore, item: Item) -> bytes:
    """Calldata that uploads an item."""
    function = _FUNCTIONS[item.part]
    if item.signature:
        return store.json_calldata(function, item.content, item.signature)
    return store.der_calldata(function, item.content)
