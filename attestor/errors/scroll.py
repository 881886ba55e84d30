"""Errors of executing Scroll's blocks. Each has the number of the block that it is about, where it
is about one."""

from attestor.errors.base import Rejected


class ScrollError(Rejected):
    """A range of blocks has no result. `block` is the number of the block."""

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
