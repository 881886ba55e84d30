"""Options of `attestor collateral`: from the command line, or from the daemon's file."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attestor.cli.config_options import chains_of, config_options, from_file
from attestor.cli.endpoint_options import check_headers_option, rpc_url_option
from attestor.cli.types import ADDRESS, NumberRange

if TYPE_CHECKING:
    from attestor.config import Config

Command = Callable[..., Any]
NEEDED = {"rpc_url": "--rpc-url", "pcs_url": "--pcs-url", "fmspc": "--fmspc"}


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def apply(command: Command) -> Command:
        for one in reversed(options):
            command = one(command)
        return command

    return apply


def configured(command: Command) -> Command:
    """`--config` and `--chain`: what the command line does not say is as in the file. The account
    that pays is not taken from there, since the daemon sends from it."""

    @config_options
    @click.pass_context
    @functools.wraps(command)
    def with_file(
        context: click.Context, /, file: Path | None, chain: str | None, **given: Any
    ) -> Any:
        chains = chains_of(file, chain)
        if chains is not None:
            found = _values(chains.named(None).config, given)
            given |= {name: from_file(context, name, value) for name, value in found.items()}
        missing = [flag for name, flag in NEEDED.items() if name in given and not given[name]]
        if missing:
            raise click.UsageError(f"Missing option '{missing[0]}', or --config with it.")
        return command(**given)

    return with_file


def _values(config: "Config", given: dict[str, Any]) -> dict[str, Any]:
    """What the file says of the parameters that a command has. A deployment file that is named
    besides has the store's address."""
    fmspcs = config.collateral_fmspcs
    values: dict[str, Any] = {
        "rpc_url": config.rpc_urls,
        "check_headers": config.chain_check_headers,
        "pcs_url": config.collateral_pcs_url or config.quote_collateral or None,
        "fmspc": fmspcs[0] if len(fmspcs) == 1 else None,
    }
    if "store" in given and given["deployment"] is None:
        from attestor.deployment import addresses

        values["store"] = addresses.of(config).store
    return {name: value for name, value in values.items() if name in given}


machine_options = _options(
    click.option(
        "--pcs-url",
        envvar="ATTESTOR_COLLATERAL_PCS_URL",
        help="URL of a PCCS, or of Intel's PCS  [ATTESTOR_COLLATERAL_PCS_URL].",
    ),
    click.option("--fmspc", help="Machine type, 6 bytes in hex."),
    click.option(
        "--ca",
        type=click.Choice(["platform", "processor"]),
        default="platform",
        show_default=True,
        help="Intel CA that certifies the machine.",
    ),
    click.option("--tee", type=click.Choice(["tdx", "sgx"]), default="tdx", show_default=True),
)
store_options = _options(
    rpc_url_option(required=False),
    check_headers_option(),
    click.option(
        "--file",
        "deployment",
        type=click.Path(path_type=Path),
        help="Deployment file with the store's address.",
    ),
    click.option(
        "--store", type=ADDRESS, help="Address of the CollateralStore, instead of --file."
    ),
    click.option(
        "--margin-days",
        type=NumberRange(min=0),
        help="Upload only what expires within so many days; without it, everything newer.",
    ),
)
