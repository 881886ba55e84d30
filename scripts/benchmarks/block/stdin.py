"""The stdin of the published rsp for the benchmark's block: made once, kept under cache/.

Nothing in it is left to chance: the same sources and the same anvil give the same bytes.
"""

import hashlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from attestor.errors import AttestorError
from attestor.rsp.stdin import encode
from benchmarks.block import chain, load, solidity, witness, world
from benchmarks.block.unusable import BlockUnusable
from benchmarks.block.world import Sizes
from benchmarks.programs import ROOT

CACHE = ROOT / "cache" / "block"
PACKAGE = Path(__file__).parent
ENCODING = ROOT / "attestor" / "rsp"


def make(sizes: Sizes = world.SIZES, counts: Mapping[str, int] = load.COUNTS) -> bytes:
    """One stdin entry. Raises `BlockUnusable`, and the errors of anvil and of its RPC."""
    at_start = world.make(solidity.compiled(), sizes)
    mined = chain.mine(at_start.state, load.transactions(at_start, counts))
    return encode(witness.of(at_start.state, mined))


def kept(
    maker: Callable[[], bytes] = make,
    folder: Path = CACHE,
    sources: tuple[Path, ...] = (PACKAGE, ENCODING, solidity.SOURCES),
) -> Path:
    """The file with the entry; it is made anew where a source changed. Ends where it cannot be."""
    file = folder / f"stdin-{_digest(sources)}.bin"
    if not file.exists():
        try:
            entry = maker()
        except (BlockUnusable, AttestorError, OSError) as error:
            sys.exit(f"no block for the benchmark: {error}")
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        unfinished.write_bytes(entry)
        unfinished.replace(file)
    return file


def _digest(sources: tuple[Path, ...]) -> str:
    """Of the names and contents of all files in these folders."""
    digest = hashlib.sha256()
    for file in sorted(file for folder in sources for file in folder.iterdir() if file.is_file()):
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
