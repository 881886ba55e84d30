"""What one client may have: five limits, each a number or none."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

MAX_QUOTA = (1 << 62) - 1


@dataclass(frozen=True)
class Quotas:
    """Limits of one client; None where there is none."""

    requests_per_minute: int | None = None
    bytes_per_hour: int | None = None
    """Of requests' bodies."""
    cycles_per_hour: int | None = None
    cycles_per_day: int | None = None
    jobs: int | None = None
    """That wait or run at one time."""

    @classmethod
    def of_numbers(cls, numbers: Mapping[str, int]) -> "Quotas":
        """From numbers by name, in which 0 stands for none."""
        return cls(**{name: numbers[name] or None for name in NAMES})

    def with_own(self, own: Mapping[str, int]) -> "Quotas":
        """These, with a client's own in place of those that it has; 0 stands for none."""
        merged = {name: own.get(name, getattr(self, name)) or None for name in NAMES}
        return Quotas(**merged)


NAMES = tuple(one.name for one in fields(Quotas))


def read_own(value: Any) -> dict[str, int]:
    """A client's own quotas from JSON. Raises `ValueError`."""
    if not isinstance(value, dict):
        raise ValueError("quotas is not an object")
    for name, number in value.items():
        if name not in NAMES:
            raise ValueError(f"{name!r:.40} is not one of {', '.join(NAMES)}")
        if type(number) is not int or not 0 <= number <= MAX_QUOTA:
            raise ValueError(f"{name} is not a whole number from 0 on")
    return dict(value)
