"""Every command of the command line, and what it cannot do without."""

from collections.abc import Iterator

import click

VALUES = {"address": "0x" + "11" * 20, "url": "http://127.0.0.1:1", "integer": "1"}
"""Of what a command cannot do without, by the type's name."""


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if not isinstance(found, click.Group) or found.invoke_without_command:
            yield (*path, name), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


def given(one: click.Parameter, taken: click.Parameter | None) -> list[str]:
    """What the line has for a parameter."""
    if one is not taken and not one.required:
        return []
    value = "PIPE" if one is taken else VALUES.get(one.type.name, "x")
    if isinstance(one.type, click.Path) and one is not taken:
        value = "FILE"
    return [value] if isinstance(one, click.Argument) else [one.opts[0], value]
