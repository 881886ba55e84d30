"""geth that makes a block when it is asked to, with the time that it is told, and goes back.

No development mode, which makes blocks by the clock or for each transaction:
`testing_commitBlockV1` makes one of what waits in its pool, `debug_setHead` forgets the newest.
"""

import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eth_account import Account
from measures.chain import BLOCK_SECONDS, FUNDS, PAYER_KEY, START, SteppedChain, account
from measures.next_fork import CHAIN_ID, own_genesis, started

from attestor.chain.node import Node
from attestor.chain.rpc import Rpc

AFTER_OSAKA = ("bogotaTime", "amsterdamTime")
FUNDED = ("upstream's payer",)
"""Labels of the accounts beside the payer that the genesis gives something."""
POOL_SECONDS = 60.0
"""For the pool to take up what was sent: it does so beside the answer."""
_SENDING = "eth_sendRawTransaction"


class SteppedGeth(SteppedChain):
    """`stepped_geth` makes one."""

    def __init__(self, url: str) -> None:
        super().__init__(Node(_MiningRpc(url, self), CHAIN_ID), START)
        self._rpc = Rpc(url)
        self.is_stepped = False

    def step_by_step(self) -> None:
        self.is_stepped = True

    def mine_one(self) -> None:
        self._wait_for_pool()
        head = self._head()
        attributes = {
            "timestamp": hex(int(head["timestamp"], 16) + BLOCK_SECONDS),
            # Another each time: a branch is of other blocks though they have the same transactions.
            "prevRandao": "0x" + secrets.token_hex(32),
            "suggestedFeeRecipient": "0x" + "fe" * 20,
            "withdrawals": [],
            "parentBeaconBlockRoot": "0x" + "00" * 32,
        }
        if "slotNumber" in head:
            attributes["slotNumber"] = hex(int(head["slotNumber"], 16) + 1)
        self._rpc.call("testing_commitBlockV1", [attributes, None, None])

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.mine_one()

    def reorg(self, depth: int) -> None:
        # What was in the blocks geth forgets when it goes back by hand.
        number = int(self._head()["number"], 16)
        self._rpc.call("debug_setHead", [hex(number - depth)])
        self.mine(depth)

    def set_base_fee(self, wei: int) -> None:
        """Nothing: on geth it follows from how full the blocks are."""

    def fund(self, address: bytes) -> None:
        """Nothing: the genesis has."""

    def sent(self) -> None:
        """A transaction is in the pool, or on its way there."""
        if not self.is_stepped:
            self.mine_one()

    def _head(self) -> dict[str, Any]:
        found: dict[str, Any] = self._rpc.call("eth_getBlockByNumber", ["latest", False])
        return found

    def _wait_for_pool(self) -> None:
        """Until what is in it is as it was a moment ago, three times in a row."""
        deadline, seen = time.monotonic() + POOL_SECONDS, list[str]()
        while len(seen) < 3 or len(set(seen[-3:])) > 1:
            assert time.monotonic() < deadline, "geth's pool does not settle"
            seen.append(json.dumps(self._rpc.call("txpool_status", []), sort_keys=True))
            time.sleep(0.005)


class _MiningRpc(Rpc):
    """Tells the chain of each transaction that was sent over it."""

    def __init__(self, url: str, chain: SteppedGeth) -> None:
        super().__init__(url)
        self._chain = chain

    def call(self, method: str, params: list[Any], *more: Any, **options: Any) -> Any:
        found = super().call(method, params, *more, **options)
        if method == _SENDING:
            self._chain.sent()
        return found


@contextmanager
def stepped_geth(geth: Path, stops_at_osaka: bool = True) -> Iterator[SteppedGeth]:
    """A fresh chain from `START` on, ended afterwards: with the forks until Osaka, or with those of
    geth's own development genesis."""
    genesis = own_genesis(geth)
    left_out = AFTER_OSAKA if stops_at_osaka else ()
    genesis["config"] = {k: v for k, v in genesis["config"].items() if k not in left_out}
    genesis["timestamp"] = hex(START)
    funded = [Account.from_key(PAYER_KEY).address]
    funded += [Account.from_key(account(label)[0]).address for label in FUNDED]
    for address in funded:
        genesis["alloc"][address[2:].lower()] = {"balance": hex(FUNDS)}
    with TemporaryDirectory() as folder:
        file, data = Path(folder) / "genesis.json", Path(folder) / "data"
        file.write_text(json.dumps(genesis))
        made = [str(geth), "--datadir", str(data), "init", str(file)]
        subprocess.run(made, check=True, capture_output=True, env={"HOME": folder})
        command = [str(geth), "--datadir", str(data), "--networkid", str(CHAIN_ID)]
        command += ["--nodiscover", "--maxpeers", "0", "--port", "0", "--authrpc.port", "0"]
        command += ["--http", "--http.port", "0", "--ipcdisable"]
        command += ["--http.api", "eth,net,web3,txpool,debug,testing"]
        with started(command, Path(folder)) as url:
            yield SteppedGeth(url)
