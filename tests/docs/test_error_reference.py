"""What docs/errors.md advises can be followed: its options and commands exist."""

import re
from dataclasses import fields
from typing import Any

import click
import pytest
from cases.error_leaves import leaves

from attestor.cli import COMMANDS, group
from attestor.config import ROOT, Config, names

PAGE = (ROOT / "docs" / "errors.md").read_text()
OPTIONS = {names.key(known) for known in fields(Config)}
TABLES = {option.partition(".")[0] for option in OPTIONS}


def test_page__lists_each_code__once() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.M)
    assert sorted(listed) == sorted(leaf.code for leaf in leaves())


def test_row__every_error__has_meaning_and_advice() -> None:
    for row in re.findall(r"^\| `\w+` \|.*$", PAGE, re.M):
        assert all(cell.strip() for cell in row.strip("|").replace("\\|", "").split(" | ")), row


@pytest.mark.parametrize("option", sorted(set(re.findall(r"\b[a-z]+\.[a-z_]+\b", PAGE))))
def test_option__named_on_the_page__exists(option: str) -> None:
    if option.partition(".")[0] in TABLES:
        assert option in OPTIONS or any(known.startswith(option + "_") for known in OPTIONS)


def test_command__named_on_the_page__exists() -> None:
    named = re.findall(r"attestor ([a-z0-9-]+)(?: ([a-z]+))?", PAGE)
    followed = [words for words in named if words[0] in COMMANDS]
    assert len(followed) > 5
    for first, second in followed:
        command: Any = group.get_command(click.Context(group), first)
        if isinstance(command, click.Group) and second:
            assert second in command.commands, f"attestor {first} {second}"
