"""What a command loads before it works. Time is measured by `make bench-start`; here it is which
packages were imported, which is the same on a slow machine."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

LIGHT = {"attestor", "click"}
"""The packages that may be there when a command answers at once; of the standard library all may
but `HEAVY`."""
HEAVY = {"asyncio", "multiprocessing", "concurrent.futures", "sqlite3", "ssl", "http.client"}
READING = {"tomllib", "difflib", "encodings.idna"}
"""What reading a configuration or asking a daemon may need: help needs none of it."""
KNOWN = {"web3", "eth_utils", "eth_abi", "eth_account", "rlp", "aiohttp", "pydantic", "py_ecc"}
KNOWN |= {"sqlite_utils", "apscheduler", "ckzg", "coincurve", "cryptography", "loguru", "Crypto"}

ASKING = """
import contextlib, io, json, sys

bare = set(sys.modules)
from attestor import cli


def paths(command, path):
    yield path
    for name in getattr(command, "list_commands", lambda context: [])(None):
        yield from paths(command.get_command(None, name), [*path, name])


def answer(arguments):
    written = io.StringIO()
    with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
        try:
            cli.main(arguments)
        except SystemExit as end:
            return end.code or 0, written.getvalue()
    return 0, written.getvalue()


given = json.loads(sys.argv[1])
walked = ([*path, last] for last in ("--help", "--none-such") for path in paths(cli.group, []))
for arguments in given or walked:
    code, output = answer(arguments)
    print(json.dumps([arguments, code, output, sorted(set(sys.modules) - bare)]))
"""


def asked(folder: Path, *given: list[str]) -> list[tuple[list[str], int, str, set[str]]]:
    """Arguments, exit code, output, and what is imported then; without arguments the help of every
    command, then each with a wrong option. All of it in one process: what one command imports,
    the later ones have as well."""
    command = [sys.executable, "-c", ASKING, json.dumps(given)]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={}, check=False)
    assert run.returncode == 0, run.stderr
    lines = (json.loads(line) for line in run.stdout.splitlines())
    return [(arguments, code, told, set(found)) for arguments, code, told, found in lines]


def heavy(modules: set[str], at_most: frozenset[str] = frozenset(HEAVY)) -> set[str]:
    """What of it takes long to import."""
    roots = {name.partition(".")[0] for name in modules}
    foreign = roots - sys.stdlib_module_names - LIGHT
    return {name for name in foreign if not name.startswith("_")} | modules & at_most


def heavy_for_help(modules: set[str]) -> set[str]:
    """The same of a command that does nothing."""
    return heavy(modules, frozenset(HEAVY | READING))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[list[str], int, str, set[str]]]:
    return asked(tmp_path_factory.mktemp("start"))


def test_help__every_command__imports_nothing_heavy(
    answers: list[tuple[list[str], int, str, set[str]]],
) -> None:
    helped = [answer for answer in answers if answer[0][-1] == "--help"]
    assert len(helped) > 35
    for arguments, code, told, modules in helped:
        assert (code, told[:15]) == (0, "Usage: attestor"), arguments
        assert heavy_for_help(modules) == set(), f"attestor {' '.join(arguments)}"


def test_wrong_option__every_command__imports_nothing_heavy(
    answers: list[tuple[list[str], int, str, set[str]]],
) -> None:
    refused = [answer for answer in answers if answer[0][-1] != "--help"]
    assert len(refused) > 35
    for arguments, code, told, modules in refused:
        assert (code, "No such option" in told) == (2, True), arguments
        assert heavy(modules) == set(), f"attestor {' '.join(arguments)}"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["status", "--url", "http://127.0.0.1:1"], 3),
        (["config", "show", "--all"], 2),
        (["init", "--folder", "made"], 0),
        (["init", "--folder", "made", "--chain", "one"], 2),
        (["none-such"], 2),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_quick_command__with_its_work__imports_nothing_heavy(
    tmp_path: Path, arguments: list[str], code: int
) -> None:
    [(_, found, told, modules)] = asked(tmp_path, arguments)
    assert found == code, told
    assert heavy(modules) == set()


def test_status__no_daemon__imports_neither_its_document_nor_what_reads_a_file(
    tmp_path: Path,
) -> None:
    [(_, code, told, modules)] = asked(tmp_path, ["status", "--url", "http://127.0.0.1:1"])
    assert code == 3, told
    needless = {"attestor.status.document", "attestor.config.loading", "hashlib", *READING}
    assert not modules & needless


def test_heavy__packages_that_take_long__are_told() -> None:
    """The test would see them: under these names they are installed, and these names it tells."""
    assert all(find_spec(name) is not None for name in KNOWN | HEAVY | READING)
    assert heavy({f"{name}.part" for name in KNOWN} | HEAVY) == KNOWN | HEAVY
    assert heavy_for_help(READING) == READING
