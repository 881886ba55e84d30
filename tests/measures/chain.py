"""A development chain on which the same transactions cost the same gas each time."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eth_account import Account
from eth_utils.crypto import keccak

from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.core.blocks import Block
from attestor.core.fees import GWEI
from attestor.core.text import checksummed, from_hex
from attestor.deployment.deployer import PACE, Deployer
from attestor.deployment.log import DeploymentLog
from attestor.devnet.anvil import Anvil
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy

CHAIN_ID = 31337
START = 1_750_330_571
"""When the genuine collateral of the vectors is valid, in Unix seconds; so is ours."""
BLOCK_SECONDS = 12
_BLOCKS_AT_ONCE = 50
FUNDS = 10**20
PAYER_KEY = keccak(b"who pays for the figures")
_TIP_WEI = 10**9

# Asks the contract in the first word of the calldata with what follows, and returns: whether it
# succeeded, what the call cost, and the first word of its answer.
#   len := calldatasize - 32; calldatacopy(0, 32, len); before := gas
#   ok := staticcall(gas, calldataload(0), 0, len, 0x40, 0x20); after := gas
#   mstore(0, ok); mstore(0x20, before - after); return(0, 0x60)
_PROBE = bytes.fromhex(
    "602036038060205f375a6020604083" + "5f5f355afa5a905f5290036020526060" + "5ff3"
)
# Returns what follows it: PUSH1 length, DUP1, PUSH1 9, RETURNDATASIZE, CODECOPY, ...
_PROBE_CREATION = bytes([0x60, len(_PROBE), 0x80, 0x60, 0x09, 0x3D, 0x39, 0x3D, 0xF3]) + _PROBE


class MeasuredChain(ABC):
    """A chain with one account that sends everything. `start` is about when it began, in Unix
    seconds."""

    def __init__(self, node: Node, start: int) -> None:
        self.node = node
        self.id = node.chain_id
        self.start = start
        self.account = Account.from_key(PAYER_KEY)
        self.sender = from_hex(self.account.address)
        log = DeploymentLog(None, self.id)
        self.pricer = Pricer(self.node, self.account, FeePolicy(1000 * GWEI))
        transactions = TransactionManager(self.node, self.pricer, log, PACE)
        self.deployer = Deployer(self.node, transactions, log)

    def pricer_on(self, node: Node) -> Pricer:
        """The same account's, over other endpoints."""
        return Pricer(node, self.account, FeePolicy(1000 * GWEI))

    def pay_from_outside(self) -> None:
        """A transaction of the account that only the chain knows of."""
        nonce = self.node.nonce(self.sender)
        fields = {
            "type": 2,
            "chainId": self.id,
            "nonce": nonce,
            "to": self.account.address,
            "value": 0,
            "data": b"",
            "gas": 21_000,
            "maxFeePerGas": 2000 * GWEI,
            "maxPriorityFeePerGas": 1000 * GWEI,
        }
        signed = self.account.sign_transaction(fields)
        self.node.send(bytes(signed.raw_transaction), bytes(signed.hash))

    def send(self, to: bytes | None, calldata: bytes) -> int:
        """Gas used, from the receipt."""
        return self.deployer.transact(to, calldata).gas_used

    def create(self, creation: bytes) -> bytes:
        """The address of a new contract."""
        address = self.deployer.transact(None, creation).contract
        assert address is not None
        return address

    @abstractmethod
    def mine(self, blocks: int) -> None:
        """Mine so many."""


class SteppedChain(MeasuredChain):
    """A chain with which a storm does what it likes: a block for each transaction at first."""

    @abstractmethod
    def step_by_step(self) -> None:
        """From now on a block is made by `mine_one` alone, as long after the one before as on
        Ethereum."""

    @abstractmethod
    def mine_one(self) -> None:
        """A block of what waits."""

    @abstractmethod
    def reorg(self, depth: int) -> None:
        """Other blocks in the place of so many, without their transactions."""

    @abstractmethod
    def set_base_fee(self, wei: int) -> None:
        """Of the next block, where a chain lets itself be told."""

    @abstractmethod
    def fund(self, address: bytes) -> None:
        """Give it what transactions cost."""


class GasChain(SteppedChain):
    """anvil with fixed times and blocks on demand."""

    def __init__(self, url: str) -> None:
        super().__init__(Node(Rpc(url), CHAIN_ID), START)
        self.fund(self.sender)
        self.node.rpc.call("anvil_setBlockTimestampInterval", [BLOCK_SECONDS])
        self._probe: bytes | None = None

    def cost_of_call(self, to: bytes, calldata: bytes) -> tuple[int, bytes]:
        """What a contract pays to ask another that nothing has touched in its transaction, and the
        first word of the answer. 20 gas of the measuring itself are in it."""
        if self._probe is None:
            self._probe = self.create(_PROBE_CREATION)
        answer = self.node.call(self._probe, bytes(12) + to + calldata)
        assert int.from_bytes(answer[:32], "big") == 1, "the call reverted"
        return int.from_bytes(answer[32:64], "big"), answer[64:96]

    def step_by_step(self) -> None:
        self.node.rpc.call("evm_setAutomine", [False])
        self.node.rpc.call("anvil_setBlockTimestampInterval", [BLOCK_SECONDS])

    def mine_one(self) -> None:
        self.node.rpc.call("evm_mine", [])

    def reorg(self, depth: int) -> None:
        self.node.rpc.call("anvil_reorg", [depth, []])

    def set_base_fee(self, wei: int) -> None:
        self.node.rpc.call("anvil_setNextBlockBaseFeePerGas", [hex(wei)])

    def fund(self, address: bytes) -> None:
        self.node.rpc.call("anvil_setBalance", [checksummed(address), hex(FUNDS)])

    def set_time(self, timestamp: int) -> Block:
        """Mine a block of that time, in Unix seconds."""
        self.node.rpc.call("evm_setNextBlockTimestamp", [timestamp])
        self.node.rpc.call("evm_mine", [])
        return self.node.head()

    def mine(self, blocks: int, seconds: int = BLOCK_SECONDS) -> None:
        """Mine so many, each so long after the one before."""
        self.node.rpc.call("anvil_setBlockTimestampInterval", [seconds])
        for mined in range(0, blocks, _BLOCKS_AT_ONCE):
            self.node.rpc.call("anvil_mine", [hex(min(_BLOCKS_AT_ONCE, blocks - mined))])
        self.node.rpc.call("anvil_setBlockTimestampInterval", [BLOCK_SECONDS])

    def snapshot(self) -> Any:
        return self.node.rpc.call("evm_snapshot", [])

    def revert(self, snapshot: Any) -> None:
        assert self.node.rpc.call("evm_revert", [snapshot]) is True


@contextmanager
def running(timestamp: int) -> Iterator[str]:
    """The URL of a fresh chain from that time on (Unix seconds), ended afterwards."""
    with TemporaryDirectory() as folder:
        anvil = Anvil(CHAIN_ID, None, Path(folder) / "anvil.log", timestamp)
        try:
            yield anvil.url
        finally:
            anvil.stop()


def account(label: str) -> tuple[bytes, bytes]:
    """A key that is the same each time, and its address."""
    secret = keccak(text=f"gas figures, {label}")
    return secret, from_hex(Account.from_key(secret).address)
