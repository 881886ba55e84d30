"""Whatever nodes, clients and operators say: it is text on the page and on the terminal."""

import json
import random
from contextlib import suppress
from dataclasses import replace
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import given
from hypothesis import strategies as st
from unit.status.test_page import Outline

from attestor.errors.readiness import StatusInvalid
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
WORDS = st.lists(TEXTS, min_size=4, max_size=12)
SEEDS = st.integers(0, 2**32)


class Making:
    """Values of every field's type, with texts of a list: drawing each by itself takes too long."""

    def __init__(self, texts: list[str], seed: int) -> None:
        self._texts = texts
        self._random = random.Random(seed)

    def document(self) -> Document:
        found: Document = replace(self._of(Document), format=shapes.FORMAT)
        return found

    def _of(self, hint: Any) -> Any:
        some = self._random
        if hint is Time:
            return Time(some.choice([0.0, some.uniform(0, 4e9), 1e15]))
        if hint is str:
            return some.choice(self._texts)
        if hint is int:
            return some.choice([0, 1, -1, some.randrange(2**63)])
        if hint is bool:
            return some.random() < 0.5
        if hasattr(hint, "__dataclass_fields__"):
            return hint(**{name: self._of(one) for name, one in get_type_hints(hint).items()})
        arguments = get_args(hint)
        if type(None) in arguments:
            inner = next(one for one in arguments if one is not type(None))
            return None if some.random() < 0.3 else self._of(inner)
        if get_origin(hint) is tuple:
            return tuple(self._of(arguments[0]) for _ in range(some.randrange(3)))
        return {self._of(str): self._of(int) for _ in range(some.randrange(3))}


DOCUMENTS = st.builds(lambda texts, seed: Making(texts, seed).document(), WORDS, SEEDS)


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
