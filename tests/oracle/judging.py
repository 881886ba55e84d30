"""A request to attestor-scroll, executed by the oracle."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import rlp
from eth_utils.crypto import keccak

from attestor.executor.scroll import Block, BlockRange, Chain
from oracle import forks
from oracle.block import Outcome, Surroundings, execute
from oracle.forks import Fork
from oracle.tries import MerklePatriciaTries, Tries
from oracle.zktrie import Zktries

STATE_ROOT, RECEIPTS_ROOT, BLOOM, NUMBER, GAS_LIMIT, GAS_USED, TIME = 3, 5, 6, 8, 9, 10, 11
BASE_FEE = 15
# EIP-2935's contract, which witnesses may leave out.
HISTORY = bytes.fromhex(
    "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff"
    "81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"
)


@dataclass(frozen=True)
class Difference:
    """A header says something else than comes out."""

    number: int
    field: str


def tries_of(fork: Fork, blocks: BlockRange) -> Tries:
    kind = MerklePatriciaTries if fork >= Fork.EUCLID else Zktries
    return kind(blocks.pre_state_root, blocks.nodes)


def outcomes(chain: Chain, blocks: BlockRange) -> list[Outcome]:
    """Of each block, on the state after the one before, whatever the headers say."""
    return _executed(chain, blocks, False)[0]


def sealed(chain: Chain, blocks: BlockRange) -> tuple[list[Outcome], BlockRange]:
    """The outcomes, and the blocks with headers that say so and that follow one another."""
    found, held = _executed(chain, blocks, True)
    return found, replace(blocks, blocks=tuple(held))


def _executed(chain: Chain, blocks: BlockRange, seal: bool) -> tuple[list[Outcome], list[Block]]:
    first = around(rlp.decode(blocks.blocks[0].header), None)
    tries = tries_of(forks.at(chain, first.number, first.time), blocks)
    codes = {keccak(code): bytes(code) for code in (*blocks.codes, HISTORY, b"")}
    parent, found, held = blocks.parent, [], list[Block]()
    time = None if parent is None else int.from_bytes(rlp.decode(parent)[TIME])
    for block in blocks.blocks:
        fields = rlp.decode(block.header)
        if seal and held:
            fields[0] = keccak(held[-1].header)
        surroundings = around(fields, time)
        one = execute(chain, surroundings, tries, codes, block.transactions)
        if seal:
            fields[STATE_ROOT], fields[RECEIPTS_ROOT] = one.state_root, one.receipts_root
            fields[BLOOM] = one.logs_bloom
            fields[GAS_USED] = rlp.sedes.big_endian_int.serialize(one.gas_used)
        held.append(replace(block, header=rlp.encode(fields)))
        found.append(one)
        time = surroundings.time
    return found, held


def transactions_root(transactions: Sequence[bytes]) -> bytes:
    modules = forks.modules(Fork.FEYNMAN)
    trie = modules.trie.Trie(secured=False, default=None)
    for index, raw in enumerate(transactions):
        modules.trie.trie_set(trie, rlp.encode(index), raw)
    return bytes(modules.trie.root(trie))


def around(fields: list[bytes], parent_time: int | None) -> Surroundings:
    number, limit, time = (int.from_bytes(fields[at]) for at in (NUMBER, GAS_LIMIT, TIME))
    base_fee = int.from_bytes(fields[BASE_FEE]) if len(fields) > BASE_FEE else 0
    return Surroundings(number, time, limit, base_fee, fields[0], parent_time)


def differences(blocks: BlockRange, found: list[Outcome]) -> list[Difference]:
    """What the headers say otherwise."""
    seen = []
    for block, one in zip(blocks.blocks, found, strict=True):
        fields = rlp.decode(block.header)
        expected = {
            "gas_used": (int.from_bytes(fields[GAS_USED]), one.gas_used),
            "receipts_root": (fields[RECEIPTS_ROOT], one.receipts_root),
            "logs_bloom": (fields[BLOOM], one.logs_bloom),
            "state_root": (fields[STATE_ROOT], one.state_root),
        }
        number = int.from_bytes(fields[NUMBER])
        seen += [
            Difference(number, name) for name, (said, came) in expected.items() if said != came
        ]
    return seen
