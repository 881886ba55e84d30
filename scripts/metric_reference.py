#!/usr/bin/env python3
"""Write the table of docs/metrics.md from the declared metrics, or check that it is up to date.

scripts/metric_reference.py            write
scripts/metric_reference.py --check    change nothing; exit 1 if it differs
"""

import sys
from pathlib import Path

from attestor.http.metric_table import METRICS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "metrics.md"
BEGIN, END = "<!-- metrics -->\n", "<!-- end of metrics -->\n"


def table() -> str:
    """One row for each metric, in the order in which they are answered."""
    rows = ["| metric | kind | labels | means |\n|---|---|---|---|\n"]
    for one in METRICS:
        labels = [f"`{name}`" for name in (*one.labels, *(("chain",) if one.of_chain else ()))]
        rows.append(f"| `{one.name}` | {one.kind} | {', '.join(labels)} | {one.help} |\n")
    return "".join(rows)


def page(text: str) -> str:
    """The page with the table of now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """0, or 1 when a check finds the page out of date."""
    found = PAGE.read_text()
    if "--check" in arguments:
        if found != page(found):
            print("docs/metrics.md is out of date: run scripts/metric_reference.py")
            return 1
        return 0
    PAGE.write_text(page(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
