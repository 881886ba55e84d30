"""Scroll's forks, and the one of EELS's that each is built on."""

import importlib
from collections.abc import Mapping
from enum import IntEnum
from types import SimpleNamespace
from typing import Any

from attestor.executor.scroll import Chain


class Fork(IntEnum):
    """In order. Names are those of a request, in capitals."""

    ARCHIMEDES = 0
    BERNOULLI = 1
    CURIE = 2
    EUCLID = 3
    EUCLID_V2 = 4
    FEYNMAN = 5
    GALILEO = 6
    GALILEO_V2 = 7


# scroll-tech/go-ethereum params/config.go: up to Curie at a block, then at a time.
KNOWN: Mapping[int, tuple[int, ...]] = {
    534352: (5220340, 7096836, 1744815600, 1745305200, 1755576000, 1765868400, 1766041200),
    534351: (3747132, 4740239, 1741680000, 1741852800, 1753167600, 1764054000, 1764831600),
}
BASES = ("shanghai", "shanghai", "cancun", "cancun", "prague", "prague", "osaka", "osaka")
MODULES = (
    "fork",
    "state",
    "transactions",
    "trie",
    "fork_types",
    "blocks",
    "bloom",
    "vm",
    "utils.message",
)
PARTS = (
    "interpreter",
    "instructions",
    "exceptions",
    "gas",
    "stack",
    "precompiled_contracts.mapping",
    "precompiled_contracts.modexp",
    "precompiled_contracts.alt_bn128",
)


def activation(chain: Chain, fork: Fork) -> int | None:
    """The block or the time of a fork on a chain."""
    if chain.forks is None:
        return KNOWN[chain.id][fork - 1]
    return chain.forks.get(fork.name.lower())


def at(chain: Chain, number: int, time: int) -> Fork:
    """The fork that a block is of."""
    found = Fork.ARCHIMEDES
    for fork in list(Fork)[1:]:
        since = activation(chain, fork)
        if since is not None and since <= (number if fork <= Fork.CURIE else time):
            found = fork
    return found


def modules(fork: Fork) -> Any:
    """EELS's modules that `fork` is built on, by the last part of their names."""
    base = f"ethereum.forks.{BASES[fork]}."
    names = [*MODULES, *(f"vm.{part}" for part in PARTS)]
    loaded = {name.rpartition(".")[2]: importlib.import_module(base + name) for name in names}
    return SimpleNamespace(**loaded)
