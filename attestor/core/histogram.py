"""How long things took, as Prometheus counts it: pure, and small enough to be sent in a frame."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

CALL_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds for calls to endpoints."""
WORK_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)
"""Upper bounds for jobs and steps of a rotation."""


@dataclass(frozen=True)
class Histogram:
    """`counts` has one entry for each of `bounds` (seconds, ascending, inclusive), not cumulated,
    and one for what took longer; `total` is the sum of all seconds."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float = 0.0

    @classmethod
    def empty(cls, bounds: tuple[float, ...]) -> "Histogram":
        return cls(bounds, (0,) * (len(bounds) + 1))

    def took(self, seconds: float) -> "Histogram":
        """With one more."""
        at = bisect_left(self.bounds, seconds)
        counts = (*self.counts[:at], self.counts[at] + 1, *self.counts[at + 1 :])
        return replace(self, counts=counts, total=self.total + seconds)

    def plus(self, other: "Histogram") -> "Histogram":
        """Both together; they must have the same bounds."""
        counts = tuple(map(sum, zip(self.counts, other.counts, strict=True)))
        return replace(self, counts=counts, total=self.total + other.total)

    def to_header(self) -> dict[str, Any]:
        """As a part of a frame's header."""
        return {"counts": list(self.counts), "total": self.total}

    @classmethod
    def from_header(cls, header: Mapping[str, Any], bounds: tuple[float, ...]) -> "Histogram":
        """Of these bounds. Raises `ValueError` for one that is of others."""
        counts, total = tuple(map(int, header["counts"])), float(header["total"])
        if len(counts) != len(bounds) + 1 or min(counts) < 0 or not 0 <= total < float("inf"):
            raise ValueError("no histogram of these bounds")
        return cls(bounds, counts, total)
