"""`attestor avs` as a process of its own."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ATTESTOR = ("-m", "attestor")


@dataclass
class Running:
    """`lines` is its log so far."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)


def write_file(folder: Path, **value: Any) -> Path:
    path = folder / "prover.json"
    path.write_text(json.dumps(value))
    return path


def command(file: Path, *options: str, program: Sequence[str] = ATTESTOR) -> list[str]:
    """Its database is beside the file."""
    database = ("--database", str(file.with_name("avs.sqlite")))
    return [
        sys.executable,
        *program,
        "avs",
        "-p",
        "0",
        "-c",
        str(file),
        *database,
        *options,
    ]


@contextmanager
def running(file: Path, *options: str, program: Sequence[str] = ATTESTOR) -> Iterator[Running]:
    """The process, once it listens on a port of its own choice."""
    options = ("--host", "127.0.0.1", *options)
    process = subprocess.Popen(
        command(file, *options, program=program), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    lines: list[str] = []
    try:
        for line in process.stderr:
            lines.append(line)
            if found := re.search(r"listening on https?://127\.0\.0\.1:(\d+)", line):
                break
        else:
            raise AssertionError(f"it ended: {''.join(lines)}")
        made = Running(process, int(found[1]), lines)
        threading.Thread(target=lambda: lines.extend(process.stderr or ()), daemon=True).start()
        yield made
    finally:
        process.kill()
        process.wait()
