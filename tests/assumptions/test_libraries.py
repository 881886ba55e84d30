"""Facts about libraries that our code is built around: when one changes, this fails first."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest
import sqlite_utils
from hexbytes import HexBytes


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PATH": os.defpath},
        check=False,
    )


def test_eth_account__import__raises_the_recursion_limit() -> None:
    """Why core.strict_json counts nesting itself."""
    result = python("import sys, eth_account; print(sys.getrecursionlimit())")
    assert int(result.stdout) == 100_000


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="CPython 3.12 bounds its C stack itself")
def test_json__raised_recursion_limit__nested_text_ends_the_process() -> None:
    code = "import json, sys; sys.setrecursionlimit(100_000); json.loads('[' * 1_000_000)"
    assert python(code).returncode == -signal.SIGSEGV


def test_sqlite_utils__insert_inside_a_transaction__is_undone_with_it() -> None:
    """Why store.database may use sqlite-utils inside of BEGIN IMMEDIATE."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    tables = sqlite_utils.Database(connection)
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    connection.execute("BEGIN IMMEDIATE")
    tables.table("t").insert({"a": 1})
    assert connection.in_transaction
    connection.execute("ROLLBACK")
    assert list(tables.query("SELECT * FROM t")) == []


def test_hexbytes__hex__has_no_prefix() -> None:
    """Why core.text is the only place that makes 0x text."""
    assert HexBytes("0x01ff").hex() == "01ff"


def test_click__group_help__imports_no_command() -> None:
    """Why the list of commands carries its own help lines."""
    code = """
import sys
from click.testing import CliRunner
from attestor.cli import group
CliRunner().invoke(group, ["--help"])
print([name for name in ("web3", "aiohttp", "attestor.cli.run") if name in sys.modules])
"""
    assert python(code).stdout.strip() == "[]"


def test_loguru__exception_by_its_defaults__shows_the_values_of_variables() -> None:
    """Why the log is set up with diagnose off: a key would be among them."""
    code = """
from loguru import logger
def sign(key):
    return int(key + "no", 16)
try:
    sign("0x" + "11" * 32)
except ValueError:
    logger.exception("signing failed")
"""
    assert "11" * 32 in python(code).stderr
