"""Opens the node and the registry that a command's options name."""

from typing import TYPE_CHECKING

from attestor.chain import wire
from attestor.chain.endpoint import Query
from attestor.chain.node import Node
from attestor.chain.pool import Pool
from attestor.chain.rpc import Rpc
from attestor.core.report_data import Layout

if TYPE_CHECKING:
    from attestor.chain.registry import Registry


def open_node(urls: tuple[str, ...], check_headers: bool = True) -> Node:
    """The node behind some endpoints, on whatever chain they are; all have to be on one."""
    transports = [Rpc(url) for url in urls]
    asked = Query("eth_chainId", [], lambda found: wire.count(found, "chain id"))
    chain_id = Pool(transports, None).read(asked)
    node = Node(Pool(transports, chain_id), chain_id, check_headers)
    if len(urls) > 1:
        node.require_chain()
    return node


def open_registry(
    urls: tuple[str, ...],
    registry: bytes,
    check_headers: bool = True,
    layout: Layout = Layout.ATTESTOR,
) -> "Registry":
    """The registry at that address, on the chain of the node."""
    # It brings web3, which a client is installed without.
    from attestor.chain.registry import Registry

    found = Registry(open_node(urls, check_headers), registry, layout)
    found.terms()
    return found
