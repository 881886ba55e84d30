"""Every command line, option, target and import that a page shows is one that exists."""

import ast
import importlib.util
import re
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from cases.shown import CODE, PAGES, blocks, prose, shown, unmarked, words

from attestor import cli, config
from attestor.config import ROOT, Config

PLACEHOLDER = re.compile(r"…|^[A-Z0-9_]+$|^0x")

FOREIGN = {
    "--attestor": "pytest, as the beginning of the plugin's",
    "--chain-id": "web3signer",
    "--health-cmd": "docker",
    "--http": "geth",
    "--manifest-path": "cargo",
    "--match-path": "forge",
    "--no-deps": "pip",
    "--publish": "docker",
    "--require-hashes": "pip",
    "--target": "rustup",
}
"""Options of other programs, which pages name as well."""
OTHER_TABLES = ("profile.", "project.", "tool.")
"""Of foundry.toml and pyproject.toml."""


def fault(arguments: list[str]) -> str | None:
    """Why click would not take these words; None where it would."""
    command: click.Command = cli.group
    context = click.Context(command, info_name="attestor")
    while True:
        parser = command.make_parser(context)
        try:
            values, rest, _ = parser.parse_args(list(arguments))
        except click.UsageError as error:
            return error.format_message()
        for option in command.params:
            value = values.get(option.name or "")
            choices = option.type.choices if isinstance(option.type, click.Choice) else ()
            stated = isinstance(value, str) and not PLACEHOLDER.search(value)
            if choices and stated and value not in choices:
                return f"{option.opts[0]} is not {value}"
        if not isinstance(command, click.Group) or not rest:
            return None
        found = command.get_command(context, rest[0])
        if found is None:
            return f"{context.info_name} has no command {rest[0]}"
        context = click.Context(found, info_name=rest[0], parent=context)
        command, arguments = found, rest[1:]


def faults(page: Path) -> list[str]:
    found = []
    for line in shown(page):
        given = words(line)
        # An option that a sentence names, or that an example leaves open, stands without its value.
        told = fault(given) and fault([*given, "X"])
        if told is not None:
            found.append(f"attestor {line}: {told}")
    return found


def options_of(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield from parameter.opts
        yield from parameter.secondary_opts
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from options_of(found)


@cache
def options_of_commands() -> frozenset[str]:
    return frozenset(options_of(cli.group))


@cache
def options_of_scripts() -> set[str]:
    """What benchmarks and other scripts of this repository take."""
    scripts = [*ROOT.glob("scripts/**/*.py"), *ROOT.glob("tests/storm/*.py")]
    return {name for path in scripts for name in re.findall(r'"(--[a-z-]+)"', path.read_text())}


def id_of(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_commands__each_one_shown__is_one_that_click_takes(page: Path) -> None:
    assert faults(page) == []


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_blocks__with_commands__are_marked_as_shell(page: Path) -> None:
    """Only there each line counts as a command, which tests/integration/docs runs."""
    assert unmarked(page) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("attestor status --config FILE --wach", "No such option '--wach'"),
        ("attestor run --chain-rpc-urll …", "No such option '--chain-rpc-urll'"),
        ("/opt/bin/attestor audit --format xml", "--format is not xml"),
        ("attestor db copy FILE", "db has no command copy"),
        ("attestor dance", "attestor has no command dance"),
    ],
)
def test_commands__one_that_does_not_exist__is_found(tmp_path: Path, line: str, told: str) -> None:
    page = tmp_path / "page.md"
    for text in (f"```\n{line}  # why\n```\n", f"See `{line}`.\n"):
        page.write_text(text)
        (found,) = faults(page)
        assert told in found


def test_commands__of_all_pages__are_found() -> None:
    assert len([line for page in PAGES for line in shown(page)]) > 80


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_options__each_one_named__is_one_of_some_command(page: Path) -> None:
    known = {*options_of_commands(), "--help", "-h", *FOREIGN, *options_of_scripts()}
    named = {
        word
        for code in CODE.findall(prose(page))
        if " " not in code.split("--")[0]
        for word in re.findall(r"(?<![\w-])--[a-z][a-z_-]*[a-z]", code)
    }
    assert {name for name in named if name not in known} == set()


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_keys__each_one_named__is_an_option_of_the_configuration(page: Path) -> None:
    known = {config.key(field) for field in fields(Config)}
    tables = {key.split(".")[0] for key in known}
    named = {
        match[0]
        for code in CODE.findall(prose(page))
        if (match := re.match(r"([a-z_]+)\.([a-z_]+[a-z])(?![\w.(/]|…)", code))
        and match[1] in tables
        and not (ROOT / "attestor" / match[1] / f"{match[2]}.py").exists()
    }
    files = {name for name in named if name.endswith((".py", ".sol", ".rs", ".md", ".json"))}
    assert named - known - files == set()


def options_in(table: dict[str, Any], name: str = "") -> Iterator[str]:
    """The names of the options in a configuration, those of one chain by the names of all."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from options_in(value, f"{name}{key}.")
        else:
            of_chain = re.fullmatch(r"chains\.\w+\.(\w+\.)?", name)
            yield f"{of_chain[1] or 'chain.' if of_chain else name}{key}"


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_toml__each_block__has_options_that_exist(page: Path) -> None:
    known = {config.key(field) for field in fields(Config)}
    for language, text in blocks(page):
        if language == "toml":
            given = set(options_in(tomllib.loads(textwrap.dedent(text))))
            assert {name for name in given - known if not name.startswith(OTHER_TABLES)} == set()


def test_toml__option_that_does_not_exist__is_found() -> None:
    text = "[api]\nprot = 1\n[chains.base]\nid = 1\n[chains.base.payer]\nkey = 'x'\n"
    assert set(options_in(tomllib.loads(text))) == {"api.prot", "chain.id", "payer.key"}


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_make__each_target_shown__exists(page: Path) -> None:
    files = [ROOT / "Makefile", *(ROOT / "make").glob("*.mk")]
    makefile = "\n".join(path.read_text() for path in files)
    texts = [text for language, text in blocks(page) if language not in {"python", "toml"}]
    lines = [line for text in texts for line in text.splitlines() if "docker " not in line]
    lines += CODE.findall(prose(page))
    for line in lines:
        for target in re.findall(r"^\W*make ([a-z][a-z0-9-]*[a-z0-9])", line):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"no target {target}"


def offers(module: ModuleType, name: str) -> bool:
    """Whether it can be imported from there: what is in it, or a module of a package."""
    is_package = hasattr(module, "__path__")
    inner = f"{module.__name__}.{name}"
    return hasattr(module, name) or (is_package and importlib.util.find_spec(inner) is not None)


@pytest.mark.parametrize("page", PAGES, ids=id_of)
def test_python__each_block__imports_what_exists(page: Path) -> None:
    for language, text in blocks(page):
        if language != "python":
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("attestor"):
                module = importlib.import_module(node.module or "")
                names = [name.name for name in node.names]
                assert [name for name in names if not offers(module, name)] == []
