"""Names of events: every line has one from the list, and the list has no others."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import attestor
from attestor.core.events import Event

PACKAGE = Path(attestor.__file__).parent
PAGE = PACKAGE.parent / "docs" / "log-events.md"
LEVELS = {"info", "success", "warning", "error", "critical", "exception", "log"}


def calls() -> Iterator[tuple[str, str | None]]:
    """Each call of the logger at INFO or above: its place, and the event that it names."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            source = ast.unparse(node.func)
            if node.func.attr in LEVELS and re.match(r"(logger|lines)\b", source):
                event = re.search(r"event=Event\.([A-Z_]+)", source)
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", event[1] if event else None


def test_calls__each__has_an_event_of_the_list() -> None:
    nameless = [place for place, event in calls() if event is None]
    # The handler of the standard library's records binds its event a line before.
    assert [place for place in nameless if "observe/logs.py" not in place] == []
    assert {event for _, event in calls() if event} <= set(Event.__members__)


def test_events__each__is_used() -> None:
    text = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    assert [one for one in Event.__members__ if f"Event.{one}" not in text] == []


def test_events__each__is_documented_and_no_other() -> None:
    rows = re.findall(
        r"^\| `([a-z_]+)` \| (.+) \|$", PAGE.read_text().partition("| event |")[2], re.M
    )
    assert rows == [(event.value, event.about) for event in Event], "make events"
