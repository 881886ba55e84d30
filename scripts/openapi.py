#!/usr/bin/env python3
"""Write docs/openapi.json from the descriptions beside the handlers of /v1.

scripts/openapi.py [--check]

With --check it writes nothing, and fails where the file is another.
"""

import json
import sys
from pathlib import Path

from attestor.http.v1.openapi import document

PATH = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def text() -> str:
    """What the file holds."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    if sys.argv[1:] == ["--check"]:
        if not PATH.is_file() or PATH.read_text() != text():
            sys.exit("docs/openapi.json differs from the code: run `make openapi`")
    else:
        PATH.write_text(text())


if __name__ == "__main__":
    main()
