#!/usr/bin/env python3
"""Random blocks of Scroll on the Python oracle (tests/oracle) and on attestor-scroll: both have to
come to the same, or to refuse the same transaction.

    scripts/fuzz_scroll.py [--first SEED] [--count N] [--seed SEED]

Prints each seed that differs and how, and at the end what the blocks were. Ends with 1 if any
differs.
"""

import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path

from attestor.executor.scroll import ScrollExecutor

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from cases import scroll_random  # noqa: E402
from oracle.comparing import compared  # noqa: E402

RELEASE = ROOT / "executor" / "target" / "release"


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, help="this one alone")
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.count)
    if options.seed is not None:
        seeds = range(options.seed, options.seed + 1)
    scroll, seen, bad = ScrollExecutor(RELEASE), Counter[str](), 0
    for seed in seeds:
        made = scroll_random.case(seed)
        found = compared(scroll, made.chain, made.blocks)
        bad += bool(found.difference)
        if found.difference:
            print(f"seed {seed}: {found.difference}", flush=True)
        seen.update(found.shown)
    for what, count in sorted(seen.items()):
        print(f"{what}: {count}")
    print(f"{len(seeds)} seeds, {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
