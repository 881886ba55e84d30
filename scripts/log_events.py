#!/usr/bin/env python3
"""Write docs/log-events.md from the list of events."""

from pathlib import Path

from attestor.core.events import Event

PAGE = Path(__file__).resolve().parent.parent / "docs" / "log-events.md"
HEAD = """# Events of the log

Generated from `attestor/core/events.py` by `make events`.

With `log.format = "json"`, or where no terminal reads it, each line of the log is one object:

| field | what |
|---|---|
| `time` | UTC, to the millisecond |
| `level` | `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL` |
| `event` | one of the names below; missing at `DEBUG` |
| `message` | one line for people; may change with each release |
| `code` | the code of the error, where there is one ([errors.md](errors.md)) |
| `chain` | the chain's name, where there are several |
| `request` | the id of the request, as in the answer's `X-Request-Id` |
| `transaction`, `job`, `batch` | what the line is about, as 0x text |
| `repeated` | how many lines like this one were left out before it |
| `trace` | lines of the trace of an unexpected error |

Alerts and searches should go by `event` and `code`.

| event | what it tells |
|---|---|
"""


def main() -> None:
    rows = "".join(f"| `{event.value}` | {event.about} |\n" for event in Event)
    PAGE.write_text(HEAD + rows)


if __name__ == "__main__":
    main()
