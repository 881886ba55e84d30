#!/usr/bin/env python3
"""Build the Debian package: the wheel with its locked packages for Debian 12, and the units.

    scripts/build_deb.py WHEEL REQUIREMENTS FOLDER

Installing it asks no package index. The same wheel and requirements give the same bytes. A wheel
that is not whole is refused. Prints the path of the package.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from build_package import UV, faults, moment

from attestor import __version__

ROOT = Path(__file__).resolve().parent.parent
SYSTEMD, DEBIAN = ROOT / "packaging" / "systemd", ROOT / "packaging" / "debian"
PACKAGES = "usr/lib/attestor/packages"
PYTHON, PLATFORM = "3.11", "x86_64-manylinux_2_34"
OF_THE_INSTALLER = ("direct_url.json", "uv_cache.json", "RECORD", "REQUESTED", "INSTALLER")
PLACES = {
    SYSTEMD / "attestor.service": "usr/lib/systemd/system/attestor.service",
    SYSTEMD / "sysusers.conf": "usr/lib/sysusers.d/attestor.conf",
    SYSTEMD / "tmpfiles.conf": "usr/lib/tmpfiles.d/attestor.conf",
    SYSTEMD / "prepare-report": "usr/lib/attestor/prepare-report",
    DEBIAN / "attestor": "usr/bin/attestor",
    DEBIAN / "copyright": "usr/share/doc/attestor/copyright",
    ROOT / "docs" / "install.md": "usr/share/doc/attestor/install.md",
}
for page in ("operate", "operate-machine", "operate-clients", "operate-daily", "incidents"):
    PLACES[ROOT / "docs" / f"{page}.md"] = f"usr/share/doc/attestor/{page}.md"


def locked(folder: Path) -> Path:
    """What uv.lock has for the daemon, with hashes."""
    path = folder / "requirements.txt"
    command = [str(UV), "export", "--quiet", "--frozen", "--extra", "daemon", "--no-dev"]
    command += ["--no-emit-project", "--no-annotate", "--no-header", "--output-file", str(path)]
    subprocess.run(command, cwd=ROOT, check=True)
    return path


def build(wheel: Path, requirements: Path, folder: Path) -> Path:
    """The package, in `folder`."""
    package = folder / f"attestor_{__version__}-1_amd64.deb"
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        install(root / PACKAGES, "--require-hashes", "-r", str(requirements))
        install(root / PACKAGES, "--no-deps", str(wheel))
        for source, place in PLACES.items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, root / place)
        control(root)
        made_at = moment(ROOT)
        set_modes_and_times(root, int(made_at))
        command = ["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", str(root), str(package)]
        environment = os.environ | {"SOURCE_DATE_EPOCH": made_at}
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return package


def install(target: Path, *what: str) -> None:
    """Packages as they are for Debian's Python, without what says how they got there. Copies: links
    would give uv's cache the package's modes and times."""
    command = [str(UV), "pip", "install", "--quiet", "--target", str(target), *what]
    command += ["--link-mode", "copy"]
    command += ["--python", sys.executable, "--python-version", PYTHON]
    subprocess.run([*command, "--python-platform", PLATFORM, "--no-build"], cwd=ROOT, check=True)
    for name in OF_THE_INSTALLER:
        for path in target.glob(f"*.dist-info/{name}"):
            path.unlink()
    shutil.rmtree(target / "bin", ignore_errors=True)
    (target / ".lock").unlink(missing_ok=True)


def control(root: Path) -> None:
    """What dpkg is told: the package's description, its files' sums (`dpkg --verify`), and what it
    runs."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    folder = root / "DEBIAN"
    folder.mkdir()
    size = sum(path.stat().st_size for path in files) >> 10
    text = (DEBIAN / "control").read_text()
    (folder / "control").write_text(text.format(version=f"{__version__}-1", size=size))
    sums = (f"{md5(path)}  {path.relative_to(root)}\n" for path in files)
    (folder / "md5sums").write_text("".join(sums))
    for name in ("postinst", "prerm", "postrm"):
        shutil.copy(DEBIAN / name, folder / name)


def md5(path: Path) -> str:
    """The format's own sum; what a release is checked by are its SHA256SUMS."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def set_modes_and_times(root: Path, moment: int) -> None:
    """Whatever the umask is: a file is what anybody may execute, or what anybody may read. dpkg-deb
    itself takes back only those times that are later than the commit's."""
    for path in (root, *root.rglob("*")):
        executable = path.is_dir() or bool(path.stat().st_mode & 0o111)
        path.chmod(0o755 if executable else 0o644)
        os.utime(path, (moment, moment))


def main(arguments: list[str]) -> int:
    if len(arguments) != 3 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    wheel, requirements, folder = (Path(argument).resolve() for argument in arguments)
    if missing := faults(wheel):
        print("\n".join(missing), file=sys.stderr)
        return 1
    print(build(wheel, requirements, folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
