"""Links between the documents lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)


def anchors(document: Path) -> set[str]:
    """The names of a document's headings, as GitHub makes them."""
    headings = (text.lower() for text in HEADING.findall(document.read_text()))
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in headings}


def broken(document: Path) -> list[str]:
    """The links of a document to this repository that lead nowhere."""
    found = []
    for link in LINK.findall(document.read_text()):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links__of_each_document__lead_somewhere(document: Path) -> None:
    assert broken(document) == []


def test_broken__link_without_its_heading_or_file__is_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("# Two words\n[a](#two-words) [b](#two-word) [c](b.md) [d](https://x.y)\n")
    assert broken(document) == ["#two-word", "b.md"]
