"""Completion in bash, as docs/install.md says it is set up."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from attestor.cli import COMMANDS
from attestor.config import ROOT

DOCUMENTED = re.search(r"^eval .*$", (ROOT / "docs" / "install.md").read_text(), re.MULTILINE)
BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(BASH is None, reason="there is no bash")


def completed(*words: str) -> list[str]:
    """What bash offers for the last word, once the documented line was read."""
    assert DOCUMENTED is not None
    typed = " ".join(f"'{word}'" for word in words)
    script = f"""set -e
{DOCUMENTED.group()}
complete -p attestor > /dev/null
COMP_WORDS=(attestor {typed}) COMP_CWORD={len(words)}
_attestor_completion attestor
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    path = f"{Path(sys.executable).parent}:{os.defpath}"
    done = subprocess.run(
        [str(BASH), "-c", script], capture_output=True, text=True, env={"PATH": path}, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_completion__first_word__is_every_command() -> None:
    assert set(completed("")) == set(COMMANDS)


def test_completion__beginning_of_a_command__is_completed() -> None:
    assert completed("dev") == ["devnet"]


def test_completion__option_of_a_command__is_completed() -> None:
    assert completed("init", "--fo") == ["--folder"]


def test_completion__option_of_the_daemon__is_completed() -> None:
    assert "--chain-rpc-urls" in completed("run", "--chain-rpc")
