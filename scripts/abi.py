#!/usr/bin/env python3
"""Write abi/<Contract>.json from forge's output, or check that it is up to date.

    scripts/abi.py            write, after `forge build`
    scripts/abi.py --check    change nothing; exit 1 and name what differs

A file holds the contract's ABI alone: a JSON array, one entry a line, sorted by kind and name.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = (
    "AutomataLayoutV10",
    "CollateralReader",
    "CollateralStore",
    "DcapVerifier",
    "MultiProof",
    "SP1Groth16Verifier",
    "TEERegistry",
)


def render(contract: str) -> str:
    """The text of a contract's ABI file."""
    artifact = ROOT / "out" / f"{contract}.sol" / f"{contract}.json"
    try:
        entries = json.loads(artifact.read_text())["abi"]
    except (OSError, ValueError, KeyError) as error:
        sys.exit(
            f"scripts/abi.py: no ABI in {artifact.relative_to(ROOT)} ({error}): run forge build"
        )
    entries.sort(key=lambda entry: (entry["type"], entry.get("name", ""), json.dumps(entry)))
    lines = ",\n".join(json.dumps(entry, sort_keys=True) for entry in entries)
    return f"[\n{lines}\n]\n"


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = []
    for contract in CONTRACTS:
        path = ROOT / "abi" / f"{contract}.json"
        text = render(contract)
        if path.is_file() and path.read_text() == text:
            continue
        stale.append(path.relative_to(ROOT))
        if not arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    for path in stale:
        print(
            f"{path}: {'differs from the contract, run scripts/abi.py' if arguments else 'written'}"
        )
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
