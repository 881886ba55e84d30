"""attestor as somebody has it who installed its wheel, in a venv outside of the checkout."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from attestor.config import ROOT

UV = ROOT / ".venv" / "bin" / "uv"
ANVIL_FOLDER = ROOT / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin"


@dataclass(frozen=True)
class Installed:
    """A venv with the wheel, and a folder to be in."""

    venv: Path
    folder: Path
    with_anvil: bool = True

    @property
    def environment(self) -> Mapping[str, str]:
        """PATH, with foundry's folder where there is an anvil, and nothing else."""
        path = f"{ANVIL_FOLDER}:{os.defpath}" if self.with_anvil else os.defpath
        return {"PATH": path}

    @property
    def program(self) -> str:
        """The command `attestor`."""
        return str(self.venv / "bin" / "attestor")

    def run(self, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """One command, until it ends."""
        return subprocess.run(
            [self.program, *arguments],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment,
            timeout=seconds,
            check=False,
        )

    def succeed(self, *arguments: str) -> str:
        """What a command prints that has to end well."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


def build_wheel(folder: Path) -> Path:
    """The wheel of the checkout, in `folder`."""
    script = ROOT / "scripts" / "build_package.py"
    done = subprocess.run(
        [sys.executable, script, "wheel", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(done.stdout.splitlines()[-1])


def locked(folder: Path, *extras: str) -> Path:
    """A file with exactly what uv.lock has, with hashes."""
    requirements = folder / f"requirements{'-'.join(extras)}.txt"
    chosen = [part for extra in extras for part in ("--extra", extra)]
    uv("export", "--frozen", *chosen, "--no-dev", "--no-emit-project", "-o", str(requirements))
    return requirements


def make_venv(venv: Path, wheel: Path, requirements: Path) -> None:
    """A new venv with the wheel and those packages."""
    uv("venv", "--python", sys.executable, str(venv))
    python = str(venv / "bin" / "python")
    uv("pip", "install", "--python", python, "--require-hashes", "-r", str(requirements))
    uv("pip", "install", "--python", python, "--no-deps", str(wheel))


def uv(*arguments: str) -> str:
    """What uv says on either stream; it may ask the package index."""
    done = subprocess.run(
        [UV, "--no-progress", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
