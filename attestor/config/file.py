"""The options that a TOML file gives: those of all chains, and those of each one."""

import codecs
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from attestor import regular_file
from attestor.config import names, nearest
from attestor.config.given import Given, Options
from attestor.config.options import Config
from attestor.config.toml_lines import lines_of

CHAINS = "chains"
"""The table that has a table for each chain, by its name."""
MAX_BYTES = 1 << 20
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_AT = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL)


@dataclass
class FileOptions:
    """A file's options; `chains` in the order of the file. `notes` is what works and should be
    written otherwise."""

    shared: Options = field(default_factory=dict)
    chains: dict[str, Options] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    is_empty: bool = False
    is_whole: bool = True
    """Not where the file could not be read, or is no TOML."""


def read(file: Path | None, faults: list[str]) -> FileOptions:
    """What a file says, nothing without one; unknown keys are faults."""
    if file is None:
        return FileOptions()
    text = _text(file, faults)
    if text is None:
        return FileOptions(is_whole=False)
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        faults.append(_syntax(file, error))
        return FileOptions(is_whole=False)
    return _Reader(file, lines_of(text), faults).read(tables)


def _text(file: Path, faults: list[str]) -> str | None:
    try:
        data = regular_file.read(file, MAX_BYTES + 1)
    except OSError as error:
        faults.append(f"cannot read {file}: {error.strerror}; --config names the file")
        return None
    if len(data) > MAX_BYTES:
        faults.append(f"cannot read {file}: it has more than {MAX_BYTES} bytes; --config names it")
        return None
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        told = "it begins with a byte order mark"
        faults.append(f"cannot read {file}:1: {told}; save it as UTF-8 without one")
        return None
    try:
        # Lines end as tomllib wants them.
        return data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(f"cannot read {file}:{line}: it is not UTF-8; save it as UTF-8")
        return None


def _syntax(file: Path, error: Exception) -> str:
    """A fault of the form, with its place. What tomllib quotes of the file may be a secret."""
    found = _AT.fullmatch(str(error))
    if found is None:
        what = "it ends too early" if "end of document" in str(error) else "it is not TOML"
        return f"cannot read {file}: {what}; look at its last lines"
    what = re.sub(r"('[^']*'|\"[^\"]*\")", "…", found["what"])
    return (
        f"cannot read {file}:{found['line']}:{found['column']}: {what}; "
        "text needs quotes, and tables and keys a line of their own"
    )


class _Reader:
    """Goes through the tables of one file."""

    def __init__(self, file: Path, lines: dict[tuple[str, ...], int], faults: list[str]) -> None:
        self._file = str(file)
        self._lines = lines
        self._faults = faults
        self._found = FileOptions()
        self._known = {known.name for known in fields(Config)}

    def read(self, tables: dict[str, Any]) -> FileOptions:
        """All options of the file."""
        self._found.is_empty = not tables
        chains = tables.pop(CHAINS, {})
        for table, content in tables.items():
            if isinstance(content, dict):
                self._take(self._found.shared, table, content, (table,))
            elif isinstance(content, list) and any(isinstance(one, dict) for one in content):
                self._fault((table,), f"is a list of tables; write [{table}], once")
            else:
                advice = nearest.advice_for_table(table)
                self._fault((table,), nearest.told("is not inside a table", advice))
        if not isinstance(chains, dict):
            self._fault((CHAINS,), "is not a table; a chain is a table [chains.NAME]")
            return self._found
        for name, content in chains.items():
            if not isinstance(content, dict):
                told = "is not a table; a chain is a table [chains.NAME]"
                self._fault((CHAINS, name), told)
            elif not _NAME.fullmatch(name):
                self._faults.append(
                    f"{CHAINS}.{name!r:.40} is no name of a chain: a letter a to z, then letters, "
                    "digits and hyphens, 32 at most"
                )
            else:
                self._found.chains[name] = self._of_chain(name, content)
        return self._found

    def _of_chain(self, name: str, content: dict[str, Any]) -> Options:
        """A chain's table: what is in `[chain]` for a single one, and tables inside for the
        rest."""
        found: Options = {}
        where = (CHAINS, name)
        own = {key: value for key, value in content.items() if not isinstance(value, dict)}
        self._take(found, "chain", own, where)
        for table, inside in content.items():
            if isinstance(inside, dict):
                self._take(found, table, inside, (*where, table))
        for option in sorted((self._known - names.PER_CHAIN) & set(found)):
            given = found.pop(option)
            shared = given.origin.removeprefix(".".join(where) + ".")
            self._faults.append(f"{given.place} is the same for all chains: set {shared}")
        return found

    def _take(
        self, found: Options, table: str, content: dict[str, Any], where: tuple[str, ...]
    ) -> None:
        """Add a table's options; `where` is how the table is called in the file."""
        prefix = names.RENAMED_TABLES.get(table, table)
        if prefix != table:
            told = f"[{table}] is called [{prefix}] now"
            self._found.notes.append(f"{self._at(where)}{told}")
        for name, value in content.items():
            option, path = f"{prefix}_{name}", (*where, name)
            origin = ".".join(path)
            if option in found:
                self._fault(path, f"is also given as {found[option].origin}; leave one of them")
            elif option in self._known:
                found[option] = Given(value, origin, self._file, self._lines.get(path, 0))
            else:
                advice = nearest.advice_for_key(f"{prefix}.{name}")
                self._fault(path, nearest.told("is not an option", advice))

    def _fault(self, path: tuple[str, ...], told: str) -> None:
        self._faults.append(f"{self._at(path)}{'.'.join(path)} {told}")

    def _at(self, path: tuple[str, ...]) -> str:
        line = self._lines.get(path, 0)
        return f"{self._file}:{line}: " if line else f"{self._file}: "
