"""The configuration.

A field `chain_rpc_url` of `Config` is the flag `--chain-rpc-url`, the environment variable
`ATTESTOR_CHAIN_RPC_URL` and the key `rpc_url` in the TOML table `[chain]`. A flag wins over the
environment, the environment over the file, the file over the default. All faults are reported
at once.

A file with tables `[chains.NAME]` has several chains: what such a table says is that chain's own,
and what it does not say is as in the other tables. `ATTESTOR_CHAINS_NAME_RPC_URL` wins over
`rpc_url` in `[chains.NAME]`, which wins over what is said for all chains, wherever that is said.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attestor.config.chains import ChainConfig, Chains
    from attestor.config.loading import load, load_chains, read
    from attestor.config.names import flag, key, key_of_message
    from attestor.config.option import ROOT
    from attestor.config.options import Config
    from attestor.config.reading import ReadChain, Reading

__all__ = [
    "ROOT",
    "ChainConfig",
    "Chains",
    "Config",
    "ReadChain",
    "Reading",
    "flag",
    "key",
    "key_of_message",
    "load",
    "load_chains",
    "read",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """A module is imported by the first use of what it has: the help of a command needs the
        options, and nothing of what reads a file."""
        match name:
            case "ChainConfig" | "Chains":
                from attestor.config import chains as module
            case "load" | "load_chains" | "read":
                from attestor.config import loading as module
            case "flag" | "key" | "key_of_message":
                from attestor.config import names as module
            case "ROOT":
                from attestor.config import option as module
            case "Config":
                from attestor.config import options as module
            case "ReadChain" | "Reading":
                from attestor.config import reading as module
            case _:
                raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(module, name)
