"""What became of jobs since a start: how many by outcome, how long they ran, what was killed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from attestor.core.histogram import WORK_SECONDS, Histogram

PROVEN = "proven"
UNKNOWN = "unknown"
"""In the place of a code that no error has."""
MAX_COUNT = 1 << 53


@dataclass(frozen=True)
class JobFigures:
    """`outcomes` counts by `PROVEN` or the code of an error, `kills` the runs whose process was
    ended or died, by the code of the error, `runs` are the seconds from claim to end."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    kills: Mapping[str, int] = field(default_factory=dict)
    runs: Histogram = field(default_factory=lambda: Histogram.empty(WORK_SECONDS))

    def ended(self, outcome: str) -> "JobFigures":
        """One more job ended so."""
        return replace(self, outcomes=_more(self.outcomes, {outcome: 1}))

    def killed(self, code: str) -> "JobFigures":
        """One more run was killed, or its process died."""
        return replace(self, kills=_more(self.kills, {code: 1}))

    def ran(self, seconds: float) -> "JobFigures":
        """One more job ran that long."""
        return replace(self, runs=self.runs.took(seconds))

    def plus(self, other: "JobFigures") -> "JobFigures":
        """Both together."""
        return JobFigures(
            _more(self.outcomes, other.outcomes),
            _more(self.kills, other.kills),
            self.runs.plus(other.runs),
        )

    def to_header(self) -> dict[str, Any]:
        """As a part of a frame's header."""
        return {
            "outcomes": dict(self.outcomes),
            "kills": dict(self.kills),
            "runs": self.runs.to_header(),
        }

    @classmethod
    def from_header(cls, header: Mapping[str, Any], codes: frozenset[str]) -> "JobFigures":
        """From a process that is not believed: what is none of `codes` is `UNKNOWN`. Raises
        `ValueError`, `TypeError` or `LookupError`."""
        outcomes, kills = (_known(header[name], codes | {PROVEN}) for name in ("outcomes", "kills"))
        return cls(outcomes, kills, Histogram.from_header(header["runs"], WORK_SECONDS))


def _more(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _known(given: Mapping[str, Any], codes: frozenset[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in dict(given).items():
        known = name if name in codes else UNKNOWN
        found[known] = found.get(known, 0) + min(max(0, int(count)), MAX_COUNT)
    return found
