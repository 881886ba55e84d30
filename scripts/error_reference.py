#!/usr/bin/env python3
"""Write docs/errors.md from the error classes, or check that it is up to date.

scripts/error_reference.py            write
scripts/error_reference.py --check    change nothing; exit 1 if it differs
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

# Imported for its classes: not all modules of errors are offered by the package.
from attestor.errors import (
    AttestorError,
    Fatal,
    Misconfigured,
    Rejected,
    Transient,
    avs,
    jobs,
    printing,
    readiness,
    rsp,
    scroll,
)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
KINDS = (
    (Transient, "May pass by itself; retry with back-off", "503"),
    (Rejected, "The input was refused, and would be again", "422, or as the table says"),
    (Misconfigured, "The operator has to change something", "500"),
    (Fatal, "The process's state is not trusted any more", "500"),
)
CHAPTERS = (
    ("chain", "Chains, transactions, deployments"),
    ("daemon", "The daemon's own work"),
    (readiness.__name__.rsplit(".", 1)[-1], "Readiness"),
    ("setup", "Configuration and processes"),
    (printing.__name__.rsplit(".", 1)[-1], "What commands print"),
    ("signer", "Signer process and cross-checks"),
    ("store", "Database"),
    ("quote", "Quotes and collateral"),
    ("executor", "Programs and their execution"),
    ("unprovable", "Runs that no proof could show"),
    ("proofs", "Service, client and proofs"),
    (jobs.__name__.rsplit(".", 1)[-1], "Jobs"),
    ("net", "HTTP requests"),
    ("access", "Who may ask"),
    (scroll.__name__.rsplit(".", 1)[-1], "Scroll"),
    (rsp.__name__.rsplit(".", 1)[-1], "Stdin of the rsp program"),
    (avs.__name__.rsplit(".", 1)[-1], "Multi-Prover AVS"),
)
HEAD = """# Errors

Generated from the classes in `attestor/errors` by `scripts/error_reference.py`.

Every error has a code that is stable across releases. The same code is in answers of the API
(`{"error":{"code","message","hint"}}`), in the log, in the history, in metrics, and in brackets
behind the message of a command. The message says what was wrong and where, its hint what to do
about that occurrence; this page says what to do about errors of a kind.

With `--json` or `--format json`, stdout has JSON alone: a command that ends by an error before it
printed any prints `{"error": {"code", "message", "hint"}}` there, and the line on stderr as always.
The code of a mistake in the command line itself is `usage`, its exit code 2.

| kind | meaning | exit code of a command | HTTP status |
|---|---|---|---|
"""


def leaves() -> Iterator[type[AttestorError]]:
    """Every error that can be raised, in the order of its module."""
    known = [kind for kind, _, _ in KINDS]
    for each in known:
        known.extend(each.__subclasses__())
    return iter(sorted(known[len(KINDS) :], key=lambda leaf: inspect.getsourcelines(leaf)[1]))


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def kind_of(leaf: type[AttestorError]) -> str:
    """Which of the four it is of."""
    return next(kind.__name__ for kind, _, _ in KINDS if issubclass(leaf, kind))


def chapter(module: str, title: str) -> str:
    """The table of one module's errors."""
    rows = [
        f"| `{leaf.code}` | {kind_of(leaf)} | {cell(leaf.__doc__ or '')} | {cell(leaf.advice)} |"
        for leaf in leaves()
        if leaf.__module__ == f"attestor.errors.{module}"
    ]
    return "\n".join(
        [
            f"\n## {title}\n",
            "| code | kind | meaning | what to do |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def page() -> str:
    """The whole page."""
    kinds = [
        f"| {kind.__name__} | {about} | {kind.exit_code} | {status} |\n"
        for kind, about, status in KINDS
    ]
    return HEAD + "".join(kinds) + "".join(chapter(*each) for each in CHAPTERS)


def main() -> int:
    """Write the page, or compare it."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page())
        return 0
    if PAGE.is_file() and PAGE.read_text() == page():
        return 0
    print("docs/errors.md is not what scripts/error_reference.py makes; run make errors")
    return 1


if __name__ == "__main__":
    sys.exit(main())
