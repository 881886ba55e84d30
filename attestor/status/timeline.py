"""The timeline of cover as SVG: when a signer was able to sign, and every gap.

It has no text of its own, so that it can be stretched to any width; the words are beside it."""

from dataclasses import dataclass

from attestor.status import words
from attestor.status.document import Chain, Span, Time
from attestor.status.markup import Markup, Part, joined, tag

WIDTH = 1000.0
"""Units of the drawing."""
HEIGHT = 40.0
EDGE = 7.0
"""What gaps stand out above and below: they are told apart by their shape, and not by colour
alone."""
LONGEST = 86_400.0
"""Seconds that are shown at most."""
SHORTEST = 600.0
TICKS_APART = 12.0
MANY_TICKS = 20
"""More are left out where the page is narrow."""
AHEAD = 0.25
"""The part of the drawing that what is to come has at most."""


@dataclass(frozen=True)
class Scale:
    """From `start` to `end`, in Unix seconds, with `now` in between."""

    start: float
    now: float
    end: float

    def at(self, time: float) -> float:
        """Where a time is, within the drawing."""
        part = (time - self.start) / (self.end - self.start)
        return round(WIDTH * min(1.0, max(0.0, part)), 2)


def gaps(chain: Chain) -> list[Span]:
    """The times without a signer."""
    return [span for span in chain.cover if span.signer is None]


def scale_of(chain: Chain, now: Time) -> Scale | None:
    """What is shown; None where no signer was registered yet."""
    if not chain.cover:
        return None
    start = max(min(span.start for span in chain.cover), now - LONGEST)
    start = min(start, now - SHORTEST)
    ahead = (now - start) * AHEAD / (1 - AHEAD)
    until = chain.signer.valid_until if chain.signer is not None else now
    return Scale(start, now, min(max(until, now + 1.0), now + ahead))


def figure(chain: Chain, now: Time) -> Markup:
    """The drawing with what it says in words."""
    scale = scale_of(chain, now)
    if scale is None:
        return tag("p", "No signer was registered yet.", class_="quiet")
    shown = [gap for gap in gaps(chain) if (gap.end or now) > scale.start]
    told = _told(shown, scale, now)
    drawing = tag(
        "svg",
        tag("rect", class_="ground", y=EDGE, width=WIDTH, height=HEIGHT - 2 * EDGE),
        *_covered(chain, scale),
        *(part for gap in shown for part in _gap(gap, scale)),
        tag("line", class_="now", x1=scale.at(now), x2=scale.at(now), y1=0, y2=HEIGHT),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"Timeline of coverage. {told}",
    )
    return tag("figure", drawing, _marks(scale), tag("figcaption", told), class_="cover")


def _marks(scale: Scale) -> Markup:
    """What the ends of the drawing are, and where now is. Text that is not stretched: places are
    in percent."""
    now = 100 * scale.at(scale.now) / WIDTH
    texts = [
        tag("text", f"{words.span(scale.now - scale.start)} ago", x="0%", y="1em"),
        tag("text", "now", x=f"{now:.1f}%", y="1em", text_anchor="end"),
    ]
    if now < 84:
        end = f"in {words.span(scale.end - scale.now)}"
        texts.append(tag("text", end, x="100%", y="1em", text_anchor="end"))
    return tag("svg", *texts, class_="marks", aria_hidden="true")


def _covered(chain: Chain, scale: Scale) -> list[Part]:
    """The time with a signer, a mark where each begins, and what is left of the present one."""
    spans = [span for span in chain.cover if span.signer is not None]
    parts: list[Part] = []
    for start, end in _merged([(one.start, one.end or scale.now) for one in spans]):
        parts.append(_rect("covered", scale, start, min(end, scale.now)))
    signer = chain.signer
    if signer is not None and signer.stage == "active" and signer.valid_until > scale.now:
        parts.append(_rect("ahead", scale, scale.now, signer.valid_until))
    return parts + _rotations(spans, scale)


def _rotations(spans: list[Span], scale: Scale) -> list[Part]:
    places = [scale.at(one.start) for one in spans if one.start > scale.start]
    drawn: list[float] = []
    for x in sorted(places):
        # Rotations that are too near to be told apart would make the bar look broken.
        if not drawn or x - drawn[-1] >= TICKS_APART:
            drawn.append(x)
    kind = "rotation dense" if len(drawn) > MANY_TICKS else "rotation"
    return [tag("line", class_=kind, x1=x, x2=x, y1=EDGE, y2=HEIGHT - EDGE) for x in drawn]


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Overlapping spans as one: a signer and its successor are both able to sign for a while."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _rect(kind: str, scale: Scale, start: float, end: float) -> Part:
    x = scale.at(start)
    width = round(scale.at(end) - x, 2)
    if width <= 0:
        return None
    return tag("rect", class_=kind, x=x, y=EDGE, width=width, height=HEIGHT - 2 * EDGE)


def _gap(gap: Span, scale: Scale) -> tuple[Markup, Markup]:
    """Its length, and a line through it whose width is not scaled: the shortest gap is seen on the
    narrowest page."""
    x, end = scale.at(gap.start), scale.at(gap.end if gap.end is not None else scale.now)
    middle = round((x + end) / 2, 2)
    return (
        tag("rect", class_="gap", x=x, width=round(max(0.0, end - x), 2), height=HEIGHT),
        tag("line", class_="gap", x1=middle, x2=middle, y1=0, y2=HEIGHT),
    )


def _told(shown: list[Span], scale: Scale, now: Time) -> str:
    since = words.span(now - scale.start)
    if not shown:
        return f"No gap in the last {since}."
    end = [gap.end if gap.end is not None else now for gap in shown]
    pairs = zip(end, shown, strict=True)
    missing = sum(max(0.0, till - max(gap.start, scale.start)) for till, gap in pairs)
    count = "1 gap" if len(shown) == 1 else f"{len(shown)} gaps"
    goes_on = ", one ongoing" if any(gap.end is None for gap in shown) else ""
    return f"{count} in the last {since}, {words.span(missing)} without a signer{goes_on}."


def gap_list(chain: Chain, now: Time) -> Markup | None:
    """Every gap that is known, the newest first."""
    found = list(reversed(gaps(chain)))
    if not found:
        return None
    lines = (
        tag("li", f"{words.clock(gap.start)}, {_length(gap, now)}", class_="figures")
        for gap in found
    )
    return joined(tag("h4", "Gaps"), tag("ul", *lines))


def _length(gap: Span, now: Time) -> str:
    if gap.end is None:
        return f"ongoing for {words.span(now - gap.start)}"
    return f"for {words.span(gap.end - gap.start)}"
