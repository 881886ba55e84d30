"""The binary tree of claims that contracts/bench/Distributor.sol checks."""

from dataclasses import dataclass

from eth_abi.abi import encode
from eth_utils.crypto import keccak


@dataclass(frozen=True)
class ClaimTree:
    """`levels` from the leaves to the root; a power of two of leaves."""

    levels: tuple[tuple[bytes, ...], ...]

    @property
    def root(self) -> bytes:
        return self.levels[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """The siblings of a leaf's way to the root."""
        return [level[(index >> depth) ^ 1] for depth, level in enumerate(self.levels[:-1])]


def leaf(index: int, account: bytes, amount: int) -> bytes:
    return keccak(encode(["uint256", "address", "uint256"], [index, account, amount]))


def tree(leaves: list[bytes]) -> ClaimTree:
    levels = [tuple(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = zip(below[::2], below[1::2], strict=True)
        levels.append(tuple(keccak(left + right) for left, right in pairs))
    return ClaimTree(tuple(levels))
