"""Servers that tell what a test wants."""

import ssl
from collections.abc import Callable, Iterator

import pytest
from cases.lying_service import HONEST, Told
from integration.client.service import Answer, Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(told: Told = HONEST, tls: ssl.SSLContext | None = None, **answers: Answer) -> Server:
        running.append(Server(told, tls, **answers))
        return running[-1]

    yield start
    for server in running:
        server.close()
