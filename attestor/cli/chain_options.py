"""Options of commands that read the chain, and the registry that they name."""

from collections.abc import Callable
from typing import Any

import click

from attestor.chain import wire
from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.core.text import from_hex
from attestor.errors import ConfigurationInvalid


def chain_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--rpc-url` and `--registry`, with the environment variables of the daemon's options."""
    registry = click.option(
        "--registry",
        envvar="ATTESTOR_CHAIN_REGISTRY",
        required=True,
        help="Address of the TEERegistry  [ATTESTOR_CHAIN_REGISTRY].",
    )
    rpc_url = click.option(
        "--rpc-url",
        envvar="ATTESTOR_CHAIN_RPC_URL",
        required=True,
        help="JSON-RPC endpoint of a node  [ATTESTOR_CHAIN_RPC_URL].",
    )
    return rpc_url(registry(command))


def address_of(registry: str) -> bytes:
    """The 20 bytes of a registry's address. Raises `ConfigurationInvalid`."""
    try:
        address = from_hex(registry)
    except ValueError:
        address = b""
    if len(address) != 20:
        raise ConfigurationInvalid(f"{registry!r:.80} is not an address", hint="set --registry")
    return address


def open_registry(rpc_url: str, registry: str) -> Registry:
    """The registry at that address, on the chain of the node."""
    address = address_of(registry)
    rpc = Rpc(rpc_url)
    chain_id = wire.quantity(rpc.call("eth_chainId", []), "chain id")
    found = Registry(Node(rpc, chain_id), address)
    found.terms()
    return found
