"""What the contracts need of a chain, asked before anything is paid.

Every question is an `eth_call`: code without a recipient runs as a constructor does, and what it
returns is the answer. A chain that lacks something is told apart from a node that does not answer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from attestor.chain.node import Node
from attestor.core.text import checksummed, to_hex
from attestor.errors import DeploymentRefused, RpcAnswerInvalid, RpcError

P256_PRECOMPILE = (0x100).to_bytes(20, "big")
_WORD = 32
_ONE = (1).to_bytes(_WORD, "big")

# ECDSA over P-256 with private key 1, digest 1 and nonce 1: r is the generator's x, s = r + 1.
_GENERATOR_X = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
_GENERATOR_Y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5

# What runs ends with: PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN.
_RETURN_WORD = bytes.fromhex("60005260206000f3")
_NUMBER = b"\x43" + _RETURN_WORD
# 1, by opcodes that every chain has.
_PLAIN = bytes.fromhex("6001") + _RETURN_WORD
# Each leaves 1 on the stack, by an opcode of its fork.
_OPCODES = (
    ("Shanghai", "PUSH0", bytes.fromhex("60015f01") + _RETURN_WORD),
    # 1 is put at 0, copied to 32 and loaded from there.
    ("Cancun", "MCOPY", bytes.fromhex("60015f5260205f60205e602051") + _RETURN_WORD),
    ("Cancun", "TSTORE", bytes.fromhex("60015f5d5f5c") + _RETURN_WORD),
)


@dataclass(frozen=True)
class Lack:
    """Something that the chain does not have, in words."""

    what: str


def require_suitable(node: Node) -> None:
    """Raise `DeploymentRefused`, naming all that is missing, when the chain cannot run the
    contracts. Raises as `Node` does when the node does not answer."""
    lacks = find_lacks(node)
    if lacks:
        raise DeploymentRefused(
            f"chain {node.chain_id} cannot run the contracts: "
            + "; ".join(lack.what for lack in lacks),
            hint="docs/contracts.md says which chains can",
        )


def require_gateway(node: Node, gateway: bytes) -> None:
    """Raise `DeploymentRefused` for an SP1 gateway that is no contract: MultiProof, which is
    deployed last, would refuse it when all others are paid for. Zero bytes name none."""
    if any(gateway) and not node.code(gateway):
        raise DeploymentRefused(
            f"SP1's gateway {checksummed(gateway)} has no code on chain {node.chain_id}",
            hint="name the gateway of this chain with --gateway, or leave it out",
        )


def find_lacks(node: Node) -> tuple[Lack, ...]:
    """All that the chain lacks. Raises `RpcAnswerInvalid` when the node runs no code at all."""
    # Old chains have headers of another form, which is not what is asked here.
    node = Node(node.pool, node.chain_id, check_headers=False)
    if _run(node, _PLAIN) != _ONE:
        raise RpcAnswerInvalid(
            "the node does not run code that it is asked to call", hint="use another node"
        )
    found = [_lacking_opcode(node, *opcode) for opcode in _OPCODES]
    checks: tuple[Callable[[Node], Lack | None], ...] = (_lacking_p256, _foreign_numbers)
    found += [check(node) for check in checks]
    if not any(found):
        found.append(_foreign_hashes(node))
    return tuple(lack for lack in found if lack is not None)


def _lacking_opcode(node: Node, fork: str, name: str, code: bytes) -> Lack | None:
    if _run(node, code) == _ONE:
        return None
    return Lack(f"it does not know the opcode {name} ({fork})")


def _lacking_p256(node: Node) -> Lack | None:
    """A good signature must be taken, and the same of another digest not."""
    if _verifies(node, 1) and not _verifies(node, 2):
        return None
    return Lack("it has no P-256 precompile at 0x100 (EIP-7951, on rollups RIP-7212)")


def _verifies(node: Node, digest: int) -> bool:
    words = (digest, _GENERATOR_X, _GENERATOR_X + 1, _GENERATOR_X, _GENERATOR_Y)
    try:
        answer = node.call(P256_PRECOMPILE, b"".join(w.to_bytes(_WORD, "big") for w in words))
    except RpcError:
        return False
    return answer == _ONE


def _foreign_numbers(node: Node) -> Lack | None:
    """Whether block.number counts the chain's own blocks; a call may run on the next one."""
    before = node.head().number
    answer = _run(node, _NUMBER)
    after = node.head().number
    number = int.from_bytes(answer, "big") if len(answer) == _WORD else -1
    if before <= number <= after + 1:
        return None
    return Lack(
        f"its block.number is {number} where the newest block is {after}: it counts another "
        "chain's blocks, as Arbitrum does, and a quote could not name a recent block"
    )


def _foreign_hashes(node: Node) -> Lack | None:
    """Whether BLOCKHASH gives the hash by which the node knows the newest block's parent."""
    head = node.head()
    if head.number == 0:
        return None
    number = (head.number - 1).to_bytes(_WORD, "big")
    answer = _run(node, b"\x7f" + number + b"\x40" + _RETURN_WORD)
    if answer == head.parent_hash:
        return None
    return Lack(
        f"its BLOCKHASH of block {head.number - 1} is {to_hex(answer) or 'nothing'}, and the "
        f"node's is {to_hex(head.parent_hash)}"
    )


def _run(node: Node, code: bytes) -> bytes:
    """What code returns, or nothing when it fails."""
    try:
        return node.call(None, code)
    except RpcError:
        return b""
