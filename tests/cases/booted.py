"""This machine once more, with a systemd of its own as its first process: its files are those here,
and what is written to them is in memory and gone with it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

NEEDED = ("systemd-nspawn", "nsenter", "mount", "umount", "chroot", "dpkg")
CALLS = "@memlock @sandbox @mount @keyring"
"""What a container may not call unless it is told, and the daemon has to."""
SECONDS = 60.0


def lacking() -> str:
    """Why it cannot be had here; nothing where it can."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"{missing[0]} is not installed (package systemd-container)"
    return "" if os.geteuid() == 0 else "only root can boot it"


class Booted:
    """The booted copy. Its network is this machine's."""

    def __init__(self, leader: int) -> None:
        self._leader = str(leader)

    def run(self, *command: str) -> str:
        """The output of a command in it, whatever its exit code is."""
        entered = ["nsenter", "--target", self._leader, "--all", *command]
        done = subprocess.run(entered, capture_output=True, text=True, timeout=120, check=False)
        return done.stdout + done.stderr

    def shown(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", unit, "--property", name, "--value").strip()

    def until(self, unit: str, name: str, value: str, seconds: float = SECONDS) -> None:
        """Wait until a property of a unit has that value."""
        deadline = time.monotonic() + seconds
        while self.shown(unit, name) != value:
            assert time.monotonic() < deadline, self.log(unit)
            time.sleep(0.2)

    def log(self, unit: str) -> str:
        """What the unit and systemd wrote about it."""
        return self.run("journalctl", "--unit", unit, "--no-pager", "--output", "cat")


@contextmanager
def root_of_its_own(folder: Path) -> Iterator[Path]:
    """This machine's files, to be changed without a trace. Raises `CalledProcessError` where the
    kernel does not let root do that. No service is enabled in it."""
    with ExitStack() as undone:
        _mount(undone, folder, "-t", "tmpfs", "tmpfs")
        upper, work, root = (folder / name for name in ("upper", "work", "root"))
        for one in (upper, work, root):
            one.mkdir()
        layers = f"lowerdir=/,upperdir={upper},workdir={work}"
        _mount(undone, root, "-t", "overlay", "-o", layers, "overlay")
        for link in (root / "etc" / "systemd" / "system").rglob("*"):
            if link.is_symlink():
                link.unlink()
        yield root


@contextmanager
def booted(root: Path, unit: str) -> Iterator[Booted]:
    """Its systemd runs, and has begun to start `unit`."""
    command = ["systemd-nspawn", "-D", str(root), "--boot", "--register=no", "--keep-unit"]
    command += ["--console=pipe", f"--system-call-filter={CALLS}", "--capability=CAP_IPC_LOCK"]
    container = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + SECONDS
        while not _is_up(found := _first_process(container.pid), unit):
            assert container.poll() is None, f"systemd-nspawn ended with {container.returncode}"
            assert time.monotonic() < deadline, "systemd does not start the unit"
            time.sleep(0.2)
        yield Booted(found)
    finally:
        container.terminate()
        try:
            container.wait(20)
        except subprocess.TimeoutExpired:
            container.kill()
            container.wait()


def _first_process(container: int) -> int:
    children = Path(f"/proc/{container}/task/{container}/children")
    found = children.read_text().split() if children.exists() else []
    return int(found[0]) if found else 0


def _is_up(leader: int, unit: str) -> bool:
    return leader != 0 and Booted(leader).shown(unit, "ActiveState") in ("activating", "active")


def _mount(undone: ExitStack, place: Path, *arguments: str) -> None:
    subprocess.run(["mount", *arguments, str(place)], check=True, capture_output=True)
    undone.callback(subprocess.run, ["umount", "--lazy", str(place)], check=True)
