"""Errors of Scroll's blocks, batches, witnesses and nodes.

None of their messages contains the word by which clients of Scroll's provers drop a task: see
docs/scroll.md.
"""

from attestor.errors.base import Misconfigured, Rejected, Transient

# --- executing blocks -----------------------------------------------------------------------------


class ScrollError(Rejected):
    """A range of blocks has no result. `block` is the number of the one at fault, if it is one."""

    code = "scroll_error"

    def __init__(self, message: str, *, hint: str | None = None, block: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.block = block


class ScrollRequestInvalid(ScrollError):
    """Bytes of the blocks are not what their format says."""

    code = "scroll_request_invalid"


class ScrollChainUnknown(ScrollError):
    """A chain id whose forks are not known."""

    code = "scroll_chain_unknown"


class ScrollEraUnsupported(ScrollError):
    """A block whose state is of a kind that the executor has not."""

    code = "scroll_era_unsupported"


class ScrollBlockInvalid(ScrollError):
    """A block with a header or a transaction that its fork does not take; `transaction` is its
    index in the block."""

    code = "scroll_block_invalid"
    transaction: int | None = None


class ScrollContextRefused(ScrollError):
    """What a context says of its blocks is not this chain's, or not what executing them gives."""

    code = "scroll_context_refused"


class ScrollMismatch(ScrollError):
    """What was computed is not what the header says, or the caller: `field` is the first one."""

    code = "scroll_mismatch"
    field: str | None = None
    expected: str | None = None
    computed: str | None = None


class ScrollWitnessIncomplete(ScrollError):
    """Execution needs a trie node (`node` is its hash) or a code (`code_hash`) that is not there,
    at `address` and, for storage, `slot`: 32, 32, 20 and 32 bytes."""

    code = "scroll_witness_incomplete"
    node: bytes | None = None
    code_hash: bytes | None = None
    address: bytes | None = None
    slot: bytes | None = None


class ScrollWitnessInvalid(ScrollError):
    """The witness has something else where a trie node must be."""

    code = "scroll_witness_invalid"


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


class ScrollUnverified(Transient):
    """Nothing was refused, but the executor, or what it was to be asked for, failed: that says
    nothing about the block or batch."""

    code = "scroll_unverified"
    advice = (
        "Try again. If it lasts, it is our defect: report it with the block's witness (`--keep`)."
    )


class ScrollVerificationFailed(Rejected):
    """At least one block or batch was refused; each is named in the report."""

    code = "scroll_verification_failed"
