"""The duty of asking the signer process what SP1's engine said about samples."""

from collections.abc import Callable

from attestor.jobs.cross_checks import CrossChecks

DEADLINE_SECONDS = 60.0


class CrossCheckDuty:
    """`on_disagreement` is given the reason each time that a disagreement is found to stand."""

    name = "cross_checks"
    deadline = DEADLINE_SECONDS

    def __init__(
        self, checks: CrossChecks, on_disagreement: Callable[[str], None], interval: float
    ) -> None:
        self.interval = interval
        self._checks = checks
        self._on_disagreement = on_disagreement

    def step(self) -> None:
        """Raises `Fatal` errors of signer process and database."""
        found = self._checks.follow()
        if found is not None:
            self._on_disagreement(f"job {found.job}: {found.reason}")

    def close(self) -> None:
        """A step does not wait for anything but the signer process."""
