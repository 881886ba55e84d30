#!/usr/bin/env python3
"""Build all that a release is made of, twice, and compare it byte for byte.

    scripts/release.py [FOLDER]     dist is the folder if none is named

Wheel and sdist are built a second time from a copy of the checkout in another folder, with the same
executor, and the Debian package from each wheel. In the folder are then those files, the locked
packages with their hashes, an SBOM, and SHA256SUMS of all of them.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import bill_of_materials
import build_deb
import build_package

ROOT = Path(__file__).resolve().parent.parent
BUILT = ("attestor/executor/programs.json", "executor/target/release", "out")


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0] if arguments else ROOT / "dist").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    begun = state()
    requirements = build_deb.locked(folder)
    made = build_all(folder, requirements, ROOT)
    found = [*build_package.faults(made[0]), *build_package.sdist_faults(made[1])]
    with tempfile.TemporaryDirectory() as name:
        copy = copied(Path(name) / "another" / "folder")
        again = build_all(Path(name), requirements, copy)
        found += differing(made, again)
    if state() != begun:
        found.insert(0, "the checkout was changed meanwhile: nothing here is of one commit")
    bill = bill_of_materials.bill()
    text = json.dumps(bill, indent=2, sort_keys=True) + "\n"
    (folder / "attestor.cdx.json").write_text(text)
    sums = sums_of(folder)
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    print("\n".join([*found, *sums]))
    return 1 if found else 0


def state() -> tuple[bytes, ...]:
    """Commit and changes of the checkout."""
    asked = (["rev-parse", "HEAD"], ["diff", "--binary", "HEAD"])
    return tuple(
        subprocess.run(["git", *one], cwd=ROOT, check=True, capture_output=True).stdout
        for one in asked
    )


def differing(made: list[Path], again: list[Path]) -> list[str]:
    """A line for each pair of files that differ in name or in a byte."""
    return [
        f"{first.name} is not the same twice"
        for first, second in zip(made, again, strict=True)
        if first.name != second.name or first.read_bytes() != second.read_bytes()
    ]


def sums_of(folder: Path) -> list[str]:
    """As `sha256sum --check` reads them, of the files that are not hidden."""
    return [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".") and path.name != "SHA256SUMS"
    ]


def build_all(folder: Path, requirements: Path, checkout: Path) -> list[Path]:
    """Wheel, sdist and Debian package of a checkout."""
    wheel = build_package.build("wheel", folder, checkout)
    sdist = build_package.build("sdist", folder, checkout)
    return [wheel, sdist, build_deb.build(wheel, requirements, folder)]


def copied(folder: Path) -> Path:
    """What git has of the checkout, with what was built in it."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    changed = subprocess.run(
        ["git", "diff", "--binary", "HEAD"], cwd=ROOT, check=True, capture_output=True
    )
    if changed.stdout:
        subprocess.run(["git", "apply"], cwd=folder, check=True, input=changed.stdout)
    for name in BUILT:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(ROOT / name)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
