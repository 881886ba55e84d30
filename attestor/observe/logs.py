"""One log, on standard error, without secrets.

loguru's `diagnose` prints the values of variables in tracebacks, keys included: it stays off, and
traces are written by `observe.traces`. Libraries that log through the standard library come in at
WARNING and above; below that they print payloads and URLs with API keys.
"""

import logging
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from loguru import logger

from attestor.core.text import one_line
from attestor.observe import traces

if TYPE_CHECKING:
    from loguru import Record

FORMAT = "{time:YYYY-MM-DDTHH:mm:ss.SSS!UTC}Z {level: <7} {message}{extra[trace]}"


def set_up(level: str) -> None:
    """Send everything of at least `level` to standard error."""
    logger.remove()
    logger.configure(patcher=_made_safe)
    logger.add(sys.stderr, level=level, format=FORMAT, diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.WARNING, force=True)
    # A tick that is skipped because the one before still runs is meant, not worth a line.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def about_chain(name: str) -> AbstractContextManager[None]:
    """Lines of this thread begin with the chain's name, where it has one."""
    return logger.contextualize(chain=name) if name else nullcontext()


def _made_safe(record: "Record") -> None:
    """Messages and exceptions hold foreign text, which must not forge further lines."""
    extra = record["extra"]
    before = f"chain {extra['chain']}: " if extra.get("chain") else ""
    after = f" [request {extra['request']}]" if "request" in extra else ""
    record["message"] = before + one_line(record["message"]) + after
    raised = record["exception"]
    record["extra"]["trace"] = "" if raised is None else traces.told(raised.value)
    record["exception"] = None


class _ToLoguru(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raised = record.exc_info[1] if record.exc_info else None
        logger.opt(exception=raised).log(_level(record), "{}: {}", record.name, _message(record))


def _level(record: logging.LogRecord) -> str | int:
    try:
        return logger.level(record.levelname).name
    except ValueError:
        return record.levelno


def _message(record: logging.LogRecord) -> str:
    """A library's mistake in a call of its logger must not raise in whoever logs."""
    try:
        return record.getMessage()
    except Exception:
        return f"{record.msg} (its arguments do not fit)"
