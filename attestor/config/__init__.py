"""The configuration.

A field `chain_rpc_url` of `Config` is the flag `--chain-rpc-url`, the environment variable
`ATTESTOR_CHAIN_RPC_URL` and the key `rpc_url` in the TOML table `[chain]`. A flag wins over the
environment, the environment over the file, the file over the default. All faults are reported
at once.
"""

from attestor.config.loading import load
from attestor.config.names import flag, key
from attestor.config.option import ROOT
from attestor.config.options import Config

__all__ = ["ROOT", "Config", "flag", "key", "load"]
