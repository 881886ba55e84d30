"""How much CPU time the fast tests take: they stay fast only if somebody looks.

The fast tests are those of tests/unit and tests/docs without the mark `slow`. `make test-fast`
tells what they take. Twice as much is an error; less than that may be a machine that is busy.
"""

import os
from collections.abc import Generator

import pytest

SECONDS = 60.0
"""Of all fast tests together, with collecting and importing them; children count too."""

SECONDS_PER_TEST = 2.0
"""Of one test with its fixtures. One that takes more should be marked slow, or made faster."""


def cpu_seconds() -> float:
    """User and system time of this process and of its children that have ended."""
    return sum(os.times()[:4])


class CpuBudget:
    """A plugin of pytest. `folders` are those of fast tests, below the folder of tests."""

    def __init__(self, folders: tuple[str, ...], seconds: float = SECONDS) -> None:
        self._folders = folders
        self._seconds = seconds
        self._of_tests: dict[str, float] = {}
        self._of_others = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        before = cpu_seconds()
        result = yield
        self.count(item, cpu_seconds() - before)
        return result

    def count(self, item: pytest.Item, seconds: float) -> None:
        """Note what a test took."""
        if item.nodeid.startswith(self._folders) and not item.get_closest_marker("slow"):
            self._of_tests[item.nodeid] = seconds
        else:
            self._of_others += seconds

    @property
    def total(self) -> float:
        """CPU seconds of everything but the other tests."""
        return cpu_seconds() - self._of_others

    def faults(self) -> list[str]:
        """One sentence for each bound that was passed."""
        found = [
            f"{name} took {seconds:.1f} s of CPU, more than {SECONDS_PER_TEST:.0f}: mark it slow, "
            "unless this machine is busy"
            for name, seconds in self._of_tests.items()
            if seconds > SECONDS_PER_TEST
        ]
        if self._of_tests and self.total > self._seconds:
            found.append(
                f"the fast tests took {self.total:.0f} s of CPU, more than {self._seconds:.0f}: "
                "mark slow ones, unless this machine is busy"
            )
        return found

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        is_far_over = bool(self._of_tests) and self.total > 2 * self._seconds
        if is_far_over and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._of_tests:
            terminalreporter.write_line(f"{self.total:.1f} s of CPU for the fast tests")
        for fault in self.faults():
            terminalreporter.write_line(fault, red=True)
