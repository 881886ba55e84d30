"""`attestor avs`, and its doctor."""

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from attestor.cli.avs_options import avs_options
from attestor.cli.groups import Group


@click.group(cls=Group, invoke_without_command=True)
@avs_options
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Serve operators of the Multi-Prover AVS, in place of Automata's prover.

    docs/avs.md says what is served.
    """
    if ctx.invoked_subcommand is None:
        _serve(**given)
        return
    named = {
        name: value
        for name, value in given.items()
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    # So that "doctor" can be put after the line by which the service is started.
    ctx.default_map = {ctx.invoked_subcommand: named}


@command.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per finding.")
@avs_options
def doctor_command(as_json: bool, **given: Any) -> None:
    """Check all that the service assumes, and say what to do first.

    Takes the options of attestor avs. Nothing is written: one key is made, quoted and forgotten,
    and the newest block of the Scroll node is executed. Exits with code 2 unless all that is needed
    is there.
    """
    from attestor.cli import terminal
    from attestor.cli.avs_examined import examined_of
    from attestor.cli.doctor import tell
    from attestor.doctor.avs.checks import checks

    terminal.set_up_log("ERROR")
    tell(checks(examined_of(**given)), as_json)


def _serve(
    port: int,
    file: Path,
    sampling: int,
    force_with_context: bool,
    insecure: bool,
    dummy_attestation_report: bool,
    host: str,
    allow: tuple[str, ...],
    client_ca: Path | None,
    stop_seconds: float,
    log_level: str,
    l1_chain_id: int,
    quotes: str,
    **options: Any,
) -> None:
    import asyncio
    from contextlib import ExitStack

    from loguru import logger

    from attestor.avs import prover_file, service
    from attestor.cli import terminal
    from attestor.cli.avs_parts import build, keep_memory, provider_of
    from attestor.core.events import Event
    from attestor.errors import ConfigurationInvalid
    from attestor.http import tls_files
    from attestor.http.allow_list import AllowList
    from attestor.http.process_limits import give_memory_back, raise_file_limit
    from attestor.http.server import listen

    terminal.set_up_log(log_level, "auto")
    provider = provider_of(quotes, l1_chain_id)
    keep_memory(provider)
    read = prover_file.read(file)
    if client_ca is not None and read.tls_prefix is None:
        raise ConfigurationInvalid(
            "--client-ca needs TLS, and server.tls is empty", hint=f"set server.tls in {file}"
        )
    tls = tls_files.from_prefix(read.tls_prefix, client_ca) if read.tls_prefix else None
    serving = service.Serving(read.body_limit, AllowList.parse(allow, "--allow"), tls, stop_seconds)
    service.tls_context(serving)
    if insecure or dummy_attestation_report:
        logger.bind(event=Event.AVS_OPTION_WITHOUT_EFFECT).warning(
            "--insecure and --dummy_attestation_report have no effect"
        )
    raise_file_limit()
    give_memory_back()
    with ExitStack() as opened:
        listening = opened.enter_context(
            listen(host, port, "avs", hint="choose another -p, or --host")
        )
        parts = build(opened, read, force_with_context, sampling, l1_chain_id, provider, **options)
        asyncio.run(service.serve(listening, serving, parts))
