"""A chain whose time is that of the case table, and what is judged on it."""

from collections.abc import Callable, Iterator

import pytest
from cases.case import CHAIN_ID
from cases.chain import Chain

from attestor.devnet.anvil import Anvil

StartChain = Callable[[int], Chain]


@pytest.fixture(scope="module")
def start_chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartChain]:
    """Start chains at a time, in Unix seconds; they end with the module."""
    running: list[Anvil] = []

    def start(timestamp: int) -> Chain:
        log = tmp_path_factory.mktemp("anvil") / "anvil.log"
        running.append(Anvil(CHAIN_ID, None, log, timestamp))
        return Chain(running[-1].url)

    yield start
    for anvil in running:
        anvil.stop()
