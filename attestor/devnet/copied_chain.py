"""A copy of a development chain, in an anvil of its own: tests may do with it what they like.

The daemon follows the original, which goes on undisturbed whatever happens to the copy: snapshots
that are reverted, time that is moved, signers that are revoked, measurements that are removed.
"""

import gzip
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.core import strict_json
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.devnet.accounts import COUNT
from attestor.devnet.anvil import Anvil
from attestor.errors import RpcAnswerInvalid

STATE = "copied-chain.json"
LOG = "copied-chain.log"
MAX_TOKENS = 50_000_000
"""Of a state, with all that its blocks and transactions have."""


class CopiedChain:
    """A running copy, which makes a block of each transaction. `stop` ends it."""

    def __init__(
        self, original: Node, folder: Path, *, port: int = 0, binary: Path | None = None
    ) -> None:
        """Copy the chain as it is now, with its blocks; the copy's files go to `folder`."""
        self._original = original
        self._state = _state(original)
        path = folder / STATE
        path.write_text(json.dumps(self._state))
        self.anvil = Anvil(
            original.chain_id,
            None,
            folder / LOG,
            options=("--load-state", str(path)),
            port=port,
            accounts=COUNT,
            binary=binary,
        )
        self.node = Node(Rpc(self.anvil.url), original.chain_id)

    def stop(self) -> None:
        """End it."""
        self.anvil.stop()

    @contextmanager
    def reverted(self) -> Iterator[None]:
        """Whatever is done inside is undone at the end; the clock shows the real time again."""
        snapshot = self.node.rpc.call("evm_snapshot", [])
        try:
            yield
        finally:
            if self.node.rpc.call("evm_revert", [snapshot]) is not True:
                raise RpcAnswerInvalid(f"the copied chain has lost its snapshot {snapshot}")
            self.keep_time()

    def keep_time(self) -> None:
        """Make a block of now. anvil's clock goes back with a snapshot and stays behind."""
        head = self.node.head()
        self.node.rpc.call("evm_setNextBlockTimestamp", [max(int(time.time()), head.timestamp + 1)])
        self.node.rpc.call("anvil_mine", ["0x1"])

    def follow(self, contract: bytes) -> None:
        """Write into the contract's storage what the original has written there since the copy, and
        nothing else: what was done to the copy alone stays."""
        now = _storage(_state(self._original), contract)
        then = _storage(self._state, contract)
        for slot in sorted(now.keys() | then.keys()):
            value = now.get(slot, 0)
            if value != then.get(slot, 0):
                self.node.rpc.call(
                    "anvil_setStorageAt",
                    [checksummed(contract), f"0x{slot:064x}", f"0x{value:064x}"],
                )


def _state(node: Node) -> dict[str, Any]:
    """All accounts, blocks and transactions of an anvil, which gives them as gzip of JSON."""
    dumped = node.rpc.call("anvil_dumpState", [])
    try:
        state = strict_json.loads(gzip.decompress(from_hex(dumped)), MAX_TOKENS)
    except (ValueError, TypeError, OSError, EOFError) as error:
        raise RpcAnswerInvalid(f"anvil_dumpState gave no state: {error!r:.120}") from None
    if not isinstance(state, dict) or not isinstance(state.get("accounts"), dict):
        raise RpcAnswerInvalid("anvil_dumpState gave a state without accounts")
    return state


def _storage(state: dict[str, Any], contract: bytes) -> dict[int, int]:
    """A contract's slots that are not zero."""
    accounts = {name.lower(): account for name, account in state["accounts"].items()}
    account = accounts.get(to_hex(contract), {})
    return {int(slot, 16): int(value, 16) for slot, value in account.get("storage", {}).items()}
