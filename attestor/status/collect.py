"""The document, from what the daemon has in memory and what its databases add."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from attestor.core import readiness
from attestor.core.readiness import Readiness
from attestor.core.served import Served
from attestor.core.service_view import ChainView, EndpointView, HeadView, Problem, ServiceView
from attestor.core.text import checksummed, to_hex
from attestor.status.document import (
    Build,
    Candidate,
    Chain,
    Document,
    Endpoint,
    Failure,
    Head,
    InFlight,
    Jobs,
    Payer,
    Reason,
    Rotation,
    Signer,
    Time,
)
from attestor.status.history import History

ERRORS_SHOWN = 20


@dataclass(frozen=True)
class Terms:
    """When a chain's signers are replaced: after `period` seconds of chain time, or `margin` before
    their registration ends; a registration is included within `blocks` of its reference block."""

    period: int
    margin: int
    blocks: int


@dataclass(frozen=True)
class Known:
    """What is known of a chain beside its view; `terms` are None while it does not run."""

    served: Served
    terms: Terms | None = None
    history: History = field(default_factory=History)


def document(
    view: ServiceView,
    judged: Readiness,
    known: Mapping[str, Known],
    build: Build,
    jobs: Jobs | None = None,
) -> Document:
    """All of it. `known` has each chain by its name."""
    newest = (one.history.measurement for one in known.values())
    measured = replace(build, measurement=next(filter(None, newest), ""))
    errors = sorted(_errors(view), key=lambda one: (one.now, one.at or 0.0), reverse=True)
    return Document(
        Time(view.at),
        judged.is_ready,
        measured,
        tuple(map(_reason, judged.reasons)),
        tuple(map(_reason, judged.warnings)),
        tuple(_chain(one, known[one.name]) for one in view.chains),
        jobs,
        tuple(errors[:ERRORS_SHOWN]),
    )


def _reason(found: readiness.Reason) -> Reason:
    return Reason(found.code, found.text, found.advice, found.chain)


def _chain(view: ChainView, known: Known) -> Chain:
    served = known.served
    payer = view.payer
    return Chain(
        view.name,
        served.chain_id,
        checksummed(served.registry),
        _signer(view, known),
        _rotation(view, known.terms),
        _head(view.head) if view.head is not None else None,
        Payer(
            checksummed(payer.address),
            str(payer.balance) if payer.balance is not None else None,
            payer.rotations,
        )
        if payer is not None
        else None,
        tuple(map(_endpoint, view.endpoints)),
        tuple(
            InFlight(one.purpose, to_hex(one.hash), one.nonce, one.attempt)
            for one in view.transactions
        ),
        known.history.registrations,
        known.history.cover,
    )


def _signer(view: ChainView, known: Known) -> Signer | None:
    active = view.active
    if active is None:
        return None
    address = checksummed(active.address)
    row = next((one for one in known.history.registrations if one.signer == address), None)
    left = view.seconds_left
    return Signer(
        address,
        "paused" if active.paused else "active",
        Time(active.valid_until),
        left if left is not None else int(active.valid_until - known_at(view)),
        Time(active.activated_at),
        known.history.measurement if row is not None else "",
        row.simulated if row is not None else False,
    )


def known_at(view: ChainView) -> int:
    """The chain's time, as far as it is known."""
    if view.head is not None:
        return view.head.timestamp
    return view.active.activated_at if view.active is not None else 0


def _rotation(view: ChainView, terms: Terms | None) -> Rotation | None:
    if view.failure is not None:
        return None
    head, found = view.head, view.candidate
    candidate = None
    if found is not None:
        left = None
        if terms is not None and head is not None and found.reference_block:
            left = max(0, found.reference_block + terms.blocks - head.number - 1)
        reference = found.reference_block or None
        candidate = Candidate(checksummed(found.address), str(found.stage), reference, left)
    due = None
    if terms is not None and view.active is not None:
        due = view.active.due_at(terms.period, terms.margin)
    block = None
    if due is not None and head is not None and head.block_seconds:
        block = head.number + max(0, round((due - head.timestamp) / head.block_seconds))
    return Rotation(view.waits_for, candidate, Time(due) if due is not None else None, block)


def _head(head: HeadView) -> Head:
    return Head(head.number, Time(head.timestamp), int(head.age))


def _endpoint(found: EndpointView) -> Endpoint:
    state = "ok"
    if not found.is_up:
        state = "down"
    elif found.is_demoted:
        state = "demoted"
    return Endpoint(host(found.label), state, found.lag)


def host(label: str) -> str:
    """Host and port of an endpoint, whatever else its label has: keys are in users and paths."""
    try:
        parts = urlsplit(label if "//" in label else f"//{label}")
        name, port = parts.hostname or "?", parts.port
    except ValueError:
        return "?"
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{port}" if port is not None else name


def _errors(view: ServiceView) -> Iterator[Failure]:
    """The gravest first, where two have the same time."""
    for problem in (view.halted, view.api, view.engine.problem):
        if problem is not None:
            yield _failure(problem, "the service", now=True)
    for duty in view.duties:
        if duty.problem is not None:
            yield _failure(duty.problem, f"duty {duty.name}", now=True)
    for chain in view.chains:
        yield from _errors_of(chain)


def _errors_of(chain: ChainView) -> Iterator[Failure]:
    standing = (
        (chain.failure, "the chain"),
        (chain.database, "the database"),
        (chain.following, "following the chain"),
        (chain.rotating, "the rotation"),
        (chain.settling, "settling"),
        *((duty.problem, f"duty {duty.name}") for duty in chain.duties),
    )
    told = set()
    for problem, where in standing:
        if problem is not None and problem.code not in told:
            told.add(problem.code)
            yield _failure(problem, where, chain.name, now=True)
    for past in chain.errors:
        if past.code not in told:
            yield _failure(past, "the rotation", chain.name)


def _failure(problem: Problem, where: str, chain: str = "", now: bool = False) -> Failure:
    at = Time(problem.since) if problem.since else None
    return Failure(problem.code, where, problem.text, problem.advice, chain, at, now)
