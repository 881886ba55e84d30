"""`attestor avs` without options is where the operator's software looks for it."""

from pathlib import Path

import click
import pytest

from attestor import cli

DEFAULTS = [("port", 18232), ("file", Path("config/prover.json")), ("host", "0.0.0.0")]


@pytest.mark.parametrize(("name", "value"), DEFAULTS)
def test_avs__option_not_given__is_as_in_the_operators_guide(name: str, value: object) -> None:
    context = click.Context(cli.group, info_name="attestor")
    command = cli.group.get_command(context, "avs")
    assert command is not None
    (option,) = [one for one in command.params if one.name == name]
    assert option.get_default(context) == value
