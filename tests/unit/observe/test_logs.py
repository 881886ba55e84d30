"""The log: one line per message, no values of variables, nothing below what is asked for."""

import logging
from collections.abc import Iterator

import pytest
from loguru import logger

from attestor.observe import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    logger.remove()
    logger.configure(patcher=None)


def test_set_up__message__is_one_line_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO")
    logger.info("signer {} created", "0x12")
    line = capsys.readouterr().err
    assert line.endswith("Z INFO    signer 0x12 created\n")
    assert line[4] == "-"


def test_set_up__foreign_text__cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO")
    logger.warning("job failed: {}", "boom\n2026-01-01T00:00:00Z INFO all is well\x1b[2J")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "\x1b" not in lines[0]


def test_set_up__level__hides_what_is_below(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("WARNING")
    logger.info("quiet")
    assert capsys.readouterr().err == ""


def test_set_up__exception__shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO")
    secret = "0x" + "5e" * 32
    try:
        int(secret + "z", 16)
    except ValueError:
        logger.exception("signing failed")
    told = capsys.readouterr().err
    assert "signing failed" in told
    assert "secret = " not in told
    assert "└" not in told


def test_set_up__libraries__come_in_at_warning_and_above(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("DEBUG")
    logging.getLogger("urllib3.connectionpool").debug("GET /v2/secret-key")
    logging.getLogger("aiohttp.server").warning("odd request")
    told = capsys.readouterr().err
    assert "secret-key" not in told
    assert "aiohttp.server: odd request" in told
