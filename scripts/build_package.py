#!/usr/bin/env python3
"""Build the wheel, or the sdist, of the checkout as it is, and look whether it is whole.

    scripts/build_package.py wheel|sdist [FOLDER]     dist is the folder if none is named

The same commit, built by the same programs, gives the same bytes: times in the files are the
commit's. Prints the path of what was built.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
TAG = re.compile(r"-py3-none-manylinux_2_\d+_x86_64\.whl$")
CONTENTS = (
    "attestor/data/build.json",
    "attestor/data/abi/TEERegistry.json",
    "attestor/data/abi/TEERegistry.code.json",
    "attestor/data/contracts/TEERegistry.sol/TEERegistry.json",
    "attestor/data/guests/fibonacci.elf",
    "attestor/executor/programs.json",
)
PROGRAMS = tuple(
    f"attestor-{name}" for name in ("decode", "execute", "execute-jit", "hostile", "scroll", "vkey")
)

NOT_IN_SDIST = (".ci/",)
MADE = {"PKG-INFO", "attestor/data/build.json"}
"""What an sdist has that no commit has."""


def build(kind: str, folder: Path, checkout: Path = ROOT) -> Path:
    """The file that was built, which is the only one of its kind in `folder`."""
    suffix = {"wheel": "*.whl", "sdist": "*.tar.gz"}[kind]
    for old in folder.glob(suffix):
        old.unlink()
    command = [str(UV), "build", "--quiet", f"--{kind}", "--out-dir", str(folder)]
    command += ["--build-constraints", str(checkout / "scripts" / "build-requirements.txt")]
    command += ["--require-hashes"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": moment(checkout)}
    subprocess.run(command, cwd=checkout, check=True, env=environment)
    (built,) = folder.glob(suffix)
    return built


def moment(checkout: Path) -> str:
    """When the commit was made, in seconds since 1970; of what is in no repository, 1980."""
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "315532800"


def faults(wheel: Path) -> list[str]:
    """What the wheel lacks."""
    found = [] if TAG.search(wheel.name) else [f"{wheel.name} is not for a platform"]
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        wanted = {*CONTENTS, *(f"attestor/data/executor/{name}" for name in PROGRAMS)}
        found += [f"{name} is not in it" for name in sorted(wanted - names)]
        if found:
            return found
        record = json.loads(packed.read("attestor/executor/programs.json"))
        for name in PROGRAMS:
            path = f"attestor/data/executor/{name}"
            if hashlib.sha256(packed.read(path)).hexdigest() != record.get(name):
                found.append(f"{name} is not as it was recorded: make executor")
            if not packed.getinfo(path).external_attr >> 16 & 0o111:
                found.append(f"{name} cannot be executed")
    return found


def sdist_faults(sdist: Path, checkout: Path = ROOT) -> list[str]:
    """What the source distribution lacks of the commit, and what it has besides: a key or a
    configuration that happened to be in the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=checkout, capture_output=True, check=True
    )
    kept = {name for name in listed.stdout.decode().split("\0") if name}
    kept = {name for name in kept if not name.startswith(NOT_IN_SDIST)}
    with tarfile.open(sdist) as packed:
        names = {one.name.partition("/")[2] for one in packed.getmembers() if not one.isdir()}
    return [
        *(f"{name} is not in {sdist.name}" for name in sorted(kept - names)),
        *(f"{name} is in {sdist.name}, but not in git" for name in sorted(names - kept - MADE)),
    ]


def main(arguments: list[str]) -> int:
    if not arguments or len(arguments) > 2 or arguments[0] not in ("wheel", "sdist"):
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[1]) if len(arguments) > 1 else ROOT / "dist"
    built = build(arguments[0], folder.resolve())
    found = faults(built) if arguments[0] == "wheel" else sdist_faults(built)
    print("\n".join([*found, str(built)]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
