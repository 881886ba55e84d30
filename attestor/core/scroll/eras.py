"""What is known of Scroll's chains, for choosing whom to ask for what. It decides no verdict: the
executor has the table of forks."""

from dataclasses import dataclass

MAINNET, SEPOLIA = 534352, 534351
FEE_VAULT = bytes.fromhex("5300000000000000000000000000000000000005")
"""The EVM's coinbase in every block."""
FORKS = (
    "archimedes",
    "bernoulli",
    "curie",
    "euclid",
    "euclid_v2",
    "feynman",
    "galileo",
    "galileo_v2",
)
"""The forks that change execution, in order, as the executor names them (fork.rs)."""
ZKTRIE_FORKS = FORKS[: FORKS.index("euclid")]
"""Those under which state is in zktrie."""
NEVER = 1 << 64
"""The time of a fork that a chain does not have."""


@dataclass(frozen=True)
class KnownChain:
    """`euclid` is the time, in seconds, from which state roots are of a Merkle Patricia trie;
    `rollup` is the contract on L1 that batches are committed to."""

    name: str
    euclid: int
    rollup: bytes
    l1_chain_id: int


CHAINS = {
    MAINNET: KnownChain(
        "Scroll",
        1744815600,
        bytes.fromhex("a13baf47339d63b743e7da8741db5456dac1e556"),
        1,
    ),
    SEPOLIA: KnownChain(
        "Scroll Sepolia",
        1741680000,
        bytes.fromhex("2d567ece699eabe5afcd141edb7a4f2d0d6ce8a0"),
        11155111,
    ),
}


def is_mpt(chain_id: int, timestamp: int, euclid: int | None = None) -> bool:
    """Whether a block's state root is of a Merkle Patricia trie. `euclid` is the fork's time on a
    chain that is not known; without it such a chain is taken to be new."""
    known = CHAINS.get(chain_id)
    start = euclid if known is None else known.euclid
    return start is None or timestamp >= start
