"""One log, on standard error, without secrets.

loguru's `diagnose` prints the values of variables in tracebacks, keys included: it stays off.
Libraries that log through the standard library come in at WARNING and above; below that they
print payloads and URLs with API keys.
"""

import logging
import sys
from typing import TYPE_CHECKING

from loguru import logger

from attestor.core.text import one_line

if TYPE_CHECKING:
    from loguru import Record

FORMAT = "{time:YYYY-MM-DDTHH:mm:ss.SSS!UTC}Z {level: <7} {message}"


def set_up(level: str) -> None:
    """Send everything of at least `level` to standard error."""
    logger.remove()
    logger.configure(patcher=_on_one_line)
    logger.add(sys.stderr, level=level, format=FORMAT, diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.WARNING, force=True)
    # A tick that is skipped because the one before still runs is meant, not worth a line.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _on_one_line(record: "Record") -> None:
    """Messages hold foreign text, which must not forge further lines."""
    record["message"] = one_line(record["message"])


class _ToLoguru(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        logger.log(record.levelname, "{}: {}", record.name, record.getMessage())
