"""Blocks of a real geth as stdin of the published rsp program, which is the judge of them.

`make test-geth` builds geth, which needs Go, and runs these.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rlp
from benchmarks.block.chain import GENESIS_NUMBER
from benchmarks.block.state import Account, State, as_genesis
from cases.scroll_http import served
from eth_account import Account as Signer
from eth_utils.crypto import keccak
from integration.executor.conftest import executor, published  # noqa: F401
from integration.geth.test_geth import GETH, READY_SECONDS, VERSION
from measures.next_fork import running

from attestor.chain.rpc import Rpc
from attestor.cli.rsp_options import take_block
from attestor.core import header
from attestor.core.execution import Engine, Limits
from attestor.executor import NativeExecutor
from attestor.rsp.touched import PRECOMPILES
from attestor.rsp.witness import MAINNET, NUMBER, PARENT, TIMESTAMP

OPTIONS = ("--dev.period", "2", "--http.api", "eth,net,web3,debug,dev")
CANCUN_TIME = 1_730_000_000
"""Within mainnet's Cancun, as is `GENESIS_NUMBER`."""
GWEI = 10**9
CLEARER, WRITER, ASKER = (bytes.fromhex(two * 10) for two in ("2718", "1618", "1414"))
CLEARS_SLOT_0 = bytes.fromhex("60005f5560015450")
"""PUSH1 0 PUSH0 SSTORE, PUSH1 1 SLOAD POP."""
WRITES_SLOT_5 = bytes.fromhex("600160055560015450")
ASKS_FOR_NOBODY = bytes.fromhex("61dead3150" + "61beef3b50")
"""BALANCE and EXTCODESIZE of accounts that do not exist."""
CREATES_EMPTY = bytes.fromhex("60015f5560005ff3")
KEYS = [keccak(f"rsp on geth {number}".encode()) for number in range(6)]
SENDERS = [Signer.from_key(key).address for key in KEYS]

FORKS = (
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "berlinBlock",
    "londonBlock",
)

START: State = {
    **{bytes.fromhex(sender[2:]): Account(10**20) for sender in SENDERS},
    **dict.fromkeys(PRECOMPILES, Account(1)),
    **{bytes([9, number]) * 10: Account(number + 1) for number in range(40)},
    CLEARER: Account(nonce=1, code=CLEARS_SLOT_0, storage={0: 7, 1: 8, 2: 9}),
    WRITER: Account(nonce=1, code=WRITES_SLOT_5, storage={0: 7, 1: 8, 2: 9}),
    ASKER: Account(nonce=1, code=ASKS_FOR_NOBODY),
}

pytestmark = pytest.mark.skipif(
    not GETH.exists(), reason=f"geth {VERSION} is not built: make test-geth, which needs Go"
)


class MainnetGeth:
    """geth, whose blocks are told with numbers and times of mainnet's Cancun: its own begin at 0,
    and today. No code of theirs asks for either, so that they lead to the same state.

    Of a block and its parent alone, as one that a block's hash is of is the parent's hash in it.
    """

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        head = rpc.call("eth_getBlockByNumber", ["latest", False])
        self._seconds = int(head["timestamp"], 16) - CANCUN_TIME

    def answer(self, method: str, params: list[Any]) -> Any:
        if not params:
            return self._rpc.call(method, params)
        own, place = list(params), -1 if method == "eth_getProof" else 0
        own[place] = hex(int(own[place], 16) - GENESIS_NUMBER)
        said = self._rpc.call(method, own)
        if method == "debug_executionWitness":
            return said | {"headers": ["0x" + self._parent(own[0]).hex()]}
        if method != "debug_getRawBlock":
            return said
        items = rlp.decode(bytes.fromhex(said[2:]))
        moved = rlp.decode(self._moved(items[0]))
        moved[PARENT] = header.hash_of(self._parent(own[0]))
        return "0x" + bytes(rlp.encode([moved, *items[1:]])).hex()

    def _parent(self, number: str) -> bytes:
        said = self._rpc.call("debug_executionWitness", [number])
        (parent,) = said["headers"]
        return self._moved(rlp.decode(header.encode(parent)))

    def _moved(self, fields: list[bytes]) -> bytes:
        moved = list(fields)
        for place, by in ((NUMBER, GENESIS_NUMBER), (TIMESTAMP, -self._seconds)):
            moved[place] = rlp.decode(rlp.encode(int.from_bytes(moved[place]) + by))
        return bytes(rlp.encode(moved))


