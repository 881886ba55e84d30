"""Whatever nodes, clients and operators say: it is text on the page and on the terminal."""

import json
from contextlib import suppress
from typing import Any, get_type_hints

from hypothesis import given
from hypothesis import strategies as st
from unit.status.test_page import Outline

from attestor.errors.daemon import StatusInvalid
from attestor.status import document as shapes
from attestor.status.codec import from_json, to_json
from attestor.status.document import Document, Time
from attestor.status.page import as_page
from attestor.status.text import as_text

SHAPING = {"stage", "state"}
"""Fields whose words decide what is drawn: they are the daemon's own."""
HOSTILE = st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=y>', "</main>", "]]>", "<!--", "&lt;"]
)
TEXTS = st.one_of(HOSTILE, st.text(max_size=30), st.just("0x" + "ab" * 20))
TIMES = st.floats(0, 4e9).map(Time)
COUNTS = st.integers(-(2**63), 2**63)


def strategy(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if hint is Time:
        return TIMES
    if hint is str:
        return TEXTS
    if hint is int:
        return COUNTS
    if hint is bool:
        return st.booleans()
    if hasattr(hint, "__dataclass_fields__"):
        made = {name: strategy(one) for name, one in get_type_hints(hint).items()}
        if hint is Document:
            made["format"] = st.just(shapes.FORMAT)
        return st.builds(hint, **made)
    arguments = getattr(hint, "__args__", ())
    if type(None) in arguments:
        return st.none() | strategy(next(one for one in arguments if one is not type(None)))
    if hint.__origin__ is tuple:
        return st.lists(strategy(arguments[0]), max_size=3).map(tuple)
    return st.dictionaries(TEXTS, COUNTS, max_size=3)


DOCUMENTS = strategy(Document)


def plain(value: Any, name: str = "") -> Any:
    """The same document as JSON, whose texts are harmless."""
    if isinstance(value, dict):
        if name == "failed_by_code":
            return {f"x{place}": count for place, count in enumerate(value.values())}
        return {key: plain(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one, name) for one in value]
    return "x" if isinstance(value, str) and value and name not in SHAPING else value


@given(DOCUMENTS)
def test_page__any_text__yields_no_markup(document: Document) -> None:
    harmless = from_json(plain(to_json(document)))
    assert Outline(as_page(document)).seen == Outline(as_page(harmless)).seen


@given(DOCUMENTS)
def test_text__any_text__yields_neither_lines_nor_control_characters(document: Document) -> None:
    told = as_text(document)
    harmless = as_text(from_json(plain(to_json(document))))
    assert len(told.split("\n")) == len(harmless.split("\n"))
    assert all(char.isprintable() for char in told.replace("\n", ""))


@given(DOCUMENTS)
def test_json__any_document__comes_back(document: Document) -> None:
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json__anything__is_a_document_or_an_error(found: Any) -> None:
    with suppress(StatusInvalid):
        from_json(found)
