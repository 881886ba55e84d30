"""Facts about libraries that our code is built around: when one changes, this fails first."""

import inspect
import os
import signal
import sqlite3
import subprocess
import sys

import click
import pytest
import sqlite_utils
from aiohttp import web
from click.testing import CliRunner
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


@pytest.mark.parametrize("text", ["false", "0", "no"])
def test_click__flag_by_an_environment_variable_that_says_no__is_off(text: str) -> None:
    """8.2 took any text for yes: why no flag of ours is set by the environment."""

    @click.command()
    @click.option("--do/--do-not", default=True, envvar="DO")
    def command(do: bool) -> None:
        click.echo(do)

    assert CliRunner().invoke(command, env={"DO": text}).output == "False\n"


def test_aiohttp__body_by_its_defaults__is_a_mebibyte_whatever_it_is_read_for() -> None:
    """Why bodies are read by our own code: programs are larger, and other calls need far less."""
    assert web.Application()._client_max_size == 1 << 20
    assert "timeout" not in inspect.signature(web.BaseRequest.read).parameters


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
