"""The document as text for a terminal."""

from collections.abc import Iterator

from attestor.core.text import one_line
from attestor.status import words
from attestor.status.document import Chain, Document, Failure, Jobs, Reason, Signer
from attestor.status.words import State

NAME = 11
"""Columns of the names on the left."""
BAR = 24
ERRORS_SHOWN = 5
CODES = {State.READY: "32", State.WARNING: "33", State.NOT_READY: "31"}


def as_text(document: Document, colours: bool = False) -> str:
    """What an operator reads in one look: the verdict, what to do, then the parts. Text of nodes
    and clients is made harmless to the terminal."""
    return "\n".join(_lines(document, colours)) + "\n"


def _lines(document: Document, colours: bool) -> Iterator[str]:
    found = words.verdict(document)
    yield from _told(_styled(found.can, CODES[found.state], colours, bold=True), found.until)
    if not found.actions:
        yield from _row("to do", "nothing")
    for reason in found.actions:
        yield from _action(reason)
    for chain in document.chains:
        yield ""
        yield _styled(one_line(words.chain_title(chain)), "1", colours)
        yield from _of_chain(chain, document.at)
    yield ""
    yield from _row("jobs", _jobs(document.jobs))
    for failure in document.errors[:ERRORS_SHOWN]:
        yield from _failure(failure, document.at)
    build = document.build
    of = f", measurement {words.short(build.measurement)}" if build.measurement else ""
    yield from _row("attestor", f"{build.version}, circuit {build.circuit}{of}")


def _of_chain(chain: Chain, now: float) -> Iterator[str]:
    if chain.signer is None:
        yield from _row("signer", "none")
    else:
        yield from _row("signer", chain.signer.address)
        yield from _row("", _life(chain.signer))
    if (rotation := chain.rotation) is not None:
        yield from _row("next", words.next_rotation(rotation, now))
        yield from _row("rotation", rotation.waits_for)
    if (head := chain.head) is not None:
        yield from _row("head", f"{head.number}, {words.span(head.age_seconds)} old")
    else:
        yield from _row("head", "none yet")
    yield from _row("endpoints", words.endpoints(chain))
    for sent in chain.in_flight:
        attempt = f", attempt {sent.attempts}" if sent.attempts > 1 else ""
        told = f"{sent.purpose} {words.short(sent.hash)}, nonce {sent.nonce}{attempt}"
        yield from _row("in flight", told)
    if chain.payer is not None:
        yield from _row("payer", chain.payer.address)
        yield from _row("", words.payer(chain.payer))


def _life(signer: Signer) -> str:
    """How much of its registration is left, as a drawing and in words."""
    part = signer.part_left
    filled = round(BAR * part) if part is not None else 0
    drawn = f"[{'#' * filled}{'-' * (BAR - filled)}] " if part is not None else ""
    simulated = ", SIMULATED quote" if signer.simulated else ""
    return f"{drawn}{signer.stage}, {words.life(signer)}{simulated}"


def _action(reason: Reason) -> Iterator[str]:
    of = f"{reason.chain}: " if reason.chain else ""
    yield from _row("to do", f"{of}{reason.text} [{reason.code}]")
    if reason.advice:
        yield from _row("", f"-> {reason.advice}")


def _failure(failure: Failure, now: float) -> Iterator[str]:
    when = "now" if failure.now else words.ago(now - failure.at) if failure.at else "once"
    of = f"{failure.chain}, " if failure.chain else ""
    told = f": {failure.text}" if failure.text else ""
    yield from _row("error", f"{when}, {of}{failure.where}{told} [{failure.code}]")
    if failure.advice:
        yield from _row("", f"-> {failure.advice}")


def _jobs(jobs: Jobs | None) -> str:
    if jobs is None:
        return "not known yet"
    codes = ", ".join(f"{code} {count}" for code, count in jobs.failed_by_code.items())
    failed = f"{jobs.failed} failed" + (f" ({codes})" if codes else "")
    return f"{jobs.queued} queued, {jobs.running} running, {jobs.done} done, {failed}"


def _row(name: str, text: str) -> Iterator[str]:
    yield f"{name:<{NAME}}{one_line(text)}"


def _told(state: str, until: str) -> Iterator[str]:
    yield f"{state}.  {one_line(until)}"


def _styled(text: str, code: str, colours: bool, bold: bool = False) -> str:
    if not colours:
        return text
    return f"\x1b[{'1;' if bold else ''}{code}m{text}\x1b[0m"
