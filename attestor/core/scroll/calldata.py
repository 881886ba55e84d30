"""Calldata of Scroll's rollup contract: what commits batches on L1, and what finalizes them
(ScrollChain.sol of scroll-contracts, by version)."""

from dataclasses import dataclass, field

from attestor.core.keccak import keccak
from attestor.core.scroll import batch_header
from attestor.core.scroll.codec import Codec, codec_of
from attestor.core.scroll.reader import WORD, Argument, Reader, Value, arguments
from attestor.core.text import to_hex
from attestor.errors.scroll import ScrollCalldataInvalid

MAX_CALLDATA = 1 << 20
"""Bytes. L1's clients take no transaction of more than 128 KiB; old ones took 512."""
POINT_BYTES = 32
COMMITMENT_BYTES = 48


def _selector(signature: str) -> bytes:
    return keccak(signature.encode())[:4]


COMMIT_BATCH = _selector("commitBatch(uint8,bytes,bytes[],bytes)")
COMMIT_WITH_PROOF = _selector("commitBatchWithBlobProof(uint8,bytes,bytes[],bytes,bytes)")
COMMIT_BATCHES = _selector("commitBatches(uint8,bytes32,bytes32)")
_FINALIZE_STRUCT = "(bytes,uint256,bytes32,bytes32,bytes)"
COMMIT_AND_FINALIZE = _selector(f"commitAndFinalizeBatch(uint8,bytes32,{_FINALIZE_STRUCT})")
"""What anybody may call once the sequencer has been silent for long: one batch, with its proof."""

_SOLIDITY: dict[str, Argument] = {"bytes": "bytes", "bytes32": "word", "uint256": "word"}
_FINALIZE_CALLS: dict[str, str] = {
    # Version 0, then 1 and 2, then 3 to 6 with proofs and without (on Sepolia), then 7 on.
    "finalizeBatchWithProof": "bytes header, bytes32 previous, bytes32 post, bytes32 withdraw, "
    "bytes proof",
    "finalizeBatchWithProof4844": "bytes header, bytes32 previous, bytes32 post, "
    "bytes32 withdraw, bytes blob_proof, bytes proof",
    "finalizeBundleWithProof": "bytes header, bytes32 post, bytes32 withdraw, bytes proof",
    "finalizeBundle": "bytes header, bytes32 post, bytes32 withdraw",
    "finalizeBundlePostEuclidV2": "bytes header, uint256 popped, bytes32 post, bytes32 withdraw, "
    "bytes proof",
}


def _form(name: str, arguments: str) -> tuple[bytes, dict[str, Argument]]:
    """A call's selector, and its arguments by name."""
    pairs = [argument.split(" ") for argument in arguments.split(", ")]
    selector = _selector(f"{name}({','.join(kind for kind, _ in pairs)})")
    return selector, {name: _SOLIDITY[kind] for kind, name in pairs}


_FINALIZE = dict(_form(name, listed) for name, listed in _FINALIZE_CALLS.items())
FINALIZATIONS = frozenset(_FINALIZE)
"""Selectors of what finalizes a batch, and does not commit it."""
_POST_EUCLID_V2 = next(selector for selector, form in _FINALIZE.items() if "popped" in form)
"""Its arguments are those of the struct in `commitAndFinalizeBatch`."""


@dataclass(frozen=True)
class BlobProof:
    """How L1 opened the blob's commitment: value `y` at point `z`, with the proof of it."""

    z: bytes
    y: bytes
    commitment: bytes
    proof: bytes


@dataclass(frozen=True)
class ChunkCommit:
    """Versions 0 to 6: one batch, its block contexts in chunks. `parent` is the header of the batch
    before it, `bitmap` names the L1 messages that no block includes."""

    codec: Codec
    parent: bytes = field(repr=False)
    chunks: tuple[bytes, ...] = field(repr=False)
    bitmap: bytes = field(repr=False)
    blob_proof: BlobProof | None = None


@dataclass(frozen=True)
class EnvelopeCommit:
    """Versions 7 on: some batches, one per blob of the transaction. The hashes are those of the
    batch before the first, and of the last one."""

    codec: Codec
    parent_hash: bytes
    last_hash: bytes


Commit = ChunkCommit | EnvelopeCommit


@dataclass(frozen=True)
class Finalization:
    """What L1 was told when the batch was finalized: its header as bytes, and state roots.
    `previous_state_root` is in the calls of versions 0 to 2 only."""

    header: bytes = field(repr=False)
    post_state_root: bytes
    withdraw_root: bytes
    previous_state_root: bytes | None = None
    blob_proof: bytes | None = field(default=None, repr=False)


