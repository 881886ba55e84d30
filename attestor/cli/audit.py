"""`attestor audit`, `attestor audit verify` and `attestor audit policy`; `audit_evidence` has its
other subcommands."""

from dataclasses import replace
from pathlib import Path

import click

from attestor.cli.audit_evidence import coverage_command, proof_command
from attestor.cli.audited import AskedRegistry, Audited
from attestor.cli.config_options import chains_of, config_options, from_file
from attestor.cli.database_option import database_option
from attestor.cli.endpoint_options import check_headers_option, rpc_url_option
from attestor.cli.groups import Group
from attestor.cli.types import ADDRESS
from attestor.core.report_data import Layout
from attestor.errors import ConfigurationInvalid

FORMATS = ("table", "json", "csv")


@click.group(cls=Group, invoke_without_command=True)
@database_option()
@config_options
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.pass_context
def command(
    context: click.Context, database: Path, file: Path | None, chain: str | None, form: str
) -> None:
    """Show the registration history, or verify it against the chain."""
    chains = chains_of(file, chain)
    configured = chains.named(None).config if chains is not None else None
    path = from_file(context, "database", configured.store_path if configured else None)
    audited = Audited(path, form, configured)
    context.obj = audited
    if context.invoked_subcommand is None:
        from attestor.cli.audit_work import show_history

        show_history(audited)


command.add_command(proof_command)
command.add_command(coverage_command)


@command.command("batches")
@click.pass_obj
def batches_command(audited: Audited) -> None:
    """Show every batch of Scroll that attestor avs signed a statement about.

    Its database is --database attestor-avs.sqlite, unless another was named there.
    """
    from attestor.cli.audit_work import show_batches

    show_batches(audited)


@command.command("verify")
@rpc_url_option("JSON-RPC endpoint of a node to compare with", required=False)
@check_headers_option()
@click.option(
    "--registry",
    type=ADDRESS,
    envvar="ATTESTOR_CHAIN_REGISTRY",
    help="Address of the TEERegistry.",
)
@click.option(
    "--registry-kind",
    type=click.Choice([str(layout) for layout in Layout]),
    default=str(Layout.ATTESTOR),
    show_default=True,
    envvar="ATTESTOR_CHAIN_REGISTRY_KIND",
    help="Type of the registry, as chain.registry_kind  [ATTESTOR_CHAIN_REGISTRY_KIND].",
)
@click.pass_context
def verify_command(
    context: click.Context,
    rpc_url: tuple[str, ...] | None,
    registry: bytes | None,
    registry_kind: str,
    check_headers: bool,
) -> None:
    """Verify the hash chain, the tables, and with a node the registry's events.

    Upstream's registry has no events: what was sent is compared with the chain's transactions and
    the registry's record, and what cannot be compared is said. Lists every fault, and exits with
    code 4 if there is one.
    """
    audited: Audited = context.obj
    if (given := audited.config) is not None:
        rpc_url = from_file(context, "rpc_url", given.rpc_urls)
        registry = from_file(context, "registry", audited.registry)
        registry_kind = from_file(context, "registry_kind", given.chain_registry_kind)
        check_headers = from_file(context, "check_headers", given.chain_check_headers)
    asked = None
    if rpc_url and registry:
        asked = AskedRegistry(rpc_url, registry, check_headers, Layout(registry_kind))
    elif rpc_url or registry:
        missing = "--registry" if rpc_url else "--rpc-url"
        raise ConfigurationInvalid(
            "a comparison with the chain needs a node and the registry", hint=f"set {missing} too"
        )
    from attestor.cli.audit_work import verify_history

    verify_history(audited, asked)


@command.command("policy")
@rpc_url_option(
    "Read the chain, from this node, instead of the database", required=False, by_environment=False
)
@check_headers_option()
@click.option(
    "--registry",
    type=ADDRESS,
    envvar="ATTESTOR_CHAIN_REGISTRY",
    help="The TEERegistry's address. Without it, and without a file, all that the database has.",
)
@click.option(
    "--from-block",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="First block, with --rpc-url.",
)
@database_option(default=None)
@click.pass_context
def policy_command(
    context: click.Context,
    rpc_url: tuple[str, ...] | None,
    registry: bytes | None,
    check_headers: bool,
    from_block: int,
    database: Path | None,
) -> None:
    """Show every change of the registry's policy, and what was revoked or evicted.

    From the database: with the sender and time of each transaction, and changes that the chain took
    back. With --rpc-url from the chain itself.
    """
    audited: Audited = context.obj
    if database is not None:
        audited = replace(audited, path=database)
    registry = from_file(context, "registry", audited.registry)
    from attestor.cli.audit_work import show_noted_policy, show_policy

    if rpc_url is None:
        show_noted_policy(audited, registry)
        return
    if registry is None:
        raise ConfigurationInvalid("which registry is not known", hint="set --registry")
    show_policy(audited, AskedRegistry(rpc_url, registry, check_headers), from_block)
