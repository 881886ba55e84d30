"""The log: one line per message, no values of variables, nothing below what is asked for."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from loguru import logger

from attestor.core.events import Event
from attestor.observe import logs, traces


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    logger.remove()
    logger.configure(patcher=lambda record: None)


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


def test_set_up__librarys_exception__is_in_the_log_with_its_trace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("INFO")
    try:
        raise_it("what was missing")
    except KeyError:
        logging.getLogger("apscheduler.executors").exception("job failed")
    told = capsys.readouterr().err
    assert "ERROR   apscheduler.executors: job failed\n" in told
    assert "  | Traceback (most recent call last):" in told
    assert "in raise_it" in told
    assert "KeyError: 'what was missing'" in told


def test_set_up__librarys_record_without_an_exception__has_no_trace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("INFO")
    logging.getLogger("aiohttp").error("odd", exc_info=True)
    logging.getLogger("aiohttp").error("even", exc_info=(None, None, None))
    told = capsys.readouterr().err.splitlines()
    assert [line[25:] for line in told] == ["ERROR   aiohttp: odd", "ERROR   aiohttp: even"]


def test_set_up__librarys_mistakes__do_not_raise_in_the_library(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("INFO")
    logging.getLogger("x").error("%d jobs, {} braces", "no number")
    logging.getLogger("x").log(35, "a level of its own")
    told = capsys.readouterr().err
    assert "%d jobs, {} braces (its arguments do not fit)" in told
    assert "a level of its own" in told


def test_set_up__trace_with_foreign_text__cannot_forge_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("INFO")
    try:
        raise_it("x")
    except KeyError as error:
        cause = ValueError("boom\n2026-01-01T00:00:00.000Z INFO    all is well\x1b[2J\r\x85end")
        cause.__cause__ = error
        logger.opt(exception=cause).error("failed")
    lines = capsys.readouterr().err.splitlines()
    assert "\x1b" not in "".join(lines)
    assert all(line.startswith("  | ") for line in lines[1:])
    assert any("all is well" in line for line in lines)


def test_set_up__trace__shows_neither_values_nor_keys_of_endpoints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("INFO")
    key = "5e" * 32
    try:
        sign(key)
    except ValueError:
        logging.getLogger("x").exception("failed")
    told = capsys.readouterr().err
    assert "in sign" in told
    for secret in (key, "user:pass", "v2/secret", "token=secret"):
        assert secret not in told
    assert "https://node.example:8545/…" in told


def sign(key: str) -> None:
    raise ValueError(
        f"cannot sign with 0x{key} at https://user:pass@node.example:8545/v2/secret?token=secret "
        "(Caused by url: /v2/secret)"
    )


def raise_it(what: str) -> None:
    raise KeyError(what)


def test_told__endless_trace__is_cut() -> None:
    def deeper(left: int) -> None:
        if left:
            other(left)
        raise ValueError("x" * 100_000)

    def other(left: int) -> None:
        deeper(left - 1)

    with pytest.raises(ValueError, match="x") as caught:
        deeper(300)
    lines = traces.told(caught.value).splitlines()
    assert len(lines) <= traces.MAX_LINES + 2
    assert max(len(line) for line in lines) <= traces.MAX_LINE + 10


def test_set_up__json__is_one_object_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO", "json")
    with logs.about_chain("base"), logger.contextualize(request="r-1"):
        logger.bind(event=Event.STEP_FAILED).warning("failed: {} [{}]", "no answer\n", "rpc_error")
    logger.bind(event=Event.JOB_PROVEN, job="0x" + "ab" * 32).info(
        "job {} proven", "0x" + "ab" * 32
    )
    failed, proven = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert failed.pop("time").endswith("Z")
    assert failed == {
        "level": "WARNING",
        "event": "step_failed",
        "message": "failed: no answer [rpc_error]",
        "code": "rpc_error",
        "chain": "base",
        "request": "r-1",
    }
    assert proven["job"] in proven["message"]


def test_set_up__json_of_an_exception__has_its_trace_as_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("INFO", "json")
    try:
        raise_it("gone")
    except KeyError as error:
        logger.opt(exception=error).error("failed")
    (line,) = capsys.readouterr().err.splitlines()
    trace = json.loads(line)["trace"]
    assert trace[0].startswith("Traceback")
    assert trace[-1] == "KeyError: 'gone'"


@pytest.mark.parametrize(("terminal", "begin"), [(True, "2"), (False, "{")])
def test_set_up__auto__is_for_people_on_a_terminal_alone(terminal: bool, begin: str) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    stream = Stream()
    logs.set_up("INFO", "auto", stream)
    logger.warning("look")
    assert stream.getvalue().startswith(begin)
    assert ("\x1b[33mWARNING" in stream.getvalue()) == terminal


def test_set_up__same_warning_again__is_written_at_a_growing_pace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 1000.0
    monkeypatch.setattr("attestor.observe.logs.time.monotonic", lambda: now)
    logs.set_up("INFO")
    for second in range(300):
        now = 1000.0 + second
        logger.warning("no answer")
        logger.info("tick")
    told = [line[25:] for line in capsys.readouterr().err.splitlines() if "no answer" in line]
    assert told == [
        "WARNING no answer",
        "WARNING no answer (repeated 59 times)",
        "WARNING no answer (repeated 119 times)",
    ]


def test_set_up__warnings_that_differ__are_all_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO")
    for number in range(2000):
        logger.warning("no answer to {}", number)
    assert len(capsys.readouterr().err.splitlines()) == 2000


def test_set_up__another_exception_under_the_same_message__its_trace_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("INFO", "json")
    for name in ("first", "first", "second"):
        try:
            raise_it(name)
        except KeyError as error:
            logger.opt(exception=error).error("a worker met an unexpected error")
    traces = [json.loads(line)["trace"][-1] for line in capsys.readouterr().err.splitlines()]
    assert traces == ["KeyError: 'first'", "KeyError: 'second'"]


def test_set_up__same_warning_of_another_chain__is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("INFO")
    for chain in ("base", "scroll", "base"):
        with logs.about_chain(chain):
            logger.warning("no answer")
    told = [line[25:] for line in capsys.readouterr().err.splitlines()]
    assert told == ["WARNING chain base: no answer", "WARNING chain scroll: no answer"]


@pytest.mark.parametrize("form", ["human", "json"])
def test_set_up__secret_in_a_message__is_not_written(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("INFO", form)
    key = "5e" * 32
    logger.warning("cannot sign with {} at {}", f"0x{key}", "https://u:pass@node.example/v2/token")
    logging.getLogger("x").warning("key %s", key)
    told = capsys.readouterr().err
    assert "https://node.example/…" in told
    assert not any(secret in told for secret in (key, "u:pass", "v2/token"))
