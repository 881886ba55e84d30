#!/usr/bin/env python3
"""Write docs/contract-reference.md from the contracts' NatSpec, or check that it is up to date.

scripts/contract_reference.py            write
scripts/contract_reference.py --check    change nothing; exit 1 if it differs
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "contract-reference.md"
SOURCES = ROOT / "contracts" / "src" / "interfaces"
CHAPTERS = (
    ("TEERegistry", ("ITEERegistry.sol", "registry/*.sol")),
    ("MultiProof", ("IMultiProof.sol",)),
    ("DcapVerifier", ("IDcapVerifier.sol", "IDcapErrors.sol")),
    ("AutomataLayoutV10", ("IAutomata*.sol",)),
    ("CollateralStore", ("ICollateral*.sol",)),
    ("SP1Groth16Verifier", ("ISP1Groth16Verifier.sol",)),
)
KINDS = (("error", "Refusals"), ("event", "Events"), ("function", "Functions"))
DECLARATION = re.compile(
    r"((?:^[ \t]*///.*\n)+)"  # the NatSpec
    r"(?:^[ \t]*//[^/].*\n)*"  # a directive of the linter
    r"\s*(error|event|function)\s+(\w+)\s*\(([^;{]*?)\)[^;{]*;",
    re.M,
)
LOCATIONS = ("calldata", "memory", "storage")
HEAD = """# Contract reference

Generated from the NatSpec of `contracts/src/interfaces` by `scripts/contract_reference.py`. What
the contracts check, and who may do what, is in [contracts.md](contracts.md).
"""


@dataclass(frozen=True)
class Entry:
    """One declaration: `error`, `event` or `function`, its name with arguments, its notice."""

    kind: str
    name: str
    notice: str


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(chapter(name, patterns) for name, patterns in CHAPTERS)])


def chapter(contract: str, patterns: tuple[str, ...]) -> str:
    """One contract: its refusals, its events, its functions."""
    files = [path for pattern in patterns for path in sorted(SOURCES.glob(pattern))]
    found = [entry for path in files for entry in entries(path.read_text())]
    parts = [f"## {contract}\n"]
    for kind, title in KINDS:
        rows = sorted(f"| `{e.name}` | {e.notice} |" for e in found if e.kind == kind)
        if rows:
            parts += [f"### {title} of {contract}\n", "| | |\n|---|---|", *rows, ""]
    return "\n".join(parts)


def entries(source: str) -> list[Entry]:
    """The documented declarations of an interface."""
    return [
        Entry(kind, f"{name}({', '.join(parameters(arguments))})", notice(comment))
        for comment, kind, name, arguments in DECLARATION.findall(source)
    ]


def parameters(arguments: str) -> list[str]:
    """Each parameter's type and name, if it has one; where its data lies is left out."""
    found = (argument.split() for argument in arguments.split(","))
    return [" ".join(word for word in words if word not in LOCATIONS) for words in found if words]


def notice(comment: str) -> str:
    """The text after @notice, up to the next tag."""
    text = " ".join(line.strip().removeprefix("///").strip() for line in comment.splitlines())
    found = re.search(r"@notice (.*?)(?= @\w|$)", text)
    return found[1].replace("|", "\\|") if found else ""


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    text = page()
    if PAGE.is_file() and PAGE.read_text() == text:
        return 0
    if arguments:
        print(f"{PAGE.relative_to(ROOT)} differs from the NatSpec, run make abi")
        return 1
    PAGE.write_text(text)
    print(f"{PAGE.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
