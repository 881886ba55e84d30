"""A chain with signers."""

from collections.abc import Iterator

import pytest
from measures.chain import START, GasChain, running
from measures.scenario import Deployment


@pytest.fixture(scope="module")
def registered() -> Iterator[Deployment[GasChain]]:
    """A deployment with a signer admitted, and one renewed."""
    with running(START) as url:
        deployment = Deployment(GasChain(url))
        deployment.upload(deployment.items())
        deployment.admit("admitted", keep_key=True)
        deployment.renew("renewed")
        yield deployment
