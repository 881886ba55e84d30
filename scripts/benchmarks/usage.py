"""What processes use as time goes by, and whether it grows."""

import contextlib
import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
HOUR = 3600.0


@dataclass(frozen=True)
class Usage:
    """Of one process at one moment, in seconds of any clock: resident memory in bytes, open
    descriptors, threads."""

    at: float
    rss: int
    descriptors: int
    threads: int


def usage(pid: int, at: float) -> Usage | None:
    """Now; None where the process has ended."""
    process = Path(f"/proc/{pid}")
    with contextlib.suppress(OSError):
        fields = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        if "VmRSS" in fields:
            rss = int(fields["VmRSS"].split()[0]) * 1024
            descriptors = sum(1 for _ in (process / "fd").iterdir())
            return Usage(at, rss, descriptors, int(fields["Threads"]))
    return None


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How fast a value grows, per second: the median of the slopes between all pairs of points
    (Theil and Sen), which a single step or outlier does not move. 0 of fewer than two points."""
    slopes = [
        (later - earlier) / (end - start)
        for (start, earlier), (end, later) in itertools.combinations(points, 2)
        if end > start
    ]
    return statistics.median(slopes) if slopes else 0.0


def rss_growth(found: Sequence[Usage]) -> float:
    """In MiB per hour."""
    return slope([(one.at, one.rss) for one in found]) * HOUR / MIB


def growth(values: Sequence[int]) -> int:
    """By how much the least of the last third is more than the least of the first: what is open for
    a moment does not count, what is never closed does."""
    third = len(values) // 3
    return min(values[-third:]) - min(values[:third]) if third else 0
