"""A chain made for measuring: blocks as busy as Scroll's, over a state with many accounts.

Each block has transfers of a token, exchanges of two tokens for one another, and plain transfers,
between accounts that come up again. The state before it has `ACCOUNTS` accounts, and each token as
many holders, so that paths have about the length that they have on a chain in use; the witness has
the nodes that the blocks touch, as a node's has. Headers are filled in by the example `seal`.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import rlp
from coincurve import PrivateKey
from eth_utils.crypto import keccak

from attestor.executor.scroll import Block, BlockRange, Chain

CHAIN = Chain(534352, dict.fromkeys(("bernoulli", "curie", "euclid", "euclid_v2", "feynman"), 0))
ACCOUNTS = 4096
SENDERS = 64
BLOCKS = 114
TOKEN_TRANSFERS, EXCHANGES, PLAIN_TRANSFERS = 10, 6, 4
"""Per block."""
FIRST, TIME = 20_000_000, 1_756_000_000
GWEI = 10**9
BASE_FEE = 10**7
CODE_BYTES = 12_000
"""Of a contract; most of it is not run, and all is hashed and analyzed."""
ORACLE = bytes.fromhex("5300000000000000000000000000000000000002")
ORACLE_SLOTS = {1: GWEI, 5: 1, 6: 10**6, 7: 10**6, 9: GWEI, 10: GWEI, 11: 1}
HISTORY = bytes.fromhex("0000F90827F1C53a10cb7A02335B175320002935")
HISTORY_CODE_HASH = bytes.fromhex(
    "6e49e66782037c0555897870e29fa5e552daf4719552131a0abce779daec0a5d"
)
TOKENS = (b"\x11" * 20, b"\x22" * 20)
EXCHANGE = b"\x33" * 20
NO_CODE = keccak(b"")
EMPTY = keccak(b"\x80")

# transfer(to, amount), both as words: two balances, by address, and a log.
_TOKEN = (
    "602035" + "8033540333555f355401" + "5f3555"
    "6020355f525f3533" + "7f" + keccak(text="Transfer").hex() + "60205fa300"
)
# 100 rounds of arithmetic, then both tokens to the address in the first word.
_ROUNDS = "60645b8067ffffffffffffffc5908009506001900380600257505f355f5260016020525f5f60405f5f"
_EXCHANGE = _ROUNDS + "73" + TOKENS[0].hex() + "5af15f5f60405f5f73" + TOKENS[1].hex() + "5af1505000"


@dataclass
class Trie:
    """Of values under the hashes of their keys: the root, and the nodes on each key's path."""

    values: Mapping[bytes, bytes]
    nodes: dict[tuple[int, ...], bytes] = field(default_factory=dict)
    root: bytes = EMPTY

    def __post_init__(self) -> None:
        pairs = sorted((nibbles(keccak(key)), value) for key, value in self.values.items())
        if pairs:
            encoded = bytes(rlp.encode(self._node(pairs, ())))
            self.nodes[()] = encoded
            self.root = keccak(encoded)

    def path(self, key: bytes) -> Iterator[bytes]:
        """The nodes that lead to a key, or show that it is not there."""
        whole = nibbles(keccak(key))
        for length in range(len(whole) + 1):
            if (node := self.nodes.get(whole[:length])) is not None:
                yield node

    def _node(
        self, pairs: Sequence[tuple[tuple[int, ...], bytes]], at: tuple[int, ...]
    ) -> list[object]:
        depth = len(at)
        if len(pairs) == 1:
            return [compact(pairs[0][0][depth:], True), pairs[0][1]]
        shared = depth
        while pairs[0][0][shared] == pairs[-1][0][shared]:
            shared += 1
        if shared > depth:
            prefix = pairs[0][0][:shared]
            return [compact(prefix[depth:], False), self._reference(pairs, prefix)]
        below: list[object] = []
        for nibble in range(16):
            part = [pair for pair in pairs if pair[0][depth] == nibble]
            below.append(self._reference(part, (*at, nibble)) if part else b"")
        return [*below, b""]

    def _reference(
        self, pairs: Sequence[tuple[tuple[int, ...], bytes]], at: tuple[int, ...]
    ) -> object:
        node = self._node(pairs, at)
        encoded = bytes(rlp.encode(node))
        if len(encoded) < 32:
            return node
        self.nodes[at] = encoded
        return keccak(encoded)


