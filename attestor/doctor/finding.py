"""What a check found, and how all of them are judged."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from attestor.core.text import one_line
from attestor.errors import AttestorError


class State(StrEnum):
    """How an assumption stands."""

    OK = "ok"
    WARNING = "warning"
    """It works, and somebody should know."""
    FAILED = "failed"
    """The daemon would not start, or not keep a signer registered."""


@dataclass(frozen=True)
class Finding:
    """One assumption: what was found, and where it does not hold, how to fix it."""

    check: str
    state: State
    found: str
    advice: str = ""


Check = Callable[[], Iterable[Finding]]


def ok(check: str, found: str) -> Finding:
    """The assumption holds."""
    return Finding(check, State.OK, found)


def warning(check: str, found: str, advice: str) -> Finding:
    """It holds for now, or not for all."""
    return Finding(check, State.WARNING, found, advice)


def failed(check: str, found: str, advice: str) -> Finding:
    """It does not hold."""
    return Finding(check, State.FAILED, found, advice)


def of_error(check: str, error: AttestorError) -> Finding:
    """The finding of a check that an error ended."""
    return failed(check, f"{one_line(error.message)} [{error.code}]", error.hint or error.advice)


def examine(checks: Sequence[tuple[str, Check]]) -> Iterator[Finding]:
    """All findings, as they come. A check that raises has failed, and the others go on."""
    for name, check in checks:
        try:
            yield from check()
        except AttestorError as error:
            yield of_error(name, error)
        except Exception as error:
            trace = one_line(traceback.format_exc(limit=-1))
            yield failed(name, f"unexpected {type(error).__name__}: {trace}", "report this defect")


def verdict(findings: Sequence[Finding]) -> str:
    """One line: ready, or the first thing to do."""
    for finding in findings:
        if finding.state is State.FAILED:
            return f"not ready: {finding.check}: {finding.advice or finding.found}"
    warnings = sum(finding.state is State.WARNING for finding in findings)
    return f"ready, with {warnings} warning(s)" if warnings else "ready"
