"""The options that a TOML file gives: those of all chains, and those of each one."""

import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from attestor.config import names
from attestor.config.options import Config

CHAINS = "chains"
"""The table that has a table for each chain, by its name."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True)
class Given:
    """What was given for an option, and where: `chain.id`, `--chain-id`, `chains.base.id`."""

    value: Any
    origin: str

    @property
    def is_empty(self) -> bool:
        """Whether it is as good as not given."""
        return self.value in ("", [], ())


Options = dict[str, Given]
"""By the field of `Config`."""


@dataclass
class FileOptions:
    """A file's options; `chains` in the order of the file."""

    shared: Options = field(default_factory=dict)
    chains: dict[str, Options] = field(default_factory=dict)


def read(file: Path | None, faults: list[str]) -> FileOptions:
    """What a file says, nothing without one; unknown keys are faults."""
    found = FileOptions()
    if file is None:
        return found
    try:
        tables = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"cannot read {file}: {error}")
        return found
    chains = tables.pop(CHAINS, {})
    for table, content in tables.items():
        if not isinstance(content, dict):
            faults.append(f"{table} is not inside a table")
            continue
        _take(found.shared, table, content, table, faults)
    if not isinstance(chains, dict):
        faults.append(f"{CHAINS} is not a table")
        return found
    for name, content in chains.items():
        if not isinstance(content, dict):
            faults.append(f"{CHAINS}.{name} is not a table")
        elif not _NAME.fullmatch(name):
            faults.append(
                f"{CHAINS}.{name!r:.40} is no name of a chain: a letter a to z, then letters, "
                "digits and hyphens, 32 at most"
            )
        else:
            found.chains[name] = _of_chain(name, content, faults)
    return found


def _of_chain(name: str, content: dict[str, Any], faults: list[str]) -> Options:
    """A chain's table: what is in `[chain]` for a single one, and tables inside for the rest."""
    found: Options = {}
    where = f"{CHAINS}.{name}"
    own = {key: value for key, value in content.items() if not isinstance(value, dict)}
    _take(found, "chain", own, where, faults)
    for table, inside in content.items():
        if isinstance(inside, dict):
            _take(found, table, inside, f"{where}.{table}", faults)
    of_all = {known.name for known in fields(Config)} - names.PER_CHAIN
    for option in sorted(of_all & set(found)):
        told = found.pop(option).origin
        faults.append(f"{told} is the same for all chains: set {told.removeprefix(where + '.')}")
    return found


def _take(
    found: Options, table: str, content: dict[str, Any], where: str, faults: list[str]
) -> None:
    """Add a table's options; `where` is how the table is called in the file."""
    known = {known.name for known in fields(Config)}
    prefix = names.RENAMED_TABLES.get(table, table)
    for name, value in content.items():
        option, origin = f"{prefix}_{name}", f"{where}.{name}"
        if option in found:
            faults.append(f"{origin} is also given as {found[option].origin}")
        elif option in known:
            found[option] = Given(value, origin)
        else:
            faults.append(f"{origin} is not an option")
