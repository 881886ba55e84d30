"""Which TCB evaluation a store takes: it takes exactly one, so just this one is to be fetched."""

from attestor.chain.collateral_store import CollateralStore
from attestor.core import strict_json
from attestor.errors import CollateralInvalid
from attestor.quote.collateral import SignedText
from attestor.quote.validity import unix_seconds


def evaluation_for(store: CollateralStore, tee_type: int, numbers: SignedText) -> int | None:
    """The TCB evaluation that the store takes now, once it has this list of them: the highest whose
    recovery event is as long past as the store asks, and none lower than it takes without the list.
    None where there is none yet. Raises `CollateralInvalid`."""
    known_by = store.node.head().timestamp - store.evaluation_delay_seconds()
    standard = [number for number, event in _listed(numbers.text) if event <= known_by]
    return max(*standard, store.standard_evaluation(tee_type), 0) or None


def _listed(text: str) -> list[tuple[int, int]]:
    """Number and recovery event, in Unix seconds, of each evaluation of Intel's list."""
    try:
        found = strict_json.loads(text.encode())["tcbEvalNumbers"]
        return [
            (int(one["tcbEvaluationDataNumber"]), unix_seconds(one["tcbRecoveryEventDate"]))
            for one in found
        ]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise CollateralInvalid(
            f"the TCB evaluation numbers cannot be read: {error!r:.200}"
        ) from None
