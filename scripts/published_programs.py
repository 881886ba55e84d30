#!/usr/bin/env python3
"""Put the programs that SP1's own toolchain built into cache/published, one NAME.elf each.

They are those of a published crate. Where cargo's cache has none, cargo gets it from wherever it is
set up to. A crate of another hash is refused, also in the cache. Exits with 69 where there is none.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "cache" / "published"
CRATE, VERSION = "sp1-gpu-prover", "6.10.0"
SHA256 = "0bbd68ed96ea8781643ddc235cdad92464b1d3b1dd60a5e8349ce6f6835d8d5e"
ELF = "riscv64im-succinct-zkvm-elf"
DOWNLOAD_SECONDS = 120


def in_cache() -> Path | None:
    """The crate's archive, where cargo keeps those it has got."""
    cargo = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    return next(cargo.glob(f"registry/cache/*/{CRATE}-{VERSION}.crate"), None)


def get() -> Path:
    """The archive, got by cargo if need be."""
    if found := in_cache():
        return found
    command = ["cargo", "info", f"{CRATE}@{VERSION}"]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False
        )
        said = ran.stderr.strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    if found := in_cache():
        return found
    print(f"`{' '.join(command)}` did not bring the published programs: {said}", file=sys.stderr)
    sys.exit(os.EX_UNAVAILABLE)


def unpack(crate: Path, folder: Path) -> list[str]:
    """Write the archive's programs into a folder; their names. Exits if it is another archive."""
    content = crate.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"{crate} is not {CRATE} {VERSION}: its SHA-256 is not {SHA256}. Remove it.")
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    with tarfile.open(crate) as archive:
        for member in archive:
            path = Path(member.name)
            program = archive.extractfile(member) if path.name == ELF else None
            if program is None:
                continue
            names.append(path.parent.name)
            partial = folder / f".{names[-1]}.{os.getpid()}"
            with partial.open("wb") as file:
                shutil.copyfileobj(program, file)
            partial.rename(folder / f"{names[-1]}.elf")
    return names


def main() -> None:
    if not unpack(get(), FOLDER):
        sys.exit(f"there are no programs in {CRATE} {VERSION}")


if __name__ == "__main__":
    main()
