"""How anvil differs from a real node, where tests and the storm rely on it: when it changes, this
fails first."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from attestor.chain.node import Node
from attestor.core.fees import GWEI
from attestor.errors import RpcError

REFUSED, BAD_PARAMETERS = -32003, -32602
PARENTS_HASH = "0x60014303405f5260205ff3"
"""BLOCKHASH(NUMBER - 1), returned."""
HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935"
"""The contract of EIP-2935, which a registry asks for the block that a quote names."""
ELSEWHERE = "0x" + "d1" * 20
SUBSCRIBE = '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}'
SECONDS = 10.0


class Chain:
    """An anvil with two accounts of its own, and 20 blocks."""

    def __init__(self, node: Node) -> None:
        self.call: Callable[..., Any] = lambda method, *params: node.rpc.call(method, list(params))
        self.sender, self.other = "0x" + "a1" * 20, "0x" + "b1" * 20
        self.call("anvil_setBalance", self.sender, hex(10**20))
        self.call("anvil_impersonateAccount", self.sender)
        self.call("anvil_mine", "0x14")

    def block(self, place: str = "latest") -> dict[str, Any]:
        found: dict[str, Any] = self.call("eth_getBlockByNumber", place, False)
        return found

    def send(self, max_fee: int = 100 * GWEI, tip: int = GWEI, nonce: int = 0, **more: str) -> str:
        """A transfer's hash."""
        fields = {
            "from": self.sender,
            "to": self.other,
            "value": "0x1",
            "gas": hex(21_000),
            "nonce": hex(nonce),
            "maxFeePerGas": hex(max_fee),
            "maxPriorityFeePerGas": hex(tip),
        }
        sent: str = self.call("eth_sendTransaction", fields | more)
        return sent

    def send_and_mine(self) -> str:
        """As `send`, in a block of its own: anvil answers before it has mined it by itself."""
        self.call("evm_setAutomine", False)
        sent = self.send()
        self.call("evm_mine")
        return sent

    def refusal(self, call: Callable[[], object]) -> tuple[int | None, str]:
        """Code and words, without the method."""
        with pytest.raises(RpcError) as raised:
            call()
        return raised.value.number, raised.value.message.partition(": ")[2]


@pytest.fixture
def chain(node: Node) -> Chain:
    return Chain(node)


def test_anvil__reorg__forgets_transactions_instead_of_putting_them_back(chain: Chain) -> None:
    """Why a lost transaction is in the storm what a node has dropped: sent again, or never."""
    sent = chain.send_and_mine()
    assert chain.call("eth_getTransactionReceipt", sent) is not None
    lost = chain.block()["hash"]
    chain.call("anvil_reorg", 1, [])
    assert chain.block()["hash"] != lost
    assert chain.call("eth_getBlockByHash", lost, False) is None
    assert chain.call("eth_getTransactionReceipt", sent) is None
    assert chain.call("eth_getTransactionByHash", sent) is None
    assert chain.call("txpool_status") == {"pending": "0x0", "queued": "0x0"}


@pytest.mark.parametrize("parameters", [[1], [{"depth": 1, "tx_block_pairs": []}], [1000, []]])
def test_anvil__reorg_by_other_parameters_or_too_deep__is_refused(
    chain: Chain, parameters: list[Any]
) -> None:
    code, _ = chain.refusal(lambda: chain.call("anvil_reorg", *parameters))
    assert code == BAD_PARAMETERS


def test_anvil__reorg__keeps_number_and_time_of_the_lost_blocks(chain: Chain) -> None:
    """Why the weather mines one more: by its number alone nobody would notice the branch."""
    chain.call("anvil_setBlockTimestampInterval", 12)
    chain.call("anvil_mine", "0x3")
    before = chain.block()
    chain.call("anvil_reorg", 2, [])
    after = chain.block()
    assert (after["number"], after["timestamp"]) == (before["number"], before["timestamp"])
    assert after["hash"] != before["hash"]


def test_anvil__new_heads_after_a_reorg__are_of_numbers_that_were_told_before(
    chain: Chain, node: Node
) -> None:
    """Why heads over WebSocket are hints, and blocks are joined by parent hashes: numbers go back,
    and nothing is said of the lost blocks."""
    with connect(node.rpc.url.replace("http", "ws", 1), compression=None, proxy=None) as heads:
        heads.send(SUBSCRIBE)
        heads.recv(SECONDS)
        chain.call("anvil_mine", "0x3")
        before = told(heads, 3)
        chain.call("anvil_reorg", 2, [])
        chain.call("evm_mine")
        after = told(heads, 3)
    start = before[0]["number"]
    assert [one["number"] - start for one in before + after] == [0, 1, 2, 1, 2, 3]
    assert not {one["hash"] for one in before} & {one["hash"] for one in after}
    for parent, child in pairwise([before[0], *after]):
        assert child["parentHash"] == parent["hash"]


