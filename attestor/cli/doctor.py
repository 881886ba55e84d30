"""`attestor doctor`."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from attestor import config
from attestor.cli import json_out, terminal
from attestor.cli.run import config_options
from attestor.config import names
from attestor.errors import NotReady

if TYPE_CHECKING:
    from attestor.doctor.finding import Check

STYLES = {"ok": "green", "warning": "yellow", "failed": "red"}


@click.command(context_settings={"token_normalize_func": names.current_flag})
@click.option("--config", "file", type=click.Path(path_type=Path), help="TOML file with options.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per finding.")
@click.option(
    "--chain", metavar="NAME", help="The chain to check, where the file has several: one at a time."
)
@config_options
def command(file: Path | None, as_json: bool, chain: str | None, **flags: str | None) -> None:
    """Check everything that the daemon assumes, and say what to do first.

    Takes the configuration of attestor run. Nothing is sent, and nothing is written: one signer is
    made, quoted, simulated against the registry, and forgotten. Exits with code 2 unless all that
    is needed is there.
    """
    loaded = config.load(file, os.environ, flags, chain=chain)
    from attestor.doctor.checks import checks

    terminal.set_up_log("ERROR")
    tell(checks(loaded), as_json)


def tell(checks: "Sequence[tuple[str, Check]]", as_json: bool) -> None:
    """Show each finding as it comes, and the verdict. Raises `NotReady`."""
    from attestor.doctor.finding import State, examine, verdict

    findings = []
    for finding in examine(checks):
        findings.append(finding)
        if as_json:
            json_out.tell(asdict(finding), indent=None)
            continue
        state = click.style(f"{finding.state:<8}", fg=STYLES[finding.state])
        click.echo(f"{state} {finding.check:<13} {finding.found}")
        if finding.advice:
            click.echo(f"{'':<22} {finding.advice}")
    told = verdict(findings)
    if any(finding.state is State.FAILED for finding in findings):
        raise NotReady(told)
    if not as_json:
        click.echo(told)
