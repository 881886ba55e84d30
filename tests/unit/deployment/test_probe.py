"""What a chain lacks, found out before anything is paid."""

from typing import Any, cast

import pytest

from attestor.chain.node import Node
from attestor.core.text import to_hex
from attestor.deployment import probe
from attestor.errors import DeploymentRefused, RpcAnswerInvalid, RpcError

ONE = to_hex((1).to_bytes(32, "big"))
PARENT = b"\x0a" * 32
HEAD = 500


class Chain:
    """A node's RPC, of a chain that can run the contracts unless it is told to lack something."""

    def __init__(self, lacks: str = "", number: int = HEAD, parent: bytes = PARENT) -> None:
        self.label = "a double"
        self._lacks = lacks
        self._number = number
        self._parent = parent

    def call(self, method: str, params: list[Any], *bounds: Any) -> object:
        if method == "eth_getBlockByNumber":
            return {
                "number": hex(HEAD),
                "hash": "0x" + "0b" * 32,
                "parentHash": to_hex(PARENT),
                "timestamp": "0x1",
                "baseFeePerGas": "0x1",
            }
        assert method == "eth_call"
        if "to" in params[0]:
            return self._verify(params[0]["data"])
        return self._run(bytes.fromhex(params[0]["data"][2:]))

    def _verify(self, data: str) -> str:
        if self._lacks == "P-256":
            return "0x"
        # A contract that takes everything stands in for no precompile.
        is_good = data[2:66] == ONE[2:]
        return ONE if is_good or self._lacks == "refusals" else "0x"

    def _run(self, code: bytes) -> str:
        if self._lacks == "everything":
            raise RpcError("method not allowed")
        if code[0] == 0x43:
            return to_hex(self._number.to_bytes(32, "big"))
        if code[0] == 0x7F:
            assert int.from_bytes(code[1:33], "big") == HEAD - 1
            return to_hex(self._parent)
        names = {b"\x5e": "MCOPY", b"\x5d": "TSTORE"}
        for opcode, name in names.items():
            if opcode in code and self._lacks == name:
                raise RpcError("invalid opcode")
        if self._lacks == "PUSH0" and b"\x5f" in code:
            raise RpcError("invalid opcode")
        return ONE


def lacks(chain: Chain) -> str:
    return "; ".join(lack.what for lack in probe.find_lacks(Node(cast(Any, chain), 5)))


def test_find_lacks__chain_that_has_all__none() -> None:
    assert lacks(Chain()) == ""
    probe.require_suitable(Node(cast(Any, Chain()), 5))


def test_find_lacks__call_that_runs_on_the_next_block__none() -> None:
    assert lacks(Chain(number=HEAD + 1)) == ""


@pytest.mark.parametrize(("lacking", "fork"), [("MCOPY", "Cancun"), ("TSTORE", "Cancun")])
def test_find_lacks__opcode_missing__named_with_its_fork(lacking: str, fork: str) -> None:
    assert lacks(Chain(lacking)) == f"it does not know the opcode {lacking} ({fork})"


def test_find_lacks__before_shanghai__each_of_its_opcodes_named() -> None:
    assert "PUSH0 (Shanghai)" in lacks(Chain("PUSH0"))


@pytest.mark.parametrize("lacking", ["P-256", "refusals"])
def test_find_lacks__no_precompile_or_one_that_takes_all__named(lacking: str) -> None:
    assert lacks(Chain(lacking)) == (
        "it has no P-256 precompile at 0x100 (EIP-7951, on rollups RIP-7212)"
    )


@pytest.mark.parametrize("number", [HEAD - 1, HEAD + 2, 23_000_000])
def test_find_lacks__number_of_another_chain__recognized(number: int) -> None:
    assert "counts another chain's blocks, as Arbitrum does" in lacks(Chain(number=number))


def test_find_lacks__hashes_of_another_kind__recognized() -> None:
    assert "its BLOCKHASH of block 499" in lacks(Chain(parent=b"\x0c" * 32))


def test_find_lacks__node_that_runs_no_code__says_nothing_of_the_chain() -> None:
    with pytest.raises(RpcAnswerInvalid, match="does not run code"):
        lacks(Chain("everything"))


def test_require_suitable__several_lacks__all_in_one_refusal() -> None:
    node = Node(cast(Any, Chain("P-256", number=7)), 42161)
    with pytest.raises(DeploymentRefused, match="chain 42161 .*P-256.*; its block.number is 7"):
        probe.require_suitable(node)


def test_require_gateway__none_named__asks_nothing() -> None:
    probe.require_gateway(cast(Any, None), bytes(20))


def test_require_gateway__without_code__refused() -> None:
    class Empty:
        chain_id = 5

        def code(self, address: bytes) -> bytes:
            return b""

    with pytest.raises(DeploymentRefused, match="0x1111.* has no code on chain 5"):
        probe.require_gateway(cast(Any, Empty()), b"\x11" * 20)
