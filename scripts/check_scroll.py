#!/usr/bin/env python3
"""Every recorded block of Scroll, of both eras, on the Python oracle (tests/oracle) and on
attestor-scroll: both have to find what its header says, and the same withdraw root.

    scripts/check_scroll.py

Needs the vectors (ATTESTOR_VECTORS). Prints a line per block, and ends with 1 if any differs.
"""

import sys
from pathlib import Path

from attestor.core.execution import Limits
from attestor.errors import AttestorError
from attestor.executor.scroll import ScrollExecutor

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from cases import scroll_vectors as cases  # noqa: E402
from measures.genuine import folder  # noqa: E402
from oracle import judging  # noqa: E402
from oracle.block import BlockInvalid  # noqa: E402
from oracle.mpt import NodeMissing  # noqa: E402

RELEASE = ROOT / "executor" / "target" / "release"
LIMITS = Limits(wall_seconds=600, cpu_seconds=600, memory_bytes=4 << 30)


def differences(path: Path) -> list[str]:
    """What oracle, executor and header disagree about."""
    if path.parent.name == "traces":
        chain, blocks = cases.trace(path)
    else:
        chain, blocks = cases.chain_of(path), cases.block_range(cases.read(path))
    try:
        found = judging.outcomes(chain, blocks)
        executed = ScrollExecutor(RELEASE).execute(chain, blocks, LIMITS).blocks
    except (BlockInvalid, NodeMissing, AttestorError) as error:
        return [f"{type(error).__name__}: {error}"]
    named = [one.field for one in judging.differences(blocks, found)]
    roots = [one.withdraw_root for one in found]
    return named + ["withdraw_root"] * (roots != [one.withdraw_root for one in executed])


def main() -> None:
    vectors = folder()
    if vectors is None:
        sys.exit("no vectors: set ATTESTOR_VECTORS to their folder")
    bad = 0
    traces = sorted((vectors / "scroll" / "traces").glob("*.json"))
    for path in [*cases.files(vectors), *traces]:
        found = differences(path)
        bad += bool(found)
        print(f"{path.stem}: {', '.join(found) or 'the same'}", flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
