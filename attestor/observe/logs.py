"""One log, on standard error, without secrets.

loguru's `diagnose` prints the values of variables in tracebacks, keys included: it stays off.
Libraries that log through the standard library come in at WARNING and above; below that they
print payloads and URLs with API keys.
"""

import logging
import sys

from loguru import logger

FORMAT = "{time:YYYY-MM-DDTHH:mm:ss.SSS!UTC}Z {level: <7} {message}"


def set_up(level: str) -> None:
    """Send everything of at least `level` to standard error."""
    logger.remove()
    logger.add(sys.stderr, level=level, format=FORMAT, diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.WARNING, force=True)
    # A tick that is skipped because the one before still runs is meant, not worth a line.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class _ToLoguru(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        logger.log(record.levelname, "{}: {}", record.name, record.getMessage())
