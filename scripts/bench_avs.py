#!/usr/bin/env python3
"""A whole batch of Scroll through the service of the AVS, from the upload of its context to the
signed answer.

    scripts/bench_avs.py [--rounds N]

The batch is the chain that bench_scroll.py measures the executor with (benchmarks/scroll_chain.py):
114 blocks, executed first by the Python oracle, which gives the headers, and the trie nodes that
each run of blocks begins with. The service is asked over HTTP, as operators ask it; a round is a
process of its own with one worker and one with two, in turn, and a figure is the median of rounds.
Prints one JSON line per figure.
"""

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import rlp
from benchmarks import scroll_chain
from benchmarks.figures import tell
from eth_utils.crypto import keccak

from attestor.core.avs import context_json
from attestor.core.avs.context import BlockContext, Context
from attestor.core.execution import Limits
from attestor.core.scroll.block import from_header
from attestor.core.scroll.eras import FEE_VAULT
from attestor.core.text import to_hex
from attestor.executor.scroll import Block, BlockRange, ScrollExecutor
from attestor.scroll.runs import MOST_BLOCKS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from cases import scroll_batch  # noqa: E402
from cases.avs_process import Running, running, write_file  # noqa: E402
from oracle import judging  # noqa: E402
from oracle.block import execute  # noqa: E402
from oracle.tries import MerklePatriciaTries  # noqa: E402

RELEASE = ROOT / "executor" / "target" / "release"
LIMITS = Limits(wall_seconds=600, cpu_seconds=600, memory_bytes=4 << 30)
ROUNDS = 3
PARENT, STATE_ROOT, RECEIPTS_ROOT, BLOOM, GAS_USED = 0, 3, 5, 6, 10
NOT_SAID = bytes(32)
MEGA = 1e6


@dataclass(frozen=True)
class Batch:
    """Blocks as a context, and as one request to the executor."""

    context: Context
    blocks: BlockRange
    gas_used: int


def made() -> Batch:
    """The batch. Takes a minute."""
    blocks = scroll_chain.unsealed()
    before = rlp.decode(blocks.blocks[0].header)
    before[8], before[11] = (
        (scroll_chain.FIRST - 1).to_bytes(4),
        (scroll_chain.TIME - 2).to_bytes(4),
    )
    before[STATE_ROOT] = blocks.pre_state_root
    parent, when = rlp.encode(before), scroll_chain.TIME - 2
    first_parent = parent
    tries = MerklePatriciaTries(blocks.pre_state_root, blocks.nodes)
    codes = {keccak(code): code for code in (*blocks.codes, judging.HISTORY, b"")}
    contexts, held, gas = [], [], 0
    for place, block in enumerate(blocks.blocks):
        begins = place % MOST_BLOCKS == 0
        nodes = tuple(sorted({*blocks.nodes, *tries.all_nodes()})) if begins else ()
        state = tries.root()
        fields = rlp.decode(block.header)
        fields[PARENT] = keccak(parent)
        fields[4] = judging.transactions_root(block.transactions)
        found = execute(
            scroll_chain.CHAIN, judging.around(fields, when), tries, codes, block.transactions
        )
        fields[STATE_ROOT], fields[RECEIPTS_ROOT] = found.state_root, found.receipts_root
        fields[BLOOM] = found.logs_bloom
        fields[GAS_USED] = rlp.sedes.big_endian_int.serialize(found.gas_used)
        header = rlp.encode(fields)
        contexts.append(
            BlockContext(
                header=header,
                block_hash=keccak(header),
                transactions=block.transactions,
                chain_id=scroll_chain.CHAIN.id,
                coinbase=FEE_VAULT,
                prev_state_root=state,
                block_hashes=(),
                mpt_nodes=nodes,
                codes=tuple(sorted(blocks.codes)) if begins else (),
                start_l1_queue_index=0,
                withdrawal_root=NOT_SAID,
                parent_header=parent if place == 0 else None,
            )
        )
        held.append(Block(header, block.transactions))
        parent, when, gas = header, judging.around(fields, None).time, gas + found.gas_used
    whole = BlockRange(tuple(held), blocks.pre_state_root, first_parent, blocks.nodes, blocks.codes)
    return Batch(Context.of(tuple(contexts)), whole, gas)


def call(started: Running, method: str, *params: object) -> Any:
    """The result of a call."""
    body: Any = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
    found = requests.post(f"http://127.0.0.1:{started.port}", json=body, timeout=600).json()
    if "result" not in found:
        sys.exit(f"{method}: {found['error']}")
    return found["result"]


def served(batch: Batch, workers: int) -> tuple[float, float]:
    """Seconds of the upload and of the proof, by a new process."""
    forks = scroll_chain.CHAIN.forks or {}
    options = ["--quotes", "none"]
    options += [word for name, when in forks.items() for word in ("--fork", f"{name}={when}")]
    listed = [from_header(one.header, one.transactions) for one in batch.blocks.blocks]
    calldata = scroll_batch.case(0, listed).calldata[4:]
    sent = context_json.encode(batch.context)
    with tempfile.TemporaryDirectory() as place:
        file = write_file(Path(place))
        with running(file, *options, "--workers", str(workers)) as started:
            assert call(started, "da_tryLock", sent["hash"]) == "Locked"
            began = time.perf_counter()
            call(started, "da_putPob", sent)
            uploaded = time.perf_counter()
            task = {"batch": to_hex(calldata), "pob_hash": sent["hash"]}
            found = call(started, "prover_proveTask", task)
            ended = time.perf_counter()
    assert found["end_block"] - found["start_block"] + 1 == scroll_chain.BLOCKS
    return uploaded - began, ended - uploaded


def alone(batch: Batch) -> float:
    """Seconds of the same blocks in one process of the executor."""
    began = time.perf_counter()
    ScrollExecutor(RELEASE).execute(scroll_chain.CHAIN, batch.blocks, LIMITS)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description="A batch of Scroll through attestor avs.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    batch = made()
    puts, ones, twos, alones = [], [], [], []
    for _ in range(rounds):
        alones.append(alone(batch))
        put, one = served(batch, 1)
        puts.append(put)
        ones.append(one)
        twos.append(served(batch, 2)[1])
    tell("avs_batch_blocks", scroll_chain.BLOCKS, "blocks", digits=0)
    tell("avs_batch_mgas", batch.gas_used / MEGA, "Mgas")
    tell("avs_context_size", batch.context.size / MEGA, "MB")
    tell("avs_upload_seconds", statistics.median(puts), "seconds", digits=2)
    tell("avs_batch_seconds", statistics.median(twos), "seconds", at_most=60, digits=2)
    ratio = statistics.median(one / two for one, two in zip(ones, twos, strict=True))
    tell("avs_batch_speedup_of_two_workers", ratio, "ratio", digits=2)
    ratio = statistics.median(one / other for one, other in zip(ones, alones, strict=True))
    tell("avs_batch_ratio_to_executor", ratio, "ratio", digits=2)


if __name__ == "__main__":
    main()
