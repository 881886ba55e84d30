#!/usr/bin/env python3
"""Pack what other projects import of the contracts, as an npm package.

    scripts/package_contracts.py [FOLDER]     write it to a folder; out/package if none is named

The package's own files are in contracts/package; interfaces, libraries and stub are those that the
contracts are built from, and the ABIs those of abi/. Prints the path of the packed file.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "contracts" / "src"
LIBRARIES = ("ProgramVKey.sol",)


def stage(folder: Path) -> None:
    """The files of the package, as they are packed."""
    shutil.copytree(ROOT / "contracts" / "package", folder, dirs_exist_ok=True)
    shutil.copytree(SOURCES / "interfaces", folder / "interfaces")
    shutil.copytree(SOURCES / "testing", folder / "testing")
    shutil.copytree(ROOT / "abi", folder / "abi", ignore=shutil.ignore_patterns("*.code.json"))
    (folder / "libraries").mkdir()
    for name in LIBRARIES:
        shutil.copy(SOURCES / "libraries" / name, folder / "libraries" / name)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")


def pack(target: Path) -> Path:
    """The packed file in `target`."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        stage(Path(name))
        packed = subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", str(target)],
            cwd=name,
            check=True,
            capture_output=True,
            text=True,
        )
    return target / packed.stdout.strip().splitlines()[-1]


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(arguments[0]) if arguments else ROOT / "out" / "package"
    try:
        print(pack(target.resolve()))
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"scripts/package_contracts.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
