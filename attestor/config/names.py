"""What an option is called in each place where it can be given."""

from collections.abc import Mapping
from dataclasses import Field
from typing import Any

ENVIRONMENT_PREFIX = "ATTESTOR_"

RENAMED_TABLES = {"upkeep": "collateral", "confirmation": "cross_check"}
"""Tables under their names of version 0.1.0, which still work."""

_TWO_WORDS = ("cross_check",)


def key(known: "Field[Any]") -> str:
    """An option's name in the file: `chain.rpc_url`."""
    table = next((name for name in _TWO_WORDS if known.name.startswith(f"{name}_")), None)
    table = table or known.name.split("_")[0]
    return f"{table}.{known.name[len(table) + 1 :]}"


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
    """The environment with variables of old names under today's too. One that has both is a fault
    where they differ."""
    found = dict(environment)
    for old, new in RENAMED_TABLES.items():
        prefix = f"{ENVIRONMENT_PREFIX}{old.upper()}_"
        for name, value in environment.items():
            if name.startswith(prefix):
                today = f"{ENVIRONMENT_PREFIX}{new.upper()}_{name.removeprefix(prefix)}"
                if environment.get(today, value) != value:
                    faults.append(f"{name} is also given as {today}, with another value")
                found.setdefault(today, value)
    return found
