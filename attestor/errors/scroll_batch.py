"""Errors of Scroll's batches, witnesses and nodes.

None of their messages contains the word by which clients of Scroll's provers drop a task: see
docs/scroll.md.
"""

from attestor.errors.base import Misconfigured, Rejected, Transient

# --- batches --------------------------------------------------------------------------------------


class ScrollCalldataInvalid(Rejected):
    """The bytes are not calldata that commits or finalizes a batch."""

    code = "scroll_calldata_invalid"


class ScrollCodecUnknown(Rejected):
    """A batch of a version, or of a kind of chain, that is not supported."""

    code = "scroll_codec_unknown"


class ScrollBlobInvalid(Rejected):
    """A blob does not decode, or is not one of the batch."""

    code = "scroll_blob_invalid"


class ScrollBlobRequired(Rejected):
    """Without the blob, or its versioned hash, nothing binds the transactions to the batch."""

    code = "scroll_blob_required"


class ScrollIndexRequired(Rejected):
    """From version 7 on the batch's index is in neither calldata nor blob, and was not given."""

    code = "scroll_index_required"


class ScrollBatchMismatch(Rejected):
    """The batch holds other blocks or transactions, or has another hash or index, than expected."""

    code = "scroll_batch_mismatch"


# --- witnesses and nodes --------------------------------------------------------------------------


class ScrollWitnessUnreadable(Rejected):
    """A witness, trace or block is malformed: what was wrong, and where in it."""

    code = "scroll_witness_unreadable"


class ScrollMethodMissing(Misconfigured):
    """The node does not serve a method that is needed: the hint says which flag to add."""

    code = "scroll_method_missing"


class ScrollNodeFailed(Transient):
    """The node could not serve a block's witness now."""

    code = "scroll_node_failed"


class ScrollBlobUnavailable(Transient):
    """No source that was named has the blob."""

    code = "scroll_blob_unavailable"


class ScrollVerificationFailed(Rejected):
    """At least one block or batch was refused; each is named in the report."""

    code = "scroll_verification_failed"