def told(heads: ClientConnection, count: int) -> list[dict[str, Any]]:
    """The next headers, with their numbers decoded."""
    found = [json.loads(heads.recv(SECONDS))["params"]["result"] for _ in range(count)]
    return [one | {"number": int(one["number"], 16)} for one in found]


def test_anvil__balance_set_within_the_lost_blocks__vanishes(chain: Chain) -> None:
    """Why scenarios set up, mine, and reorganize afterwards."""
    chain.call("anvil_mine", "0x3")
    chain.call("anvil_setBalance", ELSEWHERE, "0x64")
    chain.call("anvil_mine", "0x1")
    chain.call("anvil_reorg", 3, [])
    assert chain.call("eth_getBalance", ELSEWHERE, "latest") == "0x0"


@pytest.mark.parametrize("step", ["reorg", "revert"])
def test_anvil__blockhash_and_eip_2935__are_of_the_branch_after_it_changed(
    chain: Chain, step: str
) -> None:
    """Why a registry on it may be believed about the block of a quote."""
    chain.call("anvil_setCode", ELSEWHERE, PARENTS_HASH)
    chain.call("anvil_mine", "0x3")
    if step == "reorg":
        chain.call("anvil_reorg", 2, [])
    else:
        snapshot = chain.call("evm_snapshot")
        chain.call("anvil_mine", "0x2")
        chain.call("evm_revert", snapshot)
    chain.call("anvil_mine", "0x2")
    head = chain.block()
    parent = (int(head["number"], 16) - 1).to_bytes(32, "big").hex()
    assert chain.call("eth_call", {"to": ELSEWHERE}, "latest") == head["parentHash"]
    asked = {"to": HISTORY, "data": "0x" + parent}
    assert chain.call("eth_call", asked, "latest") == head["parentHash"]


def test_anvil__replacement_of_five_percent_more__is_taken(chain: Chain) -> None:
    """Why the rule of 10 % is held by unit tests: geth refuses this one."""
    chain.call("evm_setAutomine", False)
    chain.send(100 * GWEI, 10 * GWEI)
    assert chain.send(105 * GWEI, 105 * GWEI // 10)


@pytest.mark.parametrize(
    ("sending", "words"),
    [
        ({"max_fee": 100 * GWEI, "tip": 12 * GWEI}, "replacement transaction underpriced"),
        ({"max_fee": 100 * GWEI, "tip": 10 * GWEI}, "transaction already imported"),
        ({"nonce": 1, "value": hex(10**30)}, "Insufficient funds for gas * price + value"),
        ({"nonce": 1, "max_fee": 1, "tip": 0}, "max fee per gas less than block base fee"),
    ],
)
def test_anvil__refused_transaction__has_words_and_code_of_its_own(
    chain: Chain, sending: dict[str, Any], words: str
) -> None:
    """Why refusals are told apart by a table of each node's words (chain/sending.py)."""
    chain.call("evm_setAutomine", False)
    chain.send(100 * GWEI, 10 * GWEI)
    assert chain.refusal(lambda: chain.send(**sending)) == (REFUSED, words)


def test_anvil__used_nonce__has_geths_words_and_a_code_of_its_own(chain: Chain) -> None:
    chain.send_and_mine()
    assert chain.refusal(lambda: chain.send(value="0x2")) == (REFUSED, "nonce too low")


def test_anvil__logs_of_an_inverted_range__are_none(chain: Chain) -> None:
    """Why ranges are checked before they are asked for: geth calls it an error."""
    assert chain.call("eth_getLogs", {"fromBlock": "0x5", "toBlock": "0x2"}) == []


def test_anvil__interval_between_timestamps__is_no_time_that_goes_by(chain: Chain) -> None:
    """Why nothing compares the clock of a storm's chain with the machine's."""
    chain.call("anvil_setBlockTimestampInterval", 1000)
    before = chain.block()
    chain.call("anvil_mine", "0x3")
    assert int(chain.block()["timestamp"], 16) - int(before["timestamp"], 16) == 3000


def test_anvil__safe_and_finalized__follow_the_head_closely(chain: Chain) -> None:
    """Why a devnet does not wait for an epoch: it is started with one slot in each."""
    head = int(chain.block()["number"], 16)
    numbers = [int(chain.block(tag)["number"], 16) for tag in ("safe", "finalized")]
    assert numbers == [head - 1, head - 2]
