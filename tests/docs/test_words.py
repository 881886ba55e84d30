"""Words that a reader of the field would read twice are not used (see docs/glossary.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from attestor.config import ROOT

UNUSED = {
    r"mend(s|ed|ing)?\b": "fix",
    r"in vain\b": "needlessly",
    r"for ever\b": "forever",
    r"to be had\b": "available",
    r"upkeep\b": "collateral",
    r"drawers?\b": "module",
    r"holds long enough\b": "valid beyond the renewal margin",
    r"stands? (already|there|on chain)\b": "is deployed, is on chain",
    r"speaks? the wire\b": "is wire-compatible",
    r"most to offer\b": "maximum fee",
    r"looks at the (head|chain|collateral)\b": "polls, checks",
    r"hostile hands\b": "untrusted",
}
"""Patterns, and what to write instead. Only what is never right; the rest is for reviewers."""

OLD_NAMES = {"CHANGELOG.md", "attestor/config/names.py", "attestor/audit/old_names.py"}
"""Files that have to name what had another name before."""

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
MODULES = sorted((ROOT / "attestor").rglob("*.py"))


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line numbers and texts: of a page all, of a module its sentences and docstrings."""
    if path.suffix == ".md":
        yield from enumerate(path.read_text().splitlines(), 1)
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, " ".join(node.value.split())


def found_in(path: Path) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}: {match.group()!r}: write {UNUSED[pattern]!r}"
        for line, text in texts(path)
        for pattern in UNUSED
        for match in re.finditer(rf"\b{pattern}", text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("path", [*PAGES, *MODULES], ids=lambda path: str(path.relative_to(ROOT)))
def test_words__unusual_ones__are_not_used(path: Path) -> None:
    if str(path.relative_to(ROOT)) not in OLD_NAMES:
        assert found_in(path) == []
