"""What is known of a commit beside its calldata."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Evidence:
    """All of it may be missing; what is there has to fit.

    `blobs` are blobs of the commit's L1 transaction, in any order; `versioned_hashes` are all that
    the transaction names, in its order; `index` and `batch_hash` are those of the batch in
    question, as in L1's event `CommitBatch`.
    """

    blobs: tuple[bytes, ...] = field(default=(), repr=False)
    versioned_hashes: tuple[bytes, ...] = ()
    index: int | None = None
    batch_hash: bytes | None = None