def parse_commit(calldata: bytes) -> Commit:
    """The commit in calldata with its selector. Raises `ScrollCalldataInvalid`, or
    `ScrollCodecUnknown` for a version that is not known."""
    selector, reader = _open(calldata, "the commit's calldata")
    if selector == COMMIT_BATCHES:
        version, parent, last = _words(arguments(reader, ("word", "word", "word")))
        codec = _codec(version, reader)
        _require_call(codec.has_envelope, codec, "commitBatches")
        return EnvelopeCommit(codec, parent, last)
    if selector == COMMIT_AND_FINALIZE:
        return _finalizing_commit(reader)
    if selector == COMMIT_BATCH:
        found = arguments(reader, ("word", "bytes", "bytes[]", "bytes"))
        codec = _codec(_bytes(found[0]), reader)
        _require_call(codec.version <= 2, codec, "commitBatch")
        return _chunk_commit(codec, found, None)
    if selector == COMMIT_WITH_PROOF:
        found = arguments(reader, ("word", "bytes", "bytes[]", "bytes", "bytes"))
        codec = _codec(_bytes(found[0]), reader)
        _require_call(codec.has_challenge, codec, "commitBatchWithBlobProof")
        return _chunk_commit(codec, found, _blob_proof(_bytes(found[4])))
    raise ScrollCalldataInvalid(
        f"the calldata calls {to_hex(selector)}, which commits no batch",
        hint="give the input of a transaction to Scroll's rollup contract (ScrollChain), selector "
        "included",
    )


def parse_finalization(calldata: bytes) -> Finalization:
    """The finalization in calldata with its selector. Raises `ScrollCalldataInvalid`."""
    selector, reader = _open(calldata, "the finalization's calldata")
    if selector == COMMIT_AND_FINALIZE:
        _commit_head(reader)
        selector = _POST_EUCLID_V2
    form = _FINALIZE.get(selector)
    if form is None:
        raise ScrollCalldataInvalid(f"the calldata calls {to_hex(selector)}: no finalization")
    found = dict(zip(form, arguments(reader, tuple(form.values())), strict=True))
    previous, blob_proof = found.get("previous"), found.get("blob_proof")
    return Finalization(
        header=_bytes(found["header"]),
        post_state_root=_bytes(found["post"]),
        withdraw_root=_bytes(found["withdraw"]),
        previous_state_root=None if previous is None else _bytes(previous),
        blob_proof=None if blob_proof is None else _bytes(blob_proof),
    )


def _open(calldata: bytes, what: str) -> tuple[bytes, Reader]:
    if len(calldata) > MAX_CALLDATA:
        raise ScrollCalldataInvalid(f"{what} has {len(calldata)} bytes, at most {MAX_CALLDATA}")
    if len(calldata) < 4:
        raise ScrollCalldataInvalid(f"{what} has {len(calldata)} bytes, and no selector")
    return calldata[:4], Reader(calldata[4:], what, ScrollCalldataInvalid)


def _commit_head(reader: Reader) -> tuple[Codec, bytes]:
    """Version and parent's hash, before the struct that the third argument points to."""
    codec = _codec(reader.take(WORD, "version"), reader)
    _require_call(codec.has_envelope, codec, "commitAndFinalizeBatch")
    parent, offset = reader.take(WORD, "parent's hash"), reader.number(WORD, "struct's offset")
    if offset != reader.position:
        raise reader.fail(f"its struct is said to be at byte {offset}, not {reader.position}")
    return codec, parent


def _finalizing_commit(reader: Reader) -> EnvelopeCommit:
    codec, parent = _commit_head(reader)
    form = tuple(_FINALIZE[_POST_EUCLID_V2].values())
    header = batch_header.parse(_bytes(arguments(reader, form)[0]), "the finalized batch's header")
    if (header.version, header.parent_hash) != (codec.version, parent):
        raise reader.fail("the header that it finalizes is not of the batch that it commits")
    return EnvelopeCommit(codec, parent, header.hash)


def _codec(word: bytes, reader: Reader) -> Codec:
    if any(word[:-1]):
        raise reader.fail(f"the version {to_hex(word)} is no uint8")
    return codec_of(word[-1])


def _require_call(fits: bool, codec: Codec, name: str) -> None:
    if not fits:
        raise ScrollCalldataInvalid(f"{name} is not the call of codec version {codec.version}")


def _chunk_commit(codec: Codec, found: list[Value], blob_proof: BlobProof | None) -> ChunkCommit:
    chunks = found[2]
    assert isinstance(chunks, tuple)
    most = codec.max_chunks or 0
    if not 0 < len(chunks) <= most:
        raise ScrollCalldataInvalid(
            f"the batch has {len(chunks)} chunks, not 1 to {most} (codec version {codec.version})"
        )
    return ChunkCommit(codec, _bytes(found[1]), chunks, _bytes(found[3]), blob_proof)


def _blob_proof(data: bytes) -> BlobProof:
    reader = Reader(data, "the blob's proof", ScrollCalldataInvalid)
    proof = BlobProof(
        z=reader.take(POINT_BYTES, "point"),
        y=reader.take(POINT_BYTES, "value"),
        commitment=reader.take(COMMITMENT_BYTES, "commitment"),
        proof=reader.take(COMMITMENT_BYTES, "proof"),
    )
    reader.finish()
    return proof


def _bytes(value: Value) -> bytes:
    assert isinstance(value, bytes)
    return value


def _words(values: list[Value]) -> list[bytes]:
    return [_bytes(value) for value in values]
