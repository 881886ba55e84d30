#!/usr/bin/env python3
"""Write abi/<Contract>.json and abi/TEERegistry.code.json from forge's output, or check that they
are up to date.

    scripts/abi.py            write, after `forge build`
    scripts/abi.py --check    change nothing; exit 1 and name what differs

An ABI's file holds nothing else: a JSON array, one entry a line, sorted by kind and name. That of
the code says by what the contract is told from others: its length, where its immutables are, as
[offset, length], and the SHA-256 of all with zeros for
these.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

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
STORAGE_READ = ("TEERegistry",)
"""The contracts whose storage is read: only where their code is known."""


def built(contract: str, part: str) -> Any:
    """A part of forge's output for a contract."""
    artifact = ROOT / "out" / f"{contract}.sol" / f"{contract}.json"
    try:
        return json.loads(artifact.read_text())[part]
    except (OSError, ValueError, KeyError) as error:
        sys.exit(
            f"scripts/abi.py: no {part} in {artifact.relative_to(ROOT)} ({error}): run forge build"
        )


def abi_of(contract: str) -> str:
    """The text of a contract's ABI file."""
    entries = built(contract, "abi")
    entries.sort(key=lambda entry: (entry["type"], entry.get("name", ""), json.dumps(entry)))
    lines = ",\n".join(json.dumps(entry, sort_keys=True) for entry in entries)
    return f"[\n{lines}\n]\n"


def code_of(contract: str) -> str:
    """The text of the file by which a contract's code is known."""
    deployed = built(contract, "deployedBytecode")
    code = bytes.fromhex(deployed["object"].removeprefix("0x"))
    references = deployed.get("immutableReferences", {}).values()
    # forge leaves zeros where the constructor writes.
    known = {
        "bytes": len(code),
        "immutables": sorted([at["start"], at["length"]] for each in references for at in each),
        "sha256": hashlib.sha256(code).hexdigest(),
    }
    return json.dumps(known) + "\n"


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = []
    texts = {f"{contract}.json": abi_of(contract) for contract in CONTRACTS}
    texts |= {f"{contract}.code.json": code_of(contract) for contract in STORAGE_READ}
    for name, text in texts.items():
        path = ROOT / "abi" / name
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
