#!/usr/bin/env python3
"""Branch coverage of the contracts from an LCOV report, as a line of JSON; exit 1 below 95 percent.

    scripts/contract_coverage.py LCOV

The lines with a branch that no test takes go to standard error.

forge reports two branches for each `else if`, and counts no hit of the second, which is the next
condition: those are left out.
"""

import sys
from collections import defaultdict
from pathlib import Path

from benchmarks.figures import tell

GOAL_PERCENT = 95
SOURCES = "contracts/src/"


def branches(report: str) -> dict[str, dict[tuple[int, str, str], int]]:
    """Hits of each branch (line, block, path), by source file."""
    found: dict[str, dict[tuple[int, str, str], int]] = defaultdict(dict)
    source = ""
    for line in report.splitlines():
        kind, _, value = line.partition(":")
        if kind == "SF":
            source = value
        elif kind == "BRDA" and source.startswith(SOURCES):
            number, block, path, hits = value.split(",")
            key = (int(number), block, path)
            found[source][key] = found[source].get(key, 0) + (0 if hits == "-" else int(hits))
    return {source: _without_else_if(source, hits) for source, hits in found.items()}


def _without_else_if(
    source: str, hits: dict[tuple[int, str, str], int]
) -> dict[tuple[int, str, str], int]:
    lines = Path(source).read_text().splitlines()
    kept = {}
    for (number, block, path), count in hits.items():
        is_next_condition = path == "1" and "else if" in "".join(lines[number - 1 : number + 3])
        if not is_next_condition:
            kept[number, block, path] = count
    return kept


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.exit(__doc__)
    taken = total = 0
    for source, hits in sorted(branches(Path(arguments[0]).read_text()).items()):
        missing = sorted({number for (number, _, _), count in hits.items() if count == 0})
        taken += sum(count > 0 for count in hits.values())
        total += len(hits)
        if missing:
            places = ", ".join(map(str, missing))
            print(f"{source}: no test takes a branch of line {places}", file=sys.stderr)
    percent = 100 * taken / total if total else 0.0
    print(f"{taken} of {total} branches", file=sys.stderr)
    tell("contract_branch_coverage_percent", percent, "%", at_least=GOAL_PERCENT)
    return 0 if percent >= GOAL_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