@pytest.fixture(scope="module")
def geth() -> Iterator[Rpc]:
    """A chain of mainnet's id with Cancun's rules, and blocks of `every_kind` on it."""
    genesis = {
        "config": {
            "chainId": MAINNET,
            **dict.fromkeys(FORKS, 0),
            "terminalTotalDifficulty": 0,
            "shanghaiTime": 0,
            "cancunTime": 0,
            "blobSchedule": {"cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3338477}},
        },
        "difficulty": "0x0",
        "gasLimit": hex(30_000_000),
        "baseFeePerGas": hex(GWEI),
        "alloc": as_genesis(START),
    }
    with running(GETH, OPTIONS, genesis) as url:
        rpc = Rpc(url)
        try:
            yield rpc
        finally:
            rpc.close()


def every_kind() -> list[bytes]:
    """Transactions of types 0 to 2, a creation, a slot that is cleared and one that is set, and
    questions for accounts that do not exist."""
    plain: dict[str, Any] = {"nonce": 0, "gas": 90_000, "value": 0, "chainId": MAINNET}
    fees = {"type": 2, "maxFeePerGas": 3 * GWEI, "maxPriorityFeePerGas": GWEI}
    legacy = {"gasPrice": 3 * GWEI}
    listed = [{"address": "0x" + WRITER.hex(), "storageKeys": ["0x" + "00" * 31 + "01"]}]
    fields = [
        plain | fees | {"to": "0x" + CLEARER.hex()},
        plain | legacy | {"to": "0x" + WRITER.hex(), "accessList": listed, "type": 1},
        plain | legacy | {"to": "", "data": CREATES_EMPTY, "gas": 200_000},
        plain | legacy | {"to": "0x" + "31" * 20, "value": 5},
        plain | fees | {"to": "0x" + ASKER.hex()},
    ]
    return [
        bytes(Signer.sign_transaction(one, key).raw_transaction)
        for one, key in zip(fields, KEYS, strict=False)
    ]


@pytest.fixture(scope="module")
def mined(geth: Rpc) -> list[int]:
    """The numbers of the blocks that hold them, and of one with withdrawals alone."""
    sent = [geth.call("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in every_kind()]
    receipts = [_receipt(geth, one) for one in sent]
    assert {receipt["status"] for receipt in receipts} == {"0x1"}
    paid = {"index": "0x1", "validatorIndex": "0x2", "address": "0x" + "aa" * 20, "amount": "0x5"}
    geth.call("dev_addWithdrawal", [paid])
    with_withdrawal = _first_block(geth, int(receipts[-1]["blockNumber"], 16) + 1)
    return sorted({int(one["blockNumber"], 16) for one in receipts} | {with_withdrawal})


def _receipt(geth: Rpc, transaction: str) -> Any:
    return _waited(lambda: geth.call("eth_getTransactionReceipt", [transaction]))


def _first_block(geth: Rpc, number: int) -> int:
    """The first one with a withdrawal, from `number` on."""

    def has_some() -> bool | None:
        block = geth.call("eth_getBlockByNumber", [hex(number), False])
        return None if block is None else bool(block["withdrawals"])

    while not _waited(has_some):
        number += 1
    return number


def _waited(ask: Callable[[], Any]) -> Any:
    """The first answer that is not None."""
    deadline = time.monotonic() + READY_SECONDS
    while (found := ask()) is None:
        assert time.monotonic() < deadline, "geth makes no block"
        time.sleep(0.1)
    return found


def test_take_block__of_geth__is_accepted_by_the_guest(
    geth: Rpc,
    mined: list[int],
    executor: NativeExecutor,  # noqa: F811
    published: Callable[[str], bytes],  # noqa: F811
    tmp_path: Path,
) -> None:
    limits = Limits(wall_seconds=120, cpu_seconds=60, memory_bytes=1 << 30)
    program = published("rsp")
    with served(MainnetGeth(geth)) as node:
        for number in mined:
            kept = tmp_path / f"{number}.bin"
            block = take_block(False, GENESIS_NUMBER + number, node.url, kept)
            assert block is not None
            ended = executor.execute(program, [kept.read_bytes()], limits, Engine.ATTESTOR)
            assert ended.exit_code == 0, f"block {number}: {ended.log!r}"
