"""What pages show: their blocks, and the command lines in blocks and in sentences."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from attestor.config import ROOT

PAGES = [
    path
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
    if path.name != "CHANGELOG.md"  # It also names what has gone.
]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[\s=])(?:\S*/)?attestor (?=[a-z-])(.*)")
PROGRAM = re.compile(
    r"(?:\$ )?(?:\S*/)?(?:attestor(?= [a-z-])|curl|jq|make|sqlite3|systemctl)(?= )"
)


@dataclass(frozen=True)
class Line:
    """A command line; `arguments` are those of attestor, where it is one of attestor's.

    `group` is the same for all lines that are shown together.
    """

    text: str
    arguments: str | None
    group: int


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """Language and text of each fenced block."""
    for block in FENCE.finditer(page.read_text()):
        yield block[1], block[2].replace("\\\n", " ")


def prose(page: Path) -> str:
    """The page without its blocks."""
    return FENCE.sub("", page.read_text())


def shown(page: Path) -> list[str]:
    """What follows the word attestor in each command line, in a block or in a sentence."""
    texts = [text for language, text in blocks(page) if language not in {"python", "toml"}]
    lines = [line for text in texts for line in text.splitlines() if "docker " not in line]
    lines += CODE.findall(prose(page))
    return [match[1] for line in lines if (match := COMMAND.search(line)) is not None]


def without_notes(line: str) -> str:
    """Of a command line as it is shown: without a comment, brackets of what may be left out, and
    what is not the command's (a redirection, a second command, a drawing)."""
    line = re.split(r" [#>|&─]|`", f"{line} ")[0]
    return " ".join(re.sub(r"[\[\]]", " ", line).split())


def words(line: str) -> list[str]:
    """Those of a command line, without what is left open."""
    return [word for word in shlex.split(without_notes(line)) if word != "…"]


def command_lines(page: Path, programs: tuple[str, ...]) -> list[Line]:
    """All that a reader can type, from the top: each line of a block of shell, what follows a
    prompt in another one, and in sentences the commands of attestor and of `programs`."""
    found = []
    for group, (language, text) in enumerate(blocks(page)):
        if language == "sh":
            found += [(line, group) for line in text.splitlines() if not _is_comment(line)]
        else:
            lines = [line.strip() for line in text.splitlines()]
            found += [(line[2:], group) for line in lines if line.startswith("$ ")]
    for group, code in enumerate(CODE.findall(prose(page)), 1000):
        first = code.split(" ")[0].rsplit("/", 1)[-1]
        if " " in code and first in ("attestor", *programs):
            found.append((code, group))
    return [_line(text, group) for text, group in found]


def unmarked(page: Path) -> list[str]:
    """Lines that look like commands, in blocks that are not marked as shell."""
    return [
        line
        for language, text in blocks(page)
        if language == ""
        for line in text.splitlines()
        if PROGRAM.match(line.strip()) and not line.strip().startswith("$ ")
    ]


def _is_comment(line: str) -> bool:
    return not line.strip() or line.strip().startswith("#")


def _line(text: str, group: int) -> Line:
    own = re.fullmatch(r"(?:\S*/)?attestor (?=[a-z-])(.*)", text.strip())
    return Line(text.strip(), without_notes(own[1]) if own else None, group)