def nibbles(key: bytes) -> tuple[int, ...]:
    return tuple(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def compact(path: Sequence[int], is_leaf: bool) -> bytes:
    flag = 2 * is_leaf + len(path) % 2
    padded = [flag, *path] if len(path) % 2 else [flag, 0, *path]
    return bytes(16 * a + b for a, b in zip(padded[::2], padded[1::2], strict=True))


def unsealed() -> BlockRange:
    """The blocks with headers in which nothing of what execution gives is right."""
    source = random.Random("a chain")  # noqa: S311
    signers = [PrivateKey(keccak(b"signer %d" % place)) for place in range(SENDERS)]
    holders = [keccak(one.public_key.format(compressed=False)[1:])[12:] for one in signers]
    holders += [keccak(b"holder %d" % place)[12:] for place in range(ACCOUNTS - SENDERS)]
    codes = [_code(_TOKEN, source), _code(_TOKEN, source), _code(_EXCHANGE, source)]
    balances = {slot(holder): number(10**24) for holder in [*holders, EXCHANGE]}
    tokens = Trie(balances)
    oracle = Trie({key.to_bytes(32): number(value) for key, value in ORACLE_SLOTS.items()})
    # Both tokens have the same storage at first.
    roots = dict.fromkeys(TOKENS, tokens.root) | {ORACLE: oracle.root}
    hashes = dict(zip((*TOKENS, EXCHANGE), map(keccak, codes), strict=True))
    hashes[HISTORY] = HISTORY_CODE_HASH
    accounts = Trie(
        {
            address: bytes(
                rlp.encode(
                    [
                        0,
                        10**20,
                        roots.get(address, EMPTY),
                        hashes.get(address, NO_CODE),
                    ]
                )
            )
            for address in [*holders, *TOKENS, EXCHANGE, ORACLE, HISTORY]
        }
    )
    blocks, touched = _blocks(signers, holders, source)
    nodes = {node for address in touched for node in accounts.path(address)}
    nodes |= {node for holder in (*touched, EXCHANGE) for node in tokens.path(slot(holder))}
    nodes |= set(oracle.nodes.values())
    for address in (*TOKENS, EXCHANGE, ORACLE, HISTORY, b"\x53" + bytes(19), ORACLE[:-1] + b"\5"):
        nodes |= set(accounts.path(address))
    return BlockRange(blocks, accounts.root, None, frozenset(nodes), frozenset(codes))


def slot(holder: bytes) -> bytes:
    return holder.rjust(32, b"\0")


def number(value: int) -> bytes:
    return bytes(rlp.encode(value))


def _code(program: str, source: random.Random) -> bytes:
    code = bytes.fromhex(program)
    return code + source.randbytes(CODE_BYTES - len(code))


def _blocks(
    signers: Sequence[PrivateKey], holders: Sequence[bytes], source: random.Random
) -> tuple[tuple[Block, ...], set[bytes]]:
    nonces = [0] * len(signers)
    touched, blocks = set(holders[: len(signers)]), []
    per_block = TOKEN_TRANSFERS + EXCHANGES + PLAIN_TRANSFERS
    for place in range(BLOCKS):
        raw = []
        for index in range(per_block):
            sender = source.randrange(len(signers))
            to = source.choice(holders)
            touched.add(to)
            raw.append(_transaction(signers[sender], nonces[sender], to, index, source))
            nonces[sender] += 1
        blocks.append(Block(_header(FIRST + place, TIME + 2 * place), tuple(raw)))
    return tuple(blocks), touched


def _transaction(
    signer: PrivateKey, nonce: int, to: bytes, index: int, source: random.Random
) -> bytes:
    data, value, target = to.rjust(32, b"\0") + (1 + index).to_bytes(32), 0, EXCHANGE
    if index < TOKEN_TRANSFERS:
        target = source.choice(TOKENS)
    elif index >= TOKEN_TRANSFERS + EXCHANGES:
        target, data, value = to, b"", 1
    fields = [CHAIN.id, nonce, 1, 2 * BASE_FEE, 300_000, target, value, data, []]
    signature = signer.sign_recoverable(keccak(b"\x02" + rlp.encode(fields)), hasher=None)
    r, s, parity = signature[:32], signature[32:64], signature[64]
    signed = [*fields, parity, int.from_bytes(r), int.from_bytes(s)]
    return b"\x02" + bytes(rlp.encode(signed))


def _header(height: int, time: int) -> bytes:
    uncles = keccak(rlp.encode([]))
    roots: list[object] = [bytes(32), uncles, bytes(20), bytes(32), bytes(32), bytes(32)]
    numbers = [bytes(256), 1, height, 20_000_000, 0, time]
    return bytes(rlp.encode([*roots, *numbers, b"", bytes(32), bytes(8), BASE_FEE]))
