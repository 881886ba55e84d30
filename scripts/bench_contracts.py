#!/usr/bin/env python3
"""Measure what the contracts cost on a development chain, from receipts.

    scripts/bench_contracts.py            measure, print, write contracts/gas.json
    scripts/bench_contracts.py --check    measure, print, change nothing; exit 1 where it differs

Prints one JSON line per figure. docs/contracts.md says how each is measured. Figures of genuine
data are measured where ATTESTOR_VECTORS names their folder. Exits 1 when a goal is missed.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from measures import genuine, snapshot  # noqa: E402
from measures.figures import gas_figures, matrix_figure, size_figures  # noqa: E402
from measures.goals import tell  # noqa: E402


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    figures = [tell(figure) for figure in gas_figures(genuine.folder())]
    figures += [tell(figure) for figure in (*size_figures(), matrix_figure())]
    missed = any(not figure.holds for figure in figures)
    if arguments:
        differing = snapshot.differences(figures)
        print("\n".join(differing), file=sys.stderr, end="\n" if differing else "")
        return 1 if differing or missed else 0
    snapshot.write(figures)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
