"""Servers that tell what a test wants."""

from collections.abc import Callable, Iterator

import pytest
from cases.lying_service import HONEST, Told
from integration.client.service import Answer, Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(told: Told = HONEST, **answers: Answer) -> Server:
        running.append(Server(told, **answers))
        return running[-1]

    yield start
    for server in running:
        server.close()
