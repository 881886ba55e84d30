"""What the page says of one chain."""

from attestor.status import timeline, words
from attestor.status.document import Chain, Head, InFlight, Registration, Signer, Time
from attestor.status.markup import Markup, Part, joined, tag

LOW = 0.15
"""The part of a registration that is left when the bar of its life changes its colour."""


def chain_part(chain: Chain, now: Time, place: int) -> Markup:
    """A section with its facts, the timeline of cover, and the registrations."""
    return tag(
        "section",
        tag("h2", words.chain_title(chain), id=f"chain-{place}"),
        tag("dl", *_facts(chain, now)),
        tag("h3", "Coverage"),
        timeline.figure(chain, now),
        _history(chain, now),
        aria_labelledby=f"chain-{place}",
        data_part=f"chain-{place}",
    )


def _facts(chain: Chain, now: Time) -> list[Part]:
    found = [*_fact("Signer", *_signer(chain.signer))]
    if (rotation := chain.rotation) is not None:
        found += _fact("Next rotation", words.next_rotation(rotation, now))
        found += _fact("Rotation", rotation.waits_for)
    found += _fact("Head", *_head(chain.head))
    found += _fact("Endpoints", words.endpoints(chain))
    for sent in chain.in_flight:
        found += _fact("In flight", *_sent(sent))
    if chain.payer is not None:
        account = tag("code", chain.payer.address)
        found += _fact("Payer", account, tag("br"), words.payer(chain.payer))
    return found + _fact("Registry", tag("code", chain.registry))


def _fact(name: str, *parts: Part) -> list[Part]:
    return [tag("dt", name), tag("dd", *parts)]


def _signer(signer: Signer | None) -> list[Part]:
    if signer is None:
        return [tag("span", "none", class_="badge bad")]
    kind = "good" if signer.stage == "active" else "bad"
    parts: list[Part] = [
        tag("code", signer.address),
        " ",
        tag("span", signer.stage, class_=f"badge {kind}"),
    ]
    if signer.simulated:
        parts += [" ", tag("span", "simulated quote", class_="badge")]
    parts += [_life(signer), words.life(signer)]
    if signer.measurement:
        parts += [tag("br"), "measurement ", tag("code", words.short(signer.measurement))]
    return parts


def _life(signer: Signer) -> Markup | None:
    part = signer.part_left
    if part is None:
        return None
    return tag(
        "svg",
        tag("rect", class_="ground", width=100, height=4),
        tag("rect", class_="left", width=round(100 * part, 2), height=4),
        class_="life low" if part < LOW else "life",
        viewBox="0 0 100 4",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"{100 * part:.0f} % of its registration is left",
    )


def _head(head: Head | None) -> list[Part]:
    if head is None:
        return ["none yet"]
    number = tag("span", str(head.number), class_="figures")
    return ["block ", number, f", {words.span(head.age_seconds)} old"]


def _sent(sent: InFlight) -> list[Part]:
    attempt = f", attempt {sent.attempts}" if sent.attempts > 1 else ""
    hash_ = tag("code", words.short(sent.hash), title=sent.hash)
    return [f"{sent.purpose} ", hash_, f", nonce {sent.nonce}{attempt}"]


def _history(chain: Chain, now: Time) -> Markup | None:
    if not chain.registrations:
        return None
    names = ("Signer", "How", "Stage", "From (UTC)", "Until (UTC)", "Transaction")
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in names)))
    rows = (_row(names, one, now) for one in chain.registrations)
    count = len(chain.registrations)
    title = "The newest registration" if count == 1 else f"The newest {count} registrations"
    table = tag("table", head, tag("tbody", *rows))
    body = joined(table, timeline.gap_list(chain, now))
    return tag("details", tag("summary", title), body)


def _row(names: tuple[str, ...], one: Registration, now: Time) -> Markup:
    until = one.ended_at if one.ended_at is not None else one.valid_until
    block = f" in block {one.block_number}" if one.block_number is not None else ""
    stage = f"{one.stage}: {one.reason}" if one.reason else one.stage
    cells: tuple[Part, ...] = (
        tag("code", words.short(one.signer), title=one.signer),
        tag("span", f"{one.kind}{', simulated' if one.simulated else ''}", class_="kind"),
        tag("span", stage),
        tag("span", words.plain_clock(one.activated_at), class_="figures"),
        tag("span", words.plain_clock(until), class_="figures"),
        tag("span", tag("code", words.short(one.transaction_hash)), block),
    )
    pairs = zip(names, cells, strict=True)
    return tag("tr", *(tag("td", cell, data_label=name) for name, cell in pairs))
