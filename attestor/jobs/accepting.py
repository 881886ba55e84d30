"""What is done with the database when a job is asked for: all of it in one thread's turn."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from attestor.core.job import Identity, JobState, Request
from attestor.errors import QueueFull, Stopping
from attestor.jobs.job_store import JobStore


@dataclass(frozen=True)
class Asked:
    """A job that a client asks for; one that is `kept` is run whether or not anyone waits."""

    identity: Identity
    request: Request
    client: str = ""
    kept: bool = False


class Accepting:
    """Bounds of what is open: `max_open` jobs, of one client `max_open_per_client`. One call at a
    time, in a thread with the context of who asks. `wanted` are the jobs that are waited for."""

    def __init__(self, jobs: JobStore, max_open: int, max_open_per_client: int) -> None:
        self._jobs = jobs
        self.bounds = max_open, max_open_per_client
        self.require_quota: Callable[[str, int | None], None] = lambda job, cycles: None
        """Called before a job is queued, with the cycle limit that came with it."""
        self.join_quota: Callable[[str, int | None], None] = lambda job, cycles: None
        """Called before a client joins an open job."""
        self.stopping: Stopping | None = None
        """Why no job is queued any more."""

    def join(self, asked: Asked, wanted: Collection[str]) -> JobState:
        """The job of that name as it stands, now this client's too; queued first unless it is open,
        or over in a way that would repeat itself. Raises as `ProofQueue.ask`."""
        state = self._jobs.known(asked.identity)
        # One that is over may be withdrawn at this moment.
        if state is not None and state.is_final:
            if self._jobs.note_client(asked.identity.job, asked.client):
                self._jobs.done(asked.identity.job)
                return state
            state = None
        return self._opened(asked, wanted, state)

    def run_again(self, asked: Asked, wanted: Collection[str]) -> JobState:
        """The same, also where it is over. Raises as `ProofQueue.ask`."""
        return self._opened(asked, wanted, self._jobs.known(asked.identity))

    def _opened(self, asked: Asked, wanted: Collection[str], state: JobState | None) -> JobState:
        job = asked.identity.job
        if self.stopping is not None:
            raise Stopping(self.stopping.message, hint=self.stopping.hint)
        if state is not None and state.is_open:
            if asked.client or asked.kept:
                self.join_quota(job, asked.request.limits.cycles)
                self._ask(asked)
            return state
        self._require_room(asked, [name for name in wanted if name != job])
        self.require_quota(job, asked.request.limits.cycles)
        self._ask(asked)
        self._jobs.drop_parked(wanted, self.bounds[0])
        return JobState("queued", None, None)

    def _ask(self, asked: Asked) -> None:
        self._jobs.ask(asked.identity, asked.request, asked.client, asked.kept)

    def _require_room(self, asked: Asked, others: Collection[str]) -> None:
        most, most_of_one = self.bounds
        if self._jobs.open_count(others) >= most:
            raise QueueFull(f"{most} jobs are waiting already", hint="try again later")
        client = asked.client
        if client and self._jobs.open_count_of(client, others) >= most_of_one:
            raise QueueFull(
                f"{most_of_one} jobs of this client are waiting already",
                hint="let one of them finish",
            )
