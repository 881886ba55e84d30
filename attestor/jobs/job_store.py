"""Where jobs are kept, as the queue and the workers see it: `store.jobs.Jobs`, or another."""

from collections.abc import Sequence
from typing import Protocol

from attestor.core.job import JobState, Work
from attestor.core.proof import Proof


class JobStore(Protocol):
    """Jobs with leases. Safe to use from several threads, and by several owners.

    An owner (a worker, by a name that nobody else has) claims a job for some seconds and renews the
    lease while it works. A lease that ends makes the job claimable again. What closes a job, or
    gives it back, takes the owner's name and raises `LeaseLost` when the job is not its any more:
    a job is closed once, by whoever holds it.
    """

    def requeue_open(self) -> int:
        """Make the running jobs of owners that are gone claimable; how many jobs are open."""

    def open_count(self) -> int:
        """How many jobs wait or run."""

    def add(self, job: str, program: bytes, stdin: Sequence[bytes]) -> None:
        """Keep a new job with all that it needs."""

    def state(self, job: str) -> JobState | None:
        """How a job stands, or None when there is no such job."""

    def claim(self, owner: str, seconds: float) -> Work | None:
        """The oldest job that waits, or whose lease ended, now leased for `seconds`."""

    def renew(self, job: str, owner: str, seconds: float) -> None:
        """Hold the lease for `seconds` from now. Raises `LeaseLost`."""

    def release(self, job: str, owner: str) -> None:
        """Let others have the job. Raises `LeaseLost`."""

    def finish(self, job: str, owner: str, proof: Proof) -> None:
        """Close the job with its proof. Raises `LeaseLost`."""

    def fail(self, job: str, owner: str, code: str, message: str) -> None:
        """Close a job that cannot be proven. Raises `LeaseLost`."""
