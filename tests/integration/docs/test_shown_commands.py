"""What README and docs tell a reader to type, typed in their order beside a running stack."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import pytest
from cases import shown_commands as table
from cases.reader import Reader, filled, taking
from cases.shown import PAGES, Line, blocks, command_lines
from conftest import VECTORS

from attestor.cli.types import BUILT

LINES = {page: command_lines(page, ("curl", "sqlite3")) for page in PAGES}
OWN = {line.arguments for lines in LINES.values() for line in lines if line.arguments}
SHELL = {line.text for lines in LINES.values() for line in lines if line.arguments is None}
MISSING = {
    *([] if VECTORS.is_dir() else [table.VECTORS]),
    *([] if (BUILT / table.SCROLL_EXECUTOR).exists() else [table.SCROLL_EXECUTOR]),
    *(name for name in ("curl", "jq", "sqlite3") if shutil.which(name) is None),
}
HELP = "tests/cases/shown_commands.py says what is run, and how"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    made = Reader(tmp_path_factory.mktemp("reader"))
    with ExitStack() as ending:
        ending.callback(made.stop)
        if VECTORS.is_dir():
            ending.enter_context(taking(VECTORS, made))
        yield made


@pytest.fixture
def typing(reader: Reader) -> Iterator[Reader]:
    yield reader
    reader.end_services()


def beginning(line: str, of: tuple[str, ...]) -> str | None:
    return next((first for first in of if line.startswith(first)), None)


def missing(line: str) -> set[str]:
    """What it needs that is not everywhere, and is not here."""
    return MISSING & {*table.NEEDS.get(line, ()), *re.findall(r"\w+", line)}


def fault_of_command(reader: Reader, line: str) -> str | None:
    """Why a command of attestor did not do as it should; one that was typed before is not again."""
    if line in table.NOT_RUN or missing(line):
        return None
    arguments = filled(table.COMPLETED.get(line, line), table.FILLED, reader.names)
    if arguments in reader.typed:
        return None
    reader.typed.add(arguments)
    if line in table.SERVED:
        said = reader.serve(arguments, table.SERVED[line])
        return None if table.SERVED[line] in said else f"attestor {arguments}: ended: {said}"
    if arguments.startswith("resume"):
        reader.halt()
    ended = reader.run(arguments, "y\n" if arguments.startswith(table.ANSWERED) else "")
    status, told = table.ENDS.get(line, (0, ""))
    if ended.returncode == status and told in ended.stdout and "Traceback" not in ended.stdout:
        return None
    return f"attestor {arguments}: status {ended.returncode}, not {status}: {ended.stdout}\n{HELP}"


def fault_of_shell(reader: Reader, lines: list[str]) -> str | None:
    typed = [line for line in lines if beginning(line, table.IN_SHELL)]
    text = "\n".join(filled(line, table.FILLED_IN_SHELL, reader.names) for line in typed)
    if not typed or text in reader.typed or missing(text):
        return None
    reader.typed.add(text)
    ended = reader.shell(text)
    return f"{text}: {ended.returncode}: {ended.stdout}" if ended.returncode else None


def faults(reader: Reader, lines: list[Line]) -> list[str]:
    """Of a page, from its top; lines of shell that are shown together share their variables."""
    found = []
    for _, group in groupby(lines, lambda line: line.group):
        together = list(group)
        own = [line.arguments for line in together if line.arguments]
        found += [fault_of_command(reader, line) for line in own]
        found += [fault_of_shell(reader, [line.text for line in together if not line.arguments])]
    return [fault for fault in found if fault is not None]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands__typed_as_the_page_shows__end_as_they_should(page: Path, typing: Reader) -> None:
    assert "\n".join(faults(typing, LINES[page])) == ""
    given = ((line, missing(line.arguments or line.text)) for line in LINES[page])
    left_out = {line.text: needed for line, needed in given if needed}
    if left_out:
        pytest.skip(f"the others did; not here: {left_out}")


def test_commands__one_that_fails__is_told_with_what_it_said(typing: Reader) -> None:
    wrong = [
        Line("attestor quote none.bin", "quote none.bin", 0),
        Line("curl -s file:/no", None, 1),
    ]
    first, second = faults(typing, wrong)
    assert first.startswith("attestor quote none.bin: status 2, not 0: ")
    assert "none.bin" in first.removeprefix("attestor quote none.bin")
    assert second.startswith("curl -s file:/no: 37")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python__each_program_of_the_page__runs(page: Path, reader: Reader) -> None:
    """Tests of the example are run by its own test."""
    for language, text in blocks(page):
        if language != "python" or "def test_" in text:
            continue
        given = (
            "from attestor.programs import elf as program, fibonacci\n"
            f"elf, program_vkey = program('fibonacci'), bytes.fromhex('{vkey(reader)}')\n"
        )
        ended = reader.python(given + filled(text, table.FILLED_IN_PYTHON, reader.names))
        assert ended.returncode == 0, ended.stdout


def vkey(reader: Reader) -> str:
    return reader.names["program_vkey"].removeprefix("0x")


def test_shell__each_line__is_run_or_has_a_reason() -> None:
    known = (*table.IN_SHELL, *table.NOT_RUN_IN_SHELL)
    assert {line for line in SHELL if beginning(line, known) is None} == set(), HELP


def test_tables__each_row__is_of_some_page() -> None:
    """What pages no longer show leaves the tables, too."""
    for rows in (table.COMPLETED, table.ENDS, table.NEEDS, table.NOT_RUN, table.SERVED):
        assert set(rows) - OWN == set()
    for first in (*table.IN_SHELL, *table.NOT_RUN_IN_SHELL):
        assert any(line.startswith(first) for line in SHELL), first
    lines = OWN | {*table.COMPLETED.values()}
    assert [one for one, _ in table.FILLED if not any(re.search(one, line) for line in lines)] == []
