"""Colours and lines that are drawn anew: only where the terminal shows them and the user wants."""

import io

import pytest
from loguru import logger

from attestor.cli import terminal
from attestor.cli.live_line import LiveLine
from attestor.observe import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(logs, "_shows", {"colours": True})


def logged(monkeypatch: pytest.MonkeyPatch) -> str:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    terminal.set_up_log("INFO", "auto")
    logger.info("something")
    logger.remove()
    return stream.getvalue()


def test_log__terminal__has_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[32m" in logged(monkeypatch)
    assert logs.resolved("auto", Terminal()) == "human"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_log__without_colours__has_none_here_nor_in_the_api_process(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    told = logged(monkeypatch)
    assert "something" in told
    assert "\x1b" not in told
    assert logs.resolved("auto", Terminal()) == "plain"
    assert logs.resolved("json", Terminal()) == "json"
    assert logs.resolved("auto", io.StringIO()) == "json"


def drawn(text: str) -> str:
    stream = Terminal()
    LiveLine(stream, lambda seconds: text)._replace(text)
    return stream.getvalue()


def test_live_line__narrow_terminal__is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert drawn("x" * 50).removeprefix("\r\x1b[K") == "x" * 19


def test_live_line__dumb_terminal__is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert drawn("x") == ""
