"""The document as a page: complete without a script, and readable on a phone."""

from urllib.parse import quote

from attestor.status import words
from attestor.status.chain_part import chain_part
from attestor.status.document import Document, Failure, Jobs, Reason
from attestor.status.markup import Markup, Part, joined, tag
from attestor.status.style import REFRESH_SECONDS, SCRIPT, STYLE
from attestor.status.words import State, StatusVerdict

MARKS = {State.READY: "●", State.WARNING: "▲", State.NOT_READY: "■"}
ICON_COLOURS = {State.READY: "#1f9d68", State.WARNING: "#d58a12", State.NOT_READY: "#d0342c"}
ICON_SHAPES = {
    State.READY: "<circle cx='8' cy='8' r='7'",
    State.WARNING: "<path d='M8 1 15 15H1z'",
    State.NOT_READY: "<path d='M1 1h14v14H1z'",
}


def as_page(document: Document) -> str:
    """The whole page."""
    found = words.verdict(document)
    parts = [
        _verdict_part(found),
        *(chain_part(one, document.at, place) for place, one in enumerate(document.chains)),
        _jobs_part(document.jobs),
        _errors_part(document),
    ]
    body = tag(
        "body",
        tag("div", id="stale", role="alert"),
        _header(document),
        tag("main", *parts),
        _footer(),
        tag("script", Markup(SCRIPT)),
    )
    html = tag("html", _head(found), body, lang="en")
    return f"<!doctype html>\n{html.text}\n"


def _head(found: StatusVerdict) -> Markup:
    title = f"{MARKS[found.state]} {found.can} - attestor"
    again = tag("meta", http_equiv="refresh", content=REFRESH_SECONDS)
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("link", rel="icon", href=_icon(found.state)),
        tag("noscript", again),
        tag("style", Markup(STYLE)),
    )


def _icon(state: State) -> str:
    drawn = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
        f"{ICON_SHAPES[state]} fill='{ICON_COLOURS[state]}'/></svg>"
    )
    return f"data:image/svg+xml,{quote(drawn)}"


def _header(document: Document) -> Markup:
    build = document.build
    return tag(
        "header",
        tag("span", tag("strong", "attestor"), f" {build.version}, circuit {build.circuit}"),
        tag("span", words.clock(document.at), class_="figures", data_part="time"),
    )


def _verdict_part(found: StatusVerdict) -> Markup:
    kind = found.state.replace(" ", "-")
    actions = [_action(reason, found.state) for reason in found.actions]
    return tag(
        "section",
        tag("h1", f"{MARKS[found.state]} {found.can}", role="status"),
        tag("p", found.until, class_="until"),
        tag("ol", *actions, class_="actions", aria_label="What to do") if actions else None,
        None if actions else tag("p", "Nothing to do.", class_="nothing"),
        class_=f"verdict {kind}",
        aria_label="Verdict",
        data_part="verdict",
    )


def _action(reason: Reason, state: State) -> Markup:
    of = f"{reason.chain}: " if reason.chain else ""
    return tag(
        "li",
        tag("p", f"{words.sentence(of + reason.text)} ", tag("code", reason.code, class_="code")),
        tag("p", reason.advice, class_="advice") if reason.advice else None,
        class_="reason" if state is State.NOT_READY else "warning",
    )


def _jobs_part(jobs: Jobs | None) -> Markup:
    if jobs is None:
        body = tag("p", "Not known yet.", class_="quiet")
        return tag("section", tag("h2", "Jobs"), body, data_part="jobs")
    tallies = (
        tag("div", tag("dt", name), tag("dd", f"{count:,}"))
        for name, count in (
            ("queued", jobs.queued),
            ("running", jobs.running),
            ("done", jobs.done),
            ("failed", jobs.failed),
        )
    )
    failed: list[Part] = []
    if jobs.failed_by_code:
        lines = (
            tag("li", tag("code", code), f" {count:,}")
            for code, count in jobs.failed_by_code.items()
        )
        failed = [tag("h3", "Failed, by code"), tag("ul", *lines)]
    body = joined(tag("dl", *tallies, class_="tallies"), *failed)
    return tag("section", tag("h2", "Jobs"), body, data_part="jobs")


def _errors_part(document: Document) -> Markup:
    errors = [_error(one, document.at) for one in document.errors]
    none = tag("p", "None since the daemon started.", class_="quiet")
    body = tag("ul", *errors, class_="errors") if errors else none
    return tag("section", tag("h2", "Last errors"), body, data_part="errors")


def _error(failure: Failure, now: float) -> Markup:
    when = words.ago(now - failure.at) if failure.at is not None else "once"
    of = f"{failure.chain}, " if failure.chain else ""
    badge = joined(" ", tag("span", "ongoing", class_="badge bad")) if failure.now else None
    return tag(
        "li",
        tag(
            "p",
            f"{words.sentence(of + failure.where)}, {when} ",
            tag("code", failure.code, class_="code"),
            badge,
        ),
        tag("p", words.sentence(failure.text)) if failure.text else None,
        tag("p", failure.advice, class_="advice") if failure.advice else None,
    )


def _footer() -> Markup:
    links = (tag("a", path, href=path) for path in ("/status.json", "/readyz", "/metrics"))
    spaced = (joined(" ", link) for link in links)
    told = f"Refreshed every {REFRESH_SECONDS} s. For programs:"
    return tag("footer", tag("p", told, *spaced))
