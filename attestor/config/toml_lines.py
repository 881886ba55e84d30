"""In which line of a TOML file each option is."""

import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]
"""Names of tables, and of the key in the last one."""


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, where the value of each path begins, of a file that tomllib reads.

    Each statement of TOML is a document by itself, so lines are gathered until they are one:
    tomllib decides where a value ends, and nothing is parsed twice over.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    gathered, first = "", 1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if not gathered:
            first = number
        gathered += line
        try:
            said = tomllib.loads(gathered)
        except tomllib.TOMLDecodeError:
            continue
        paths = list(_paths(said))
        if gathered.lstrip().startswith("["):
            table = paths[0]
            found.setdefault(table, first)
        else:
            for path in paths:
                found.setdefault(table + path, first)
        gathered = ""
    return found


def _paths(said: dict[str, Any]) -> Iterator[Path]:
    """Of each table and key in it, the innermost first."""
    for name, value in said.items():
        if isinstance(value, dict):
            for path in _paths(value):
                yield (name, *path)
        yield (name,)
