"""The flags of Automata's sp1-tee-prover, which `attestor run` answers with its own options."""

from collections.abc import Callable, Mapping

import click

from attestor.errors import ConfigurationInvalid

_ANSWERS = {
    "upstream_key": (
        "-k",
        "--key",
        "every user of the machine can read a command line: write the key to a file of mode 600 "
        "and use --payer-key-file FILE",
    ),
    "upstream_rpc_url": ("-r", "--rpc-url", "use --chain-rpc-url URL and --chain-id NUMBER"),
    "upstream_contract": (
        "-c",
        "--contract",
        "use --chain-registry ADDRESS, with --chain-registry-kind upstream for "
        "SP1TEEProverRegistry (a configuration file is --config FILE)",
    ),
}
"""The parameter, both forms of the flag, and what to use instead."""


def upstream_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take upstream's flags, with or without a value, to refuse them by name."""
    for name, (short, long, _) in _ANSWERS.items():
        command = click.option(short, long, name, is_flag=False, flag_value="", hidden=True)(
            command
        )
    return command


def refuse_upstream_flags(given: Mapping[str, str | None]) -> dict[str, str | None]:
    """The other options. Raises `ConfigurationInvalid`, which names each of upstream's flags that
    was given with what to use instead; no value is repeated, since one of them is a key."""
    faults = tuple(
        f"{short}/{long} is a flag of sp1-tee-prover: {answer}"
        for name, (short, long, answer) in _ANSWERS.items()
        if given[name] is not None
    )
    if faults:
        raise ConfigurationInvalid(
            "; ".join(faults), hint="docs/migrate.md has all that differs", faults=faults
        )
    return {name: value for name, value in given.items() if name not in _ANSWERS}
