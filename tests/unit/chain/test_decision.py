"""All that one decision asks ends with it, whatever part asks, and whom."""

import pytest
from unit.chain.test_quorum import Nodes, dripping

from attestor.chain.endpoint import CHAIN_ID
from attestor.errors import RpcUnreachable


def test_ask__of_a_certain_endpoint__is_bound_by_the_decision() -> None:
    """Heads and second looks are asked of one endpoint, and not of the pool."""
    nodes = Nodes(dripping, None)
    nodes.transports[0].clock = nodes.clock
    began = nodes.clock.now
    with nodes.node.pool.decision.within(3.0), pytest.raises(RpcUnreachable):
        nodes.node.pool.endpoints[0].ask(CHAIN_ID)
    assert nodes.clock.now - began == 3.0
