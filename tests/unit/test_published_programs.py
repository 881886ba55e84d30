"""The script that brings the published programs, on caches of cargo that lack them or lie."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "published_programs.py"


def run(cargo_home: Path) -> subprocess.CompletedProcess[str]:
    """The script with this cache, and without cargo."""
    environment = {"CARGO_HOME": str(cargo_home), "PATH": str(cargo_home)}
    return subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True, check=False
    )


def test_published_programs__other_archive_in_the_cache__refused(tmp_path: Path) -> None:
    cache = tmp_path / "registry" / "cache" / "index"
    cache.mkdir(parents=True)
    crate = cache / "sp1-gpu-prover-6.10.0.crate"
    crate.write_bytes(b"not what was published")

    refused = run(tmp_path)

    assert refused.returncode == 1
    assert f"{crate} is not sp1-gpu-prover 6.10.0" in refused.stderr


def test_published_programs__no_cargo__unavailable_with_the_command(tmp_path: Path) -> None:
    missing = run(tmp_path)

    assert missing.returncode == os.EX_UNAVAILABLE
    assert "`cargo info sp1-gpu-prover@6.10.0` did not bring" in missing.stderr
