"""Batches of every codec, encoded here by eth-abi, zstd and the formats' descriptions, so that what
reads them has something to be compared with. Commitments are of a scheme that costs nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import rlp
import zstandard
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from attestor.core.scroll import calldata
from attestor.core.scroll.block import Block
from attestor.core.scroll.calldata import BlobProof
from attestor.core.scroll.evidence import Evidence

ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
FIRST_POPPED = 1000
INDEX = 4711
VERSIONS = range(11)


class Scheme(Protocol):
    """Commits to blobs; the opening at a point is a value and what proves it."""

    def commitment(self, blob: bytes) -> bytes: ...

    def opened(self, blob: bytes, z: bytes) -> tuple[bytes, bytes]: ...


class CheapKzg:
    """Binds as KZG does, for as long as nobody looks inside."""

    def commitment(self, blob: bytes) -> bytes:
        return hashlib.sha384(blob).digest()

    def opened(self, blob: bytes, z: bytes) -> tuple[bytes, bytes]:
        y = b"\x09" * 32
        return y, opening(self.commitment(blob), z, y)

    def opens(self, proof: BlobProof) -> bool:
        return proof.proof == opening(proof.commitment, proof.z, proof.y)


def opening(commitment: bytes, z: bytes, y: bytes) -> bytes:
    return hashlib.sha384(commitment + z + y).digest()


CHEAP = CheapKzg()


def versioned(blob: bytes, kzg: Scheme = CHEAP) -> bytes:
    return b"\x01" + hashlib.sha256(kzg.commitment(blob)).digest()[1:]


@dataclass(frozen=True)
class Case:
    """A batch as it is committed, the blocks in it, and all that is known beside the calldata."""

    version: int
    calldata: bytes
    blocks: tuple[Block, ...]
    evidence: Evidence
    batch_hash: bytes


def l2_transaction(nonce: int, data: bytes = b"") -> bytes:
    fields = [534352, nonce, 1, 2, 21000, b"\x11" * 20, 7, data, [], 1, b"\x22" * 32, b"\x33" * 32]
    return b"\x02" + bytes(rlp.encode(fields))


def l1_message(index: int, data: bytes = b"") -> bytes:
    return b"\x7e" + bytes(rlp.encode([index, 90000, b"\x44" * 20, 5, data, b"\x55" * 20]))


def blocks(counts: Sequence[tuple[Sequence[int], int]], first: int = 500) -> tuple[Block, ...]:
    """Blocks with these L1 messages, by their index, and that many L2 transactions."""
    return tuple(
        Block(
            number=first + place,
            timestamp=1_700_000_000 + place,
            base_fee=39_000_000 + place,
            gas_limit=10_000_000,
            transactions=(
                *(l1_message(index) for index in messages),
                *(l2_transaction(100 * place + nonce) for nonce in range(count)),
            ),
        )
        for place, (messages, count) in enumerate(counts)
    )


PLAIN = blocks([((), 2), ((FIRST_POPPED, FIRST_POPPED + 1), 1), ((), 0), ((FIRST_POPPED + 2,), 3)])
"""With L1 messages, none of them left out; an empty block; all codecs can express them."""


def case(
    version: int,
    content: Sequence[Block] = PLAIN,
    compressed: bool = True,
    kzg: Scheme = CHEAP,
) -> Case:
    """The batch of `version` that holds these blocks, in two chunks where there are chunks."""
    if version >= 7:
        return _enveloped(version, tuple(content), compressed, kzg)
    return _chunked(version, tuple(content), compressed, kzg)


def zstd(data: bytes) -> bytes:
    """One frame without its magic number."""
    form = zstandard.ZstdCompressionParameters(
        format=zstandard.FORMAT_ZSTD1_MAGICLESS, window_log=17
    )
    return zstandard.ZstdCompressor(compression_params=form).compress(data)


def to_blob(data: bytes) -> bytes:
    assert len(data) <= 4096 * 31
    data = data.ljust(4096 * 31, b"\0")
    return b"".join(b"\0" + data[31 * place : 31 * place + 31] for place in range(4096))


def _counts(content: Sequence[Block]) -> tuple[list[int], int, set[int]]:
    position, counts, left_out = FIRST_POPPED, [], set()
    for block in content:
        before = position
        for index in block.queue_indices:
            left_out |= set(range(position, index))
            position = index + 1
        counts.append(position - before)
    return counts, position, left_out


def _context(block: Block, popped: int) -> bytes:
    total = popped + len(block.l2_transactions)
    times = block.number.to_bytes(8) + block.timestamp.to_bytes(8)
    gas = block.base_fee.to_bytes(32) + block.gas_limit.to_bytes(8)
    return times + gas + total.to_bytes(2) + popped.to_bytes(2)


def _chunked(version: int, content: tuple[Block, ...], compressed: bool, kzg: Scheme) -> Case:
    half = len(content) if version == 5 else (len(content) + 1) // 2
    groups = [group for group in (content[:half], content[half:]) if group]
    counts, total, left_out = _counts(content)
    of_block = dict(zip((block.number for block in content), counts, strict=True))
    chunks, hashes = [], []
    for group in groups:
        contexts = [_context(block, of_block[block.number]) for block in group]
        chunk, hashed = bytes([len(group)]) + b"".join(contexts), b""
        for block in group:
            hashed += b"".join(keccak(raw) for raw in block.l1_messages)
            if version == 0:
                hashed += b"".join(keccak(raw) for raw in block.l2_transactions)
                for raw in block.l2_transactions:
                    chunk += len(raw).to_bytes(4) + raw
        chunks.append(chunk)
        hashes.append(keccak(b"".join(context[:58] for context in contexts) + hashed))
    bitmap = 0
    for index in left_out:
        bitmap |= 1 << (index - FIRST_POPPED)
    bitmap_bytes = bitmap.to_bytes(32) if total > FIRST_POPPED else b""
    parent = _parent(version)
    blob, z, y, proof = _blob(version, groups, compressed, kzg)
    name = versioned(blob, kzg) if blob else b""
    header = bytes([version]) + (INDEX).to_bytes(8) + (total - FIRST_POPPED).to_bytes(8)
    header += total.to_bytes(8) + keccak(b"".join(hashes)) + name + keccak(parent)
    header += content[-1].timestamp.to_bytes(8) + z + y if version >= 3 else bitmap_bytes
    types, values = ["uint8", "bytes", "bytes[]", "bytes"], [version, parent, chunks, bitmap_bytes]
    selector = calldata.COMMIT_BATCH
    if version >= 3:
        selector = calldata.COMMIT_WITH_PROOF
        types, values = [*types, "bytes"], [*values, proof]
    return Case(
        version,
        selector + encode(types, values),
        content,
        Evidence(
            blobs=(blob,) if blob else (),
            versioned_hashes=(name,) if name else (),
            index=INDEX,
            batch_hash=keccak(header),
        ),
        keccak(header),
    )


def _parent(version: int) -> bytes:
    header = bytes([version]) + (INDEX - 1).to_bytes(8) + (0).to_bytes(8)
    header += FIRST_POPPED.to_bytes(8) + b"\x66" * 32
    header += (b"\x01" + b"\x77" * 31 if version else b"") + b"\x88" * 32
    return header + (b"\0" * 8 + b"\x01" * 64 if version >= 3 else b"")


def _blob(
    version: int, groups: Sequence[tuple[Block, ...]], compressed: bool, kzg: Scheme
) -> tuple[bytes, bytes, bytes, bytes]:
    if version == 0:
        return b"", b"", b"", b""
    held = [b"".join(raw for block in group for raw in block.l2_transactions) for group in groups]
    room = 15 if version == 1 else 45
    sizes = b"".join(len(data).to_bytes(4) for data in held)
    metadata = len(held).to_bytes(2) + sizes + bytes(4 * (room - len(held)))
    payload = metadata + b"".join(held)
    if version in (2, 3):
        payload = zstd(payload)
    if version >= 4:
        payload = b"\x01" + zstd(payload) if compressed else b"\0" + payload
    blob = to_blob(payload)
    if version < 3:
        return blob, b"", b"", b""
    digests = [keccak(data) for data in held]
    digests += [digests[-1]] * (room - len(digests))
    hashed = keccak(keccak(metadata) + b"".join(digests) + versioned(blob, kzg))
    z = (int.from_bytes(hashed) % ORDER).to_bytes(32)
    y, proof = kzg.opened(blob, z)
    return blob, z, y, z + y + kzg.commitment(blob) + proof


def envelope(version: int, content: Sequence[Block], compressed: bool = True) -> bytes:
    """The blob of versions 7 on that holds these blocks."""
    before, after = b"\xaa" * 28 + bytes(4), b"\xaa" * 28 + bytes(4)
    body, held = b"", b""
    for block in content:
        total, messages = len(block.transactions), len(block.l1_messages)
        gas = block.base_fee.to_bytes(32) + block.gas_limit.to_bytes(8)
        body += block.timestamp.to_bytes(8) + gas + total.to_bytes(2) + messages.to_bytes(2)
        held += b"".join(block.l2_transactions)
        for raw in block.l1_messages:
            after = keccak(after + keccak(raw))[:28] + bytes(4)
    payload = before + after + content[0].number.to_bytes(8) + len(content).to_bytes(2)
    payload += body + held
    if compressed:
        payload = zstd(payload)
    return to_blob(bytes([version]) + len(payload).to_bytes(3) + bytes([compressed]) + payload)


def _enveloped(version: int, content: tuple[Block, ...], compressed: bool, kzg: Scheme) -> Case:
    following = blocks([((), 1)], first=content[-1].number + 1)
    blobs = (envelope(version, content, compressed), envelope(version, following))
    parent, hashes = b"\x99" * 32, []
    last = parent
    for place, blob in enumerate(blobs):
        last = keccak(bytes([version]) + (INDEX + place).to_bytes(8) + versioned(blob, kzg) + last)
        hashes.append(last)
    encoded = encode(["uint8", "bytes32", "bytes32"], [version, parent, last])
    evidence = Evidence(blobs, tuple(versioned(blob, kzg) for blob in blobs), INDEX, hashes[0])
    return Case(version, calldata.COMMIT_BATCHES + encoded, content, evidence, hashes[0])


def finalizing(
    version: int,
    content: Sequence[Block] = PLAIN,
    roots: tuple[bytes, bytes] = (b"\xab" * 32, b"\xcd" * 32),
) -> Case:
    """A commit of one batch that finalizes it, too, with these roots: of state, of withdrawals."""
    blob, parent = envelope(version, content), b"\x99" * 32
    header = bytes([version]) + INDEX.to_bytes(8) + versioned(blob) + parent
    struct = "(bytes,uint256,bytes32,bytes32,bytes)"
    values = (header, FIRST_POPPED + 3, *roots, b"a proof")
    encoded = encode(["uint8", "bytes32", struct], [version, parent, values])
    evidence = Evidence((blob,), (versioned(blob),), INDEX, keccak(header))
    selector = calldata.COMMIT_AND_FINALIZE
    return Case(version, selector + encoded, tuple(content), evidence, keccak(header))


def finalization(made: Case, header: bytes, roots: Sequence[bytes]) -> bytes:
    """Calldata that finalizes a batch of that version: roots before (to version 2), after, and of
    withdrawals."""
    previous, post, withdraw = roots
    if made.version == 0:
        name, types = "finalizeBatchWithProof", ["bytes", *["bytes32"] * 3, "bytes"]
        values: list[object] = [header, previous, post, withdraw, b"a proof"]
    elif made.version < 3:
        name = "finalizeBatchWithProof4844"
        types = ["bytes", *["bytes32"] * 3, "bytes", "bytes"]
        values = [header, previous, post, withdraw, b"an opening", b"a proof"]
    elif made.version < 7:
        name, types = "finalizeBundleWithProof", ["bytes", *["bytes32"] * 2, "bytes"]
        values = [header, post, withdraw, b"a proof"]
    else:
        name = "finalizeBundlePostEuclidV2"
        types = ["bytes", "uint256", *["bytes32"] * 2, "bytes"]
        values = [header, 1234, post, withdraw, b"a proof"]
    return keccak(text=f"{name}({','.join(types)})")[:4] + encode(types, values)


def with_other_transactions(content: Sequence[Block]) -> tuple[Block, ...]:
    """Blocks with equal contexts and counts, of which one has another L2 transaction."""
    place = max(range(len(content)), key=lambda at: len(content[at].l2_transactions))
    block = content[place]
    other = (*block.transactions[:-1], l2_transaction(99_999))
    return (*content[:place], replace(block, transactions=other), *content[place + 1 :])


def with_other_message(content: Sequence[Block]) -> tuple[Block, ...]:
    """The same with another content of an L1 message, at its place in the queue."""
    place = next(at for at, block in enumerate(content) if block.l1_messages)
    block = content[place]
    other = (l1_message(block.queue_indices[0], b"other"), *block.transactions[1:])
    return (*content[:place], replace(block, transactions=other), *content[place + 1 :])
