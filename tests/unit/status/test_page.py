"""The page as markup; how it looks is in tests/integration/status."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from cases.status_documents import ALL, LONG, NO_DATA, NOW, READY, UNFUNDED, history

from attestor.status import timeline, words
from attestor.status.document import Payer, Span, Time
from attestor.status.markup import Markup, escaped, joined, tag
from attestor.status.page import as_page
from attestor.status.style import POLICY, SCRIPT, STYLE, _source

VOID = {"meta", "link", "br"}


class Outline(HTMLParser):
    """The elements of a page, which have to be closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", ALL)
def test_page__each_state__is_well_formed_with_one_heading_and_landmarks(name: str) -> None:
    tags = [tag for tag, _ in Outline(as_page(ALL[name])).seen]
    assert tags.count("h1") == tags.count("main") == tags.count("header") == 1
    assert tags.index("h1") < tags.index("h2")


@pytest.mark.parametrize("name", ALL)
def test_page__each_state__loads_nothing_from_elsewhere(name: str) -> None:
    page = as_page(ALL[name])
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert "@import" not in page
    assert "url(" not in page
    assert " style=" not in page
    assert not re.search(r"\son[a-z]+=", page)


def test_policy__of_the_page__allows_its_own_style_and_script_alone() -> None:
    page = as_page(READY)
    assert f"<style>{STYLE}</style>" in page
    assert f"<script>{SCRIPT}</script>" in page
    assert f"style-src {_source(STYLE)}; script-src {_source(SCRIPT)};" in POLICY
    assert "default-src 'none'" in POLICY
    assert "unsafe" not in POLICY


def test_page__without_a_script__refreshes_itself() -> None:
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in as_page(READY)


def test_page__not_ready__has_reasons_with_codes_and_advice() -> None:
    page = as_page(UNFUNDED)
    assert "<title>■ Not ready - attestor</title>" in page
    assert '<code class="code">payer_empty</code>' in page
    assert "Fund 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 on chain 1." in page


def test_page__no_data_yet__says_so() -> None:
    page = as_page(NO_DATA)
    assert "No signer was registered yet." in page
    assert "Not known yet." in page


def test_timeline__gap__is_drawn_and_told() -> None:
    drawn = timeline.figure(UNFUNDED.chains[0], NOW).text
    assert drawn.count('<rect class="gap"') == 2
    assert "2 gaps in the last 2 h 45 min, 7 min without a signer, one ongoing." in drawn


def test_timeline__gap_before_what_is_shown__is_not_told() -> None:
    day = timeline.LONGEST
    spans = (
        Span(Time(NOW - day - 9000), Time(NOW - day - 5000), "a"),
        Span(Time(NOW - day - 5000), Time(NOW - day - 4000)),
        Span(Time(NOW - day - 4000), None, "b"),
    )
    drawn = timeline.figure(replace(READY.chains[0], cover=spans), NOW).text
    assert '<rect class="gap"' not in drawn
    assert "No gap in the last 1 d." in drawn


def test_timeline__a_gap_of_no_length__is_a_line_that_is_seen() -> None:
    spans = (
        Span(Time(NOW - 9000), Time(NOW - 5000), "a"),
        Span(Time(NOW - 5000), Time(NOW - 5000)),
    )
    drawn = timeline.figure(replace(READY.chains[0], cover=spans), NOW).text
    assert '<line class="gap"' in drawn


def test_timeline__long_history__shows_the_last_day() -> None:
    drawn = timeline.figure(LONG.chains[0], NOW).text
    assert "4 gaps in the last 1 d, 8 min without a signer." in drawn
    assert drawn.count("rotation dense") > 40


def test_timeline__overlapping_spans__are_one() -> None:
    spans = (Span(Time(NOW - 900), Time(NOW - 400), "a"), Span(Time(NOW - 450), None, "b"))
    drawn = timeline.figure(replace(READY.chains[0], cover=spans), NOW).text
    assert drawn.count('class="covered"') == 1


def test_timeline__every_place__is_inside_the_drawing() -> None:
    scale = timeline.scale_of(history(9), NOW)
    assert scale is not None
    assert scale.at(-1e12) == 0
    assert scale.at(1e12) == timeline.WIDTH


def test_markup__text__is_escaped_and_constants_are_not() -> None:
    made = joined(tag("p", "<b>&\"'", title='"><script>'), Markup("<hr>"), None)
    assert made.text == ('<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;&quot;&#x27;</p><hr>')
    assert escaped("a\u202eb\x00\x1bc") == "a\ufffdb\ufffd\ufffdc"


def test_markup__attribute_name_that_is_text__is_refused() -> None:
    with pytest.raises(ValueError, match="not the name"):
        tag("p", **{"x onload": "1"})


@pytest.mark.parametrize(
    ("balance", "rotations", "told"),
    [
        (None, None, "balance not known yet"),
        ("5", None, "less than 0.000001 native tokens"),
        ("0", 0, "0 native tokens, not enough for a rotation"),
        ("1" + "0" * 18, 1, "1 native tokens, enough for about 1 rotations"),
    ],
)
def test_payer__what_it_has__is_told_with_how_long_that_lasts(
    balance: str | None, rotations: int | None, told: str
) -> None:
    assert words.payer(Payer("0x12", balance, rotations)) == told
