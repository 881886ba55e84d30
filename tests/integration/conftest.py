"""Real parts: anvil, the contracts as forge built them, the executor, the daemon."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cases.ports import free_port

from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.devnet.anvil import Anvil
from attestor.devnet.stack import Devnet, DevnetOptions

StartAnvil = Callable[..., Anvil]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start_anvil(tmp_path: Path) -> Iterator[StartAnvil]:
    """Start chains; they end with the test."""
    running: list[Anvil] = []

    def start(
        chain_id: int = 31337,
        block_seconds: float | None = None,
        timestamp: int | None = None,
        hardfork: str = "osaka",
        options: tuple[str, ...] = (),
    ) -> Anvil:
        log = tmp_path / f"anvil-{len(running)}.log"
        running.append(Anvil(chain_id, block_seconds, log, timestamp, hardfork, options))
        return running[-1]

    yield start
    for anvil in running:
        anvil.stop()


@pytest.fixture
def node(start_anvil: StartAnvil) -> Node:
    """A chain that mines a block per transaction."""
    anvil = start_anvil()
    return Node(Rpc(anvil.url), anvil.chain_id)


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devnet]:
    """A running stack with a fast chain, short limits and an active signer."""
    options = DevnetOptions(
        folder=tmp_path_factory.mktemp("devnet"),
        block_seconds=0.5,
        period=2400,
        api_port=free_port(),
        environment={
            "ATTESTOR_EXECUTOR_CPU_SECONDS": "30",
            "ATTESTOR_EXECUTOR_WALL_SECONDS": "30",
            "ATTESTOR_API_MAX_BODY_BYTES": str(4 << 20),
        },
    )
    made = Devnet(options)
    try:
        made.deploy()
        made.start_daemon()
        made.wait_for_signer()
        yield made
    finally:
        made.stop()
