"""A simulated platform with a fixed clock, for all tests of quotes."""

from collections.abc import Callable

import pytest

from attestor.core.report_data import Binding, Layout
from attestor.quote.simulated import SimulatedPlatform, Variation

MakePlatform = Callable[..., SimulatedPlatform]


@pytest.fixture(scope="session")
def now() -> int:
    return 1_790_000_000


@pytest.fixture(scope="session")
def bound() -> bytes:
    """Report data of some signer and block."""
    binding = Binding(31337, b"\x33" * 20, Layout.ATTESTOR)
    return binding.encode(b"\x11" * 20, 21_000_000, b"\x22" * 32)


@pytest.fixture(scope="session")
def make_platform(now: int) -> MakePlatform:
    """A platform of a seed; keyword arguments are the parts of its variation."""

    def make(seed: bytes = b"seed of tests", **parts: object) -> SimulatedPlatform:
        return SimulatedPlatform(seed, 31337, now, Variation(**parts))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def platform(make_platform: MakePlatform) -> SimulatedPlatform:
    return make_platform()
