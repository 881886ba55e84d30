"""Orders reach the queue of the job's own registration."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from attestor.api.housekeeping import Housekeeping
from attestor.core.job import Request
from attestor.store.database import Store
from attestor.store.job_ends import JobEnds
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS
from attestor.store.orders import DONE, Orders

A, B, GONE = f"1:0x{'0a' * 20}", f"2:0x{'0b' * 20}", f"3:0x{'0c' * 20}"
REQUEST = Request(b"elf", (b"in",))


class Queue:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def notify(self) -> None:
        self.heard.append("notify")

    def ended(self, job: str) -> None:
        self.heard.append(job)


@pytest.mark.parametrize("registration", [A, B, GONE])
def test_carry_out__cancelled_job__is_told_to_its_own_queue(
    registration: str, tmp_path: Path
) -> None:
    store = Store.open(tmp_path / "jobs.sqlite", JOBS)
    identity = REQUEST.identify(registration)
    Jobs(store, registration=registration).ask(identity, REQUEST, kept=True)
    queues, orders = {A: Queue(), B: Queue()}, Orders(store)
    orders.give(identity.job, "cancel")
    every = JobEnds(store, lambda: 0.0)
    keeping = Housekeeping(cast(Any, queues), every, orders, cast(Any, None))
    asyncio.run(keeping.carry_out())
    assert orders.outcome(identity.job) == DONE
    heard = {name: queue.heard for name, queue in queues.items()}
    assert heard == {name: [identity.job] if name == registration else [] for name in (A, B)}
    store.close()
