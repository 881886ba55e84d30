"""Commands whose output goes nowhere: streams that are closed, full or gone, and terminals that can
do little."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LINES = [
    ["--help"],
    ["run", "--help"],
    ["--version"],
    ["status"],
    ["status", "--json"],
    ["config", "show", "--all"],
    ["config", "show", "--json"],
    ["init", "--folder", "made"],
    ["doctor", "--json"],
    ["db", "verify", "none.sqlite"],
    ["quote", "none"],
]
EXITS = {0, 2, 3}


def run(folder: Path, line: list[str], shell: str, **environment: str) -> tuple[int, str]:
    """Exit code and stderr of a command in a line of bash, in which "$@" is it."""
    done = subprocess.run(
        ["bash", "-c", shell, "bash", sys.executable, "-m", "attestor", *line],
        cwd=folder,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "shell",
    [
        '"$@" > /dev/full',
        '"$@" 2> /dev/full',
        '"$@" > /dev/full 2>&1',
        '"$@" >&-',
        '"$@" 2>&-',
        '"$@" <&- >&- 2>&-',
    ],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_streams__closed_or_full__end_without_a_trace(
    line: list[str], shell: str, unbuffered: str, tmp_path: Path
) -> None:
    code, told = run(tmp_path, line, shell, PYTHONUNBUFFERED=unbuffered)
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    assert code in EXITS, told
    if shell == '"$@" > /dev/full':
        assert code in (2, 3)
        assert "cannot write what it prints: No space left on device" in told or code == 2


def test_streams__closed__no_file_gets_what_is_printed(tmp_path: Path) -> None:
    """The database would have been file 1, and stderr's the next."""
    made = "from pathlib import Path; from attestor.store.database import Store as S"
    code, told = run(tmp_path, [], f"{sys.executable} -c '{made}; S.open(Path(\"h\")).close()'")
    assert code == 0, told
    code, _ = run(tmp_path, ["audit", "--database", "h", "verify"], '"$@" <&- >&- 2>&-')
    assert code == 0
    code, told = run(tmp_path, ["db", "verify", "h"], '"$@" > /dev/null')
    assert code == 0, told


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
        {"COLUMNS": "1"},
        {"COLUMNS": "0"},
        {"COLUMNS": "x"},
        {"TERM": "dumb"},
    ],
    ids=str,
)
def test_environment__poor__commands_print_all_the_same(
    environment: dict[str, str], tmp_path: Path
) -> None:
    for line in (*LINES, ["db", "verify", os.fsdecode(b"\xff")], ["init", "--folder", "\u2603"]):
        code, told = run(tmp_path, line, '"$@" > /dev/null', **environment)
        assert "Traceback" not in told, line
        assert code in EXITS, line


def test_name__that_is_no_text__is_printed(tmp_path: Path) -> None:
    copy = os.fsdecode(b"copy\xff")
    made = "from pathlib import Path; from attestor.store.database import Store as S"
    run(tmp_path, [], f"{sys.executable} -c '{made}; S.open(Path(\"h\")).close()'")
    code, told = run(tmp_path, ["db", "backup", copy, "--database", "h"], '"$@"')
    assert code == 0, told
