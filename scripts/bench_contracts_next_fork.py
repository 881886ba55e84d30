#!/usr/bin/env python3
"""Measure what the contracts cost under the fork after Osaka, on a development chain of geth.

    scripts/bench_contracts_next_fork.py GETH

Prints one JSON line per figure, and writes nothing: times are the clock's, so addresses and
signatures differ each time, and figures by some tens of gas. Exits 1 when a goal is missed.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from measures import next_fork  # noqa: E402
from measures.goals import tell  # noqa: E402


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.exit(__doc__)
    measured = [tell(figure) for figure in next_fork.figures(Path(arguments[0]).resolve())]
    return 0 if all(figure.holds for figure in measured) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
