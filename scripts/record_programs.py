"""Writes the sha256 of the executor's programs into the package, where the signer process finds
them: `record_programs.py PROGRAM… RECORD`. Needs nothing but Python."""

import hashlib
import json
import os
import sys
from pathlib import Path


def main(programs: list[Path], record: Path) -> None:
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in programs}
    unfinished = record.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(hashes, indent=2, sort_keys=True) + "\n")
    os.replace(unfinished, record)


if __name__ == "__main__":
    *programs, record = map(Path, sys.argv[1:])
    main(programs, record)
