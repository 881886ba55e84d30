"""Where jobs are kept, as the queue and the workers see it: `store.jobs.Jobs`, or another."""

from collections.abc import Collection
from typing import Protocol

from attestor.core.job import DoneJob, Identity, JobState, Request, Withdrawn, Work
from attestor.core.proof import Proof


class JobStore(Protocol):
    """Jobs with leases. Safe to use from several threads, and by several owners.

    An owner (a worker, by a name that nobody else has) claims a job for some seconds and renews the
    lease while it works. A lease that ends makes the job claimable again. What closes a job, or
    gives it back, takes the owner's name and raises `LeaseLost` when the job is not its any more:
    a job is closed once, by whoever holds it.

    A job is wanted while it is waited for, or once it was asked for by its id; others are parked.
    `waited` are the names of those that are waited for.
    """

    def recover(self) -> int:
        """Make the running jobs of owners that are gone claimable; how many jobs are wanted."""

    def open_count(self, waited: Collection[str]) -> int:
        """How many wanted jobs wait or run."""

    def drop_parked(self, waited: Collection[str], most: int) -> int:
        """Forget the oldest parked jobs, but for `most`; how many."""

    def open_count_of(self, client: str, waited: Collection[str]) -> int:
        """How many of these a client asked for."""

    def ask(
        self, identity: Identity, request: Request, client: str = "", kept: bool = False
    ) -> None:
        """Queue a job of a client with all that it needs, a new one or one that is over; one that
        is open is this client's too. Raises `ProgramUnknown`."""

    def note_client(self, job: str, client: str) -> bool:
        """A client asked for a job, too; whether there is such a job."""

    def withdraw(self, job: str, client: str, others_wait: bool) -> Withdrawn:
        """A client does not want a job any more. Raises `JobUnknown`, `NotJobOwner`."""

    def expire(self, job: str) -> None:
        """End an open job whose time is over. Raises `JobUnknown`."""

    def timed(self) -> dict[str, float]:
        """The open jobs that have to be finished in time, with the seconds that they have."""

    def keep(self, job: str) -> None:
        """The job was asked for by its id."""

    def is_kept(self, job: str) -> bool:
        """Whether it was."""

    def known(self, identity: Identity) -> JobState | None:
        """As `state`. Raises `RequestInvalid` when another request has that name."""

    def recall(self, job: str) -> DoneJob | None:
        """A job that is done, if that is known at once: it is called in the event loop."""

    def done(self, job: str) -> DoneJob | None:
        """A job that is done, None for any other; `recall` knows it after that, for a while."""

    def state(self, job: str) -> JobState | None:
        """How a job stands, or None when there is no such job."""

    def claim(self, owner: str, seconds: float, waited: Collection[str]) -> Work | None:
        """The oldest wanted job that waits, or whose lease ended, now leased for `seconds`."""

    def renew(self, job: str, owner: str, seconds: float) -> None:
        """Hold the lease for `seconds` from now. Raises `LeaseLost`."""

    def release(self, job: str, owner: str) -> None:
        """Let others have the job. Raises `LeaseLost`."""

    def finish(self, job: str, owner: str, proof: Proof) -> None:
        """Close the job with its proof. Raises `LeaseLost`."""

    def fail(self, job: str, owner: str, code: str, message: str, hint: str | None = None) -> None:
        """Close a job that cannot be proven. Raises `LeaseLost`."""
