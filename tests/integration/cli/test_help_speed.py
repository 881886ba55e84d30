"""`attestor --help` answers fast: measured beside bare Python, the least of several runs."""

import os
import subprocess
import sys
import time

from attestor.config import ROOT

ALLOWED_SECONDS = 0.150
RUNS = 10


def seconds(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={"PATH": os.defpath},
    )
    return time.perf_counter() - started


def test_help__beside_bare_python__costs_less_than_150_ms() -> None:
    bare, with_help = [], []
    for _ in range(RUNS):
        bare.append(seconds("-c", "pass"))
        with_help.append(seconds("-m", "attestor", "--help"))
    assert min(with_help) - min(bare) < ALLOWED_SECONDS
