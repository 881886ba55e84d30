"""Which attestor this is: version, commit, and the SP1 circuit that its keys are for."""

import subprocess
from pathlib import Path

from attestor import __version__, resources
from attestor.core import strict_json

BUILD = resources.CARRIED / "build.json"
"""Written by the build: `{"commit": "…"}`."""


def told() -> str:
    """One line: version, commit and circuit."""
    from attestor.core.statement import CIRCUIT_VERSION

    return f"{__version__}, commit {built_from() or 'unknown'}, SP1 circuit {CIRCUIT_VERSION}"


def built_from() -> str | None:
    """The commit of the package, or of the checkout, as `commit` has it."""
    if resources.is_checkout():
        return commit(resources.PACKAGE.parent)
    try:
        return str(strict_json.loads(BUILD.read_bytes())["commit"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def commit(checkout: Path) -> str | None:
    """40 hexadecimal digits, and `-dirty` where files differ from that commit; None where git
    knows of none."""
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude", "*"]
    try:
        done = subprocess.run(asked, cwd=checkout, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() or None
