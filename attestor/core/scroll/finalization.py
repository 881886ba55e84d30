"""Whether what L1 was told at a batch's finalization is what the blocks came to."""

from attestor.core.scroll import batch_header
from attestor.core.scroll.binding import BoundBatch
from attestor.core.scroll.calldata import Finalization
from attestor.core.text import to_hex
from attestor.errors.scroll import ScrollBatchMismatch


def require(
    finalization: Finalization,
    batch: BoundBatch,
    pre_state_root: bytes,
    post_state_root: bytes,
    withdraw_root: bytes,
) -> None:
    """Raise `ScrollBatchMismatch` unless the finalization is of this batch, with these roots.

    From version 3 on a finalization covers several batches and has the header of the last one:
    only that one can be compared.
    """
    header = batch_header.parse(finalization.header, "the finalized batch's header")
    if header.index != batch.index:
        raise ScrollBatchMismatch(
            f"the finalization is of batch {header.index}, not of {batch.index}"
        )
    if finalization.header != batch.header:
        raise ScrollBatchMismatch(
            f"batch {batch.index} was finalized with the hash {to_hex(header.hash)}, these blocks "
            f"have {to_hex(batch.hash)}"
        )
    for name, told, found in (
        ("state root before the batch", finalization.previous_state_root, pre_state_root),
        ("state root", finalization.post_state_root, post_state_root),
        ("withdraw root", finalization.withdraw_root, withdraw_root),
    ):
        if told is not None and told != found:
            raise ScrollBatchMismatch(
                f"batch {batch.index} was finalized with the {name} {to_hex(told)}, these blocks "
                f"have {to_hex(found)}"
            )
