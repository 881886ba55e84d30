"""The kinds of transactions in the benchmark's block: whom each calls, and with what.

`KINDS` has for each kind a function of the world and of a number, which no other of its kind has.
None of them clears a slot: where a trie shrinks, the guest would need neighbours that are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from benchmarks.block.solidity import call
from benchmarks.block.world import CHAIN_ID, CLAIM, ETHER, World, address

DEADLINE = 1 << 40
SIGNERS = 5
ENTRY_BYTES = 184
RSA_BYTES = 256
DOMAIN_TYPE = b"EIP712Domain(string name,uint256 chainId,address verifyingContract)"
PERMIT_TYPE = b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"


@dataclass(frozen=True)
class Wanted:
    """A transaction before it has a sender. `value` in wei."""

    to: bytes
    gas: int
    data: bytes = b""
    value: int = 0


def _transfer(world: World, number: int) -> Wanted:
    """Ether, to an account that exists or to a new one."""
    name = "newcomer" if number % 4 == 0 else "bystander"
    return Wanted(address(name, 7 * number), 21_000, value=ETHER // (number + 3))


def _token(world: World, number: int) -> Wanted:
    name = "newcomer" if number % 5 == 0 else "holder"
    amount = ETHER * (number + 1)
    data = call("transfer(address,uint256)", address(name, 11 * number), amount)
    return Wanted(_one_token(world, number), 80_000, data)


def _swap(world: World, number: int) -> Wanted:
    data = call("swap(uint256,uint256,uint256)", number % 2, ETHER * (number + 20), ETHER)
    return Wanted(world.contracts["pool"], 300_000, data)


def _approve(world: World, number: int) -> Wanted:
    data = call("approve(address,uint256)", address("spender", number % 5), ETHER * (number + 1))
    return Wanted(_one_token(world, number), 80_000, data)


def _permit(world: World, number: int) -> Wanted:
    """The owner signs, the sender pays."""
    token, owner = _one_token(world, number), world.senders[3 * number]
    who, spender = _address_of(owner), address("spender", number)
    terms = [who, spender, ETHER, 0, DEADLINE]
    domain = encode(
        ["bytes32", "bytes32", "uint256", "address"],
        [keccak(DOMAIN_TYPE), keccak(b"Token"), CHAIN_ID, token],
    )
    content = encode(
        ["bytes32", "address", "address", "uint256", "uint256", "uint256"],
        [keccak(PERMIT_TYPE), *terms],
    )
    digest = keccak(b"\x19\x01" + keccak(domain) + keccak(content))
    signature = _signature(owner, digest)
    data = call(
        "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
        *(who, spender, ETHER, DEADLINE),
        *(signature[64], signature[:32], signature[32:64]),
    )
    return Wanted(token, 120_000, data)


def _claim(world: World, number: int) -> Wanted:
    index = 577 * number % len(world.claims.levels[0])
    data = call(
        "claim(uint256,address,uint256,bytes32[])",
        *(index, address("holder", index), CLAIM, world.claims.proof(index)),
    )
    return Wanted(world.contracts["distributor"], 200_000, data)


def _journal(world: World, number: int) -> Wanted:
    data = call("append(bytes)", _noise("entry", number, ENTRY_BYTES))
    return Wanted(world.contracts["journal"], 300_000, data)


def _pairing(world: World, number: int) -> Wanted:
    factors = [int.from_bytes(_noise("factor", 2 * number + one, 31), "big") for one in (0, 1)]
    data = call("provePairing(uint256,uint256)", *factors)
    return Wanted(world.contracts["bridge"], 400_000, data)


def _rsa(world: World, number: int) -> Wanted:
    """The modulus is any odd number: what is timed is the power, not who can invert it."""
    modulus = int.from_bytes(_noise("modulus", number, RSA_BYTES), "big") | 1 | 1 << 2047
    signature = int.from_bytes(_noise("signature", number, RSA_BYTES), "big") % modulus
    padded = pow(signature, 65537, modulus).to_bytes(RSA_BYTES, "big")
    words = [one.to_bytes(RSA_BYTES, "big") for one in (modulus, signature)]
    data = call("proveRsa(bytes,bytes,bytes32)", *words, keccak(padded))
    return Wanted(world.contracts["bridge"], 200_000, data)


def _signed(world: World, number: int) -> Wanted:
    statement = keccak(_noise("statement", number, 32))
    keys = world.senders[10 * number :][:SIGNERS]
    signatures = b"".join(_signature(key, statement) for key in keys)
    data = call(
        "proveSigned(bytes32,address[],bytes)",
        *(statement, [_address_of(key) for key in keys], signatures),
    )
    return Wanted(world.contracts["bridge"], 200_000, data)


def _one_token(world: World, number: int) -> bytes:
    return world.contracts[("gold", "silver")[number % 2]]


def _address_of(key: PrivateKey) -> bytes:
    return key.public_key.to_canonical_address()


def _signature(key: PrivateKey, digest: bytes) -> bytes:
    """r, s, and v as ecrecover takes it: 65 bytes."""
    signature = key.sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([27 + signature[64]])


def _noise(name: str, number: int, length: int) -> bytes:
    """Bytes without a pattern, always the same."""
    blocks = range(-(-length // 32))
    return b"".join(keccak(f"{name} {number} {one}".encode()) for one in blocks)[:length]


KINDS: dict[str, Callable[[World, int], Wanted]] = {
    "transfer": _transfer,
    "token": _token,
    "swap": _swap,
    "approve": _approve,
    "permit": _permit,
    "claim": _claim,
    "journal": _journal,
    "pairing": _pairing,
    "rsa": _rsa,
    "signed": _signed,
}
