"""What an option is called in each place where it can be given."""

from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from typing import Any

from attestor.config.options import Config
from attestor.core.payer_source import PayerSource

ENVIRONMENT_PREFIX = "ATTESTOR_"

RENAMED_TABLES = {"upkeep": "collateral", "confirmation": "cross_check"}
"""Tables under their names of version 0.1.0, which still work."""

OTHER_VARIABLES = ("ATTESTOR_SCROLL_RPC_URL", "ATTESTOR_SOLC", "ATTESTOR_VECTORS")
"""Variables of other commands and of the tests, which an environment may have as well."""

_TWO_WORDS = ("cross_check",)


_TABLES_PER_CHAIN = ("chain", "payer", "rotation", "collateral", "store")

PER_CHAIN = {
    known.name for known in fields(Config) if known.name.split("_")[0] in _TABLES_PER_CHAIN
} | {"quote_collateral", "quote_allowed_tcb_statuses"}
"""Options that each chain may have of its own; all others are the same for all chains."""

ALTERNATIVES = (
    {"chain_rpc_url", "chain_rpc_urls", "chain_websocket_urls"},
    {"chain_registry", "chain_registry_block", "chain_deployment", "chain_collateral_store"}
    | {"chain_multiproof"},
    {f"payer_{known.name}" for known in fields(PayerSource)},
    {f"collateral_payer_{known.name}" for known in fields(PayerSource)},
)
"""Options that say the same thing together: a chain that has one of its own inherits none of
them."""


def key(known: "Field[Any]") -> str:
    """An option's name in the file: `chain.rpc_url`."""
    table = next((name for name in _TWO_WORDS if known.name.startswith(f"{name}_")), None)
    table = table or known.name.split("_")[0]
    return f"{table}.{known.name[len(table) + 1 :]}"


def key_of_message(message: str) -> str:
    """The option (`chain_rpc_url`) whose name in the file a message begins with; empty for none."""
    said = message.partition(" ")[0].rstrip(":")
    return next((known.name for known in fields(Config) if key(known) == said), "")


def flag(known: "Field[Any]") -> str:
    """An option's flag: `--chain-rpc-url`."""
    return "--" + known.name.replace("_", "-")


def variable(known: "Field[Any]") -> str:
    """An option's environment variable: `ATTESTOR_CHAIN_RPC_URL`."""
    return ENVIRONMENT_PREFIX + known.name.upper()


def current_flag(given: str) -> str:
    """A flag's word on the command line under the name that it has today."""
    for old, new in RENAMED_TABLES.items():
        if given.startswith(f"{old}-"):
            return new.replace("_", "-") + given.removeprefix(old)
    return given


def current_environment(environment: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """The environment with variables of old names under today's. One that has both is a fault where
    they differ."""
    found = dict(environment)
    for old, new in RENAMED_TABLES.items():
        prefix = f"{ENVIRONMENT_PREFIX}{old.upper()}_"
        for name, value in environment.items():
            if name.startswith(prefix):
                today = f"{ENVIRONMENT_PREFIX}{new.upper()}_{name.removeprefix(prefix)}"
                if environment.get(today, value) != value:
                    faults.append(f"{name} is also given as {today}, with another value")
                found.setdefault(today, value)
                del found[name]
    return found


def chain_variables(chains: Iterable[str], faults: list[str]) -> dict[tuple[str, str], str]:
    """The environment variable of each option of each chain: `ATTESTOR_CHAINS_BASE_RPC_URL` for
    `chains.base.rpc_url`. Names of chains by which two options had the same one are faults."""
    found: dict[tuple[str, str], str] = {}
    taken: dict[str, str] = {}
    for name in chains:
        for known in fields(Config):
            if known.name not in PER_CHAIN:
                continue
            words = f"chains_{name.replace('-', '_')}_{known.name.removeprefix('chain_')}"
            variable = ENVIRONMENT_PREFIX + words.upper()
            if taken.setdefault(variable, name) != name:
                told = f"chains.{taken[variable]} and chains.{name} would both be set by {variable}"
                faults += (
                    [told] if not any("would both be set" in fault for fault in faults) else []
                )
            found[name, known.name] = variable
    return found
