"""What is remembered of finished jobs is what the disk says, whatever was done to them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cases.lying_service import KEY, SIGNER, VALUES
from hypothesis import example, given
from hypothesis import strategies as st

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.job import Identity, Request
from attestor.core.proof import Proof
from attestor.errors import AttestorError
from attestor.jobs.queue import ProofQueue
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS

REQUESTS = [Request(b"elf", (bytes([number]),)) for number in range(2)]
CLIENTS = ("client alice", "client bob")
STEPS = st.tuples(
    st.sampled_from(["ask", "prove", "withdraw", "forget", "note", "again", "undone", "join"]),
    st.sampled_from(REQUESTS),
    st.sampled_from(CLIENTS),
    st.integers(0, 255),
)


def proof(number: int) -> Proof:
    digest, signature = bytes([number]) * 32, bytes([number]) * 65
    return Proof(
        *(SIGNER, KEY, VALUES, digest, signature, 7, Engine.ATTESTOR),
        cross_check=Timing.AFTER,
        valid_until=number,
    )


def step(jobs: Jobs, what: str, request: Request, client: str, number: int) -> None:
    identity = request.identify()
    job = identity.job
    steps: dict[str, Callable[[], object]] = {
        "ask": lambda: jobs.ask(identity, request, client, kept=True),
        "prove": lambda: prove(jobs, number),
        "join": lambda: jobs.note_client(job, client),
        "withdraw": lambda: jobs.withdraw(job, client, others_wait=False),
        "forget": lambda: jobs.forget(job),
        "note": lambda: jobs.results.note_finding(job, str(number)),
        "again": lambda: again(jobs, job, number),
        "undone": lambda: undone(jobs, job, number),
    }
    steps[what]()


def prove(jobs: Jobs, number: int) -> None:
    work = jobs.claim("owner", 60, [])
    if work is not None:
        jobs.finish(work.job, "owner", proof(number))


def again(jobs: Jobs, job: str, number: int) -> None:
    if jobs.results.of(job) is not None:
        jobs.results.signed_again(job, proof(number))


def undone(jobs: Jobs, job: str, number: int) -> None:
    with jobs._store.transaction():
        jobs.results.keep(job, proof(number))
        jobs.results.of(job)
        raise AttestorError("not this time")


def known(jobs: Jobs, identity: Identity) -> Any:
    return jobs.done(identity.job), jobs.results.of(identity.job)


def done_and_then(*what: str) -> list[tuple[str, Request, str, int]]:
    """Alice asks for a job and has it; Bob does the rest."""
    hers = [("ask", REQUESTS[0], CLIENTS[0], 1), ("prove", REQUESTS[0], CLIENTS[0], 1)]
    return hers + [(one, REQUESTS[0], CLIENTS[1], 2) for one in what]


@example(done_and_then("join", "withdraw"))
@example(done_and_then("note"))
@example(done_and_then("again"))
@example(done_and_then("undone"))
@example([*done_and_then(), ("ask", REQUESTS[0], CLIENTS[0], 2)])
@example(done_and_then("join", "forget"))
@given(st.lists(STEPS, max_size=20))
def test_remembered__any_steps__is_as_a_fresh_look_says(
    steps: list[tuple[str, Request, str, int]],
) -> None:
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "jobs.sqlite", JOBS)
        jobs = Jobs(store)
        for one in steps:
            with suppress(AttestorError):
                step(jobs, *one)
            for request in REQUESTS:
                identity = request.identify()
                fresh = Jobs(store)
                assert known(jobs, identity) == known(fresh, identity)
                store.on_touched[-2:] = []
        store.close()


def test_known_job__is_asked_for_again__without_a_look_at_the_disk(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "jobs.sqlite", JOBS)
    jobs, request, client = Jobs(store), REQUESTS[0], CLIENTS[0]
    identity = request.identify()
    step(jobs, "ask", request, client, 0)
    step(jobs, "prove", request, client, 1)
    # Whoever looks at the disk now fails.
    for connection in store._connections:
        connection.close()

    async def body() -> None:
        queue = ProofQueue(jobs, 8)
        with queue.waiting(identity.job, client):
            assert (await queue.ask(identity, request, client=client)).state == "done"
        state = await queue.wait(identity.job, 5, client)
        assert state is not None
        assert state.state == "done"
        assert (await queue.state(identity.job)).state == "done"
        assert queue.wanted() == []
        found = jobs.results.recall(identity.job)
        assert found is not None
        assert found.valid_until == 1

    asyncio.run(body())
