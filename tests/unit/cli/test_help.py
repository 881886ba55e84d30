"""--help of every command, as somebody reads it for the first time."""

import re

import click
import pytest
from cases.command_lines import commands
from click.testing import CliRunner

from attestor import cli


def groups() -> list[str]:
    context = click.Context(cli.group)
    found = ((name, cli.group.get_command(context, name)) for name in cli.COMMANDS)
    return [name for name, command in found if isinstance(command, click.Group)]


@pytest.mark.parametrize("name", groups())
def test_help__of_a_group__cuts_no_line_off(name: str) -> None:
    told = CliRunner().invoke(cli.group, [name, "--help"]).output
    assert not re.search(r"\w\.\.\.$", told, re.MULTILINE)


@pytest.mark.parametrize("path", [path for path, _ in commands(cli.group)], ids=" ".join)
def test_help__of_each_command__names_types_as_people_do(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(cli.group, [*path, "--help"]).output
    assert "0X TEXT" not in told
    assert "NUMBER RANGE" not in told
