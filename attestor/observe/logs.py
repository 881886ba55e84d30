"""One log, on standard error, without secrets: lines for people on a terminal, else one JSON object
per line.

    {"time": "2026-01-01T00:00:00.000Z", "level": "WARNING", "event": "step_failed", "message": "…",
     "code": "rpc_unreachable", "chain": "base", "request": "…", "transaction": "0x…", "trace": […]}

loguru's `diagnose` prints the values of variables in tracebacks, keys included: it stays off, and
traces are written by `observe.traces`. Libraries that log through the standard library come in at
WARNING and above; below that they print payloads and URLs with API keys.
"""

import json
import logging
import re
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TextIO

from loguru import logger

from attestor.core.events import Event
from attestor.core.redaction import safe
from attestor.core.text import one_line
from attestor.observe import traces
from attestor.observe.folding import Folding

if TYPE_CHECKING:
    from loguru import Message, Record

PUBLIC = ("transaction", "job", "batch")
"""Fields whose values are public: they may be in messages too, though they look like keys."""
FOLDED_FROM = logging.WARNING
_COLOURS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}
_shows = {"colours": True}
_CODE = re.compile(r"\[([a-z][a-z0-9_]+)\]$")


def set_up(level: str, form: str = "human", stream: TextIO | None = None) -> None:
    """Send everything of at least `level` to standard error. `form` is human, json, or auto: human
    where a terminal reads it."""
    stream = stream or sys.stderr
    logger.remove()
    logger.configure(patcher=_made_safe)
    sink = _Sink(stream, resolved(form, stream))
    # `format` is what the sink ignores: it writes the record itself.
    logger.add(sink.write, level=level, format="", diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.WARNING, force=True)
    # A tick that is skipped because the one before still runs is meant, not worth a line.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def resolved(form: str, stream: TextIO | None = None) -> str:
    """The form for this stream, also for another process that writes to it: human, json, or plain,
    which is human without colours."""
    if form == "auto":
        form = "human" if (stream or sys.stderr).isatty() else "json"
    return "plain" if form == "human" and not _shows["colours"] else form


def without_colours() -> None:
    """No line of this process, or of one that is told the `resolved` form, has any."""
    _shows["colours"] = False


def about_chain(name: str) -> AbstractContextManager[None]:
    """Lines of this thread are about that chain, where it has a name."""
    return logger.contextualize(chain=name) if name else nullcontext()


def _made_safe(record: "Record") -> None:
    """Messages and exceptions hold foreign text: no line of it may be forged, no secret told."""
    extra, raised = record["extra"], record["exception"]
    public = [str(extra[name]) for name in PUBLIC if name in extra]
    record["message"] = one_line(safe(record["message"], public))
    extra["trace"] = "" if raised is None else traces.told(raised.value)
    record["exception"] = None


class _Sink:
    """Writes records; the same warning again and again at a growing pace."""

    def __init__(self, stream: TextIO, form: str) -> None:
        self._stream = stream
        self._is_json = form == "json"
        self._is_coloured = form == "human" and stream.isatty()
        self._folding = Folding(time.monotonic)

    def write(self, message: "Message") -> None:
        """One record. Called by one thread at a time."""
        record = message.record
        repeated = 0
        if record["level"].no >= FOLDED_FROM:
            left_out = self._folding.take(_said(record))
            if left_out is None:
                return
            repeated = left_out
        line = self._json(record, repeated) if self._is_json else self._human(record, repeated)
        self._stream.write(line + "\n")
        self._stream.flush()

    def _human(self, record: "Record", repeated: int) -> str:
        extra, level = record["extra"], record["level"].name
        before = f"chain {extra['chain']}: " if extra.get("chain") else ""
        after = f" [request {extra['request']}]" if "request" in extra else ""
        again = f" (repeated {repeated} times)" if repeated else ""
        shown = f"{level: <7}"
        if self._is_coloured:
            shown = f"\x1b[{_COLOURS.get(level, '0')}m{shown}\x1b[0m"
        told = f"{before}{record['message']}{after}{again}{extra['trace']}"
        return f"{_time(record)} {shown} {told}"

    def _json(self, record: "Record", repeated: int) -> str:
        extra = record["extra"]
        code = _CODE.search(record["message"])
        trace = [line.removeprefix("  | ") for line in extra["trace"].splitlines() if line]
        fields: dict[str, Any] = {
            "time": _time(record),
            "level": record["level"].name,
            "event": extra.get("event"),
            "message": record["message"],
            "code": code[1] if code else None,
            "chain": extra.get("chain") or None,
            "request": extra.get("request"),
            **{name: extra.get(name) for name in PUBLIC},
            "repeated": repeated or None,
            "trace": trace or None,
        }
        told = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(told, ensure_ascii=False)


def _said(record: "Record") -> str:
    """What makes a line the same as another: two exceptions with one message are not."""
    extra = record["extra"]
    raised = extra["trace"].rstrip().rpartition("\n")[2]
    return f"{extra.get('chain')} {record['message']} {raised}"


def _time(record: "Record") -> str:
    seconds = record["time"].timestamp()
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{moment}.{int(seconds * 1000) % 1000:03}Z"


class _ToLoguru(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raised = record.exc_info[1] if record.exc_info else None
        lines = logger.bind(event=Event.DEPENDENCY).opt(exception=raised)
        lines.log(_level(record), "{}: {}", record.name, _message(record))


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
