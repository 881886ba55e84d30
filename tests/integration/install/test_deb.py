"""The Debian package, built from the wheel, unpacked and installed in folders that stand for a
machine's root."""

import filecmp
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import build_deb
import build_package
import pytest

from attestor import __version__
from attestor.config import ROOT

pytestmark = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed: no Debian package"
)
needs_python = pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="the package is for Python 3.11"
)
FIELDS = {
    "Package": "attestor",
    "Version": f"{__version__}-1",
    "Architecture": "amd64",
    "Section": "net",
    "Priority": "optional",
}
SCRIPTS = ("postinst", "postrm", "prerm")
FORCED = ("not-root", "script-chrootless", "depends")


@dataclass(frozen=True)
class Package:
    """A .deb, and the folder that it is unpacked in."""

    path: Path
    root: Path

    def members(self, part: str) -> list[tarfile.TarInfo]:
        """Of `ctrl` or of `fsys`."""
        with tarfile.open(fileobj=BytesIO(dpkg_deb(f"--{part}-tarfile", self.path))) as packed:
            return packed.getmembers()

    def control(self, name: str) -> str:
        return dpkg_deb("--info", self.path, name).decode()

    def run(self, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """The command `attestor`, by this Python and none of its packages."""
        command = [sys.executable, "-I", "-S", str(self.root / "usr/bin/attestor"), *arguments]
        return subprocess.run(
            command,
            cwd=folder,
            env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )


def dpkg_deb(*arguments: object) -> bytes:
    return subprocess.run(
        ["dpkg-deb", *map(str, arguments)], check=True, capture_output=True
    ).stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the executor's programs where they are built, and else without them."""
    return build_package.build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def package(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    folder = tmp_path_factory.mktemp("deb")
    built = build_deb.build(wheel, build_deb.locked(folder), folder)
    dpkg_deb("-x", built, folder / "root")
    return Package(built, folder / "root")


def test_control__of_the_package__says_what_it_is_and_needs(package: Package) -> None:
    told = dict(
        line.split(": ", 1)
        for line in package.control("control").splitlines()
        if not line.startswith(" ")
    )
    assert {name: told[name] for name in FIELDS} == FIELDS
    assert {"python3 (>= 3.11)", "python3 (<< 3.12)"} <= set(told["Depends"].split(", "))
    files = [one for one in package.members("fsys") if one.isfile()]
    assert int(told["Installed-Size"]) == sum(one.size for one in files) >> 10
    assert package.path.name == f"attestor_{__version__}-1_amd64.deb"


def test_members__of_the_package__are_roots_and_as_old_as_the_commit(package: Package) -> None:
    """Nobody but root may write one, and nothing says when or by whom it was built."""
    moment = int(build_package.moment(ROOT))
    for part in ("ctrl", "fsys"):
        members = package.members(part)
        assert len(members) >= 5
        for one in members:
            assert (one.uid, one.gid, one.uname, one.gname) == (0, 0, "root", "root"), one.name
            assert one.isdir() or one.isfile(), one.name
            assert one.mode in ((0o755,) if one.isdir() else (0o755, 0o644)), one.name
            assert one.mtime == moment, one.name


def test_modes__of_what_is_started__are_those_of_programs(package: Package) -> None:
    programs = {
        one.name.removeprefix("./")
        for one in package.members("fsys")
        if one.isfile() and one.mode == 0o755
    }
    assert {"usr/bin/attestor", "usr/lib/attestor/prepare-report"} <= programs
    started = {one.name for one in package.members("ctrl") if one.isfile() and one.mode == 0o755}
    assert started == {f"./{name}" for name in SCRIPTS}
    carried = package.root / build_deb.PACKAGES / "attestor" / "data" / "executor"
    for program in carried.glob("*"):
        assert str(program.relative_to(package.root)) in programs


def test_configuration__of_the_package__is_the_operators_own(package: Package) -> None:
    """Nothing below /etc, so that dpkg has no conffile and asks nothing at an upgrade."""
    names = {one.name.removeprefix("./") for one in package.members("fsys") if one.isfile()}
    assert not {name for name in names if not name.startswith(("usr/bin/", "usr/lib/", "usr/sh"))}
    assert {one.name for one in package.members("ctrl")} == {
        *(".", "./control", "./md5sums"),
        *(f"./{name}" for name in SCRIPTS),
    }
    assert set(build_deb.PLACES.values()) <= names
    assert not {name for name in names if "__pycache__" in name or name.endswith(".pyc")}


def test_sums__of_the_package__are_of_every_file(package: Package) -> None:
    told: dict[str, str] = {}
    for line in package.control("md5sums").splitlines():
        digest, name = line.split("  ", 1)
        told[name] = digest
    files = {one.name.removeprefix("./") for one in package.members("fsys") if one.isfile()}
    assert set(told) == files
    for name in build_deb.PLACES.values():
        assert told[name] == hashlib.md5((package.root / name).read_bytes()).hexdigest()


def is_same(one: Path, other: Path) -> bool:
    return filecmp.cmp(one, other, shallow=False)


def test_package__built_twice__is_the_same_bytes(
    package: Package, wheel: Path, tmp_path: Path
) -> None:
    """The second time in another folder, and for nobody else to read."""
    umask = os.umask(0o077)
    try:
        again = build_deb.build(wheel, build_deb.locked(tmp_path), tmp_path)
    finally:
        os.umask(umask)
    assert again.name == package.path.name
    # Of the files a difference would be shown, which takes for ever.
    assert is_same(again, package.path)


def test_package__of_a_wheel_that_is_not_whole__is_not_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = tmp_path / "attestor-0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("attestor/__init__.py", "")
    assert build_deb.main([str(wheel), str(tmp_path / "requirements.txt"), str(tmp_path)]) == 1
    assert "is not for a platform" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.deb"))


@needs_python
def test_version__of_the_unpacked_package__has_the_commit(package: Package, tmp_path: Path) -> None:
    """Every package that it needs is one of its own."""
    from attestor.version import commit

    done = package.run("--version", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"attestor {__version__}, commit {commit(ROOT)}, " in done.stdout


@needs_python
def test_init__of_the_unpacked_package__writes_what_it_reads(
    package: Package, tmp_path: Path
) -> None:
    done = package.run("init", "--folder", str(tmp_path / "etc"), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    written = tmp_path / "etc" / "attestor.toml"
    assert written.stat().st_mode & 0o777 == 0o600
    shown = package.run("config", "show", "--config", str(written), folder=tmp_path)
    assert "payer.key" in shown.stdout, shown.stderr


@pytest.fixture
def machine(tmp_path: Path) -> list[str]:
    """dpkg, with a root of its own that has no other package; its scripts run here."""
    if shutil.which("dpkg") is None:
        pytest.skip("dpkg is not installed")
    admin = tmp_path / "root" / "var" / "lib" / "dpkg"
    for name in ("info", "updates", "triggers"):
        (admin / name).mkdir(parents=True)
    (admin / "status").touch()
    (admin / "available").touch()
    forced = [f"--force-{name}" for name in FORCED]
    return ["dpkg", f"--root={tmp_path / 'root'}", f"--log={tmp_path / 'log'}", *forced]


def test_package__installed_and_removed__leaves_what_is_the_operators(
    package: Package, machine: list[str], tmp_path: Path
) -> None:
    root = tmp_path / "root"

    def dpkg(*arguments: str) -> str:
        done = subprocess.run([*machine, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    dpkg("--install", str(package.path))
    assert re.search(r"^Status: install ok installed$", dpkg("--status", "attestor"), re.M)
    for place in build_deb.PLACES.values():
        assert (root / place).is_file() or place.startswith("usr/share/doc/"), place
    cached = root / build_deb.PACKAGES / "attestor" / "__pycache__"
    cached.mkdir()
    (cached / "cli.cpython-311.pyc").touch()
    kept = root / "etc" / "attestor" / "attestor.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    dpkg("--purge", "attestor")
    assert kept.read_text() == "mine"
    assert not (root / "usr" / "lib" / "attestor").exists()
    assert not (root / "usr" / "bin" / "attestor").exists()
