"""Leases under any order of claims, renewals, ends and lapses: no job is two owners' at once, and
none is run that nobody wants."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.job import Request
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import LeaseLost
from attestor.store.database import Store
from attestor.store.jobs import MAX_STARTS, Jobs
from attestor.store.opening import JOBS

SIGNER = b"\x01" * 20
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
PROOF = Proof(SIGNER, KEY, b"v", b"d", b"s", 7, Engine.SP1_PORTABLE, Timing.NOT_NEEDED)
OWNERS = ("one", "two", "three")
LEASE = 60
NEVER = float("inf")


class Leases(RuleBasedStateMachine):
    """The store beside a model: for each open job its owner, the end of its lease, its starts."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(Path(self.folder.name) / "a.sqlite", JOBS)
        self.now = 0.0
        self.wall = 1_800_000_000.0
        self.jobs = Jobs(self.store, lambda: self.wall, lambda: self.now)
        self.waited: set[str] = set()
        self.kept: set[str] = set()
        self.asked = 0
        self.open: dict[str, tuple[str | None, float, int]] = {}
        self.closed: dict[str, str] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def is_free(self, job: str) -> bool:
        owner, until, _ = self.open[job]
        return owner is None or until <= self.now

    def is_wanted(self, job: str) -> bool:
        return job in self.waited or job in self.kept

    def is_claimable(self, job: str) -> bool:
        return self.is_free(job) and self.is_wanted(job)

    def give_up(self) -> None:
        for job in [job for job, (_, _, starts) in self.open.items() if starts >= MAX_STARTS]:
            if self.is_free(job):
                del self.open[job]
                self.closed[job] = "failed"

    @precondition(lambda self: len(self.open) < 4)
    @rule()
    def add(self) -> None:
        request = Request(b"elf", (str(self.asked).encode(),))
        identity, self.asked = request.identify(), self.asked + 1
        self.jobs.ask(identity, request)
        self.open[identity.job] = (None, NEVER, 0)
        self.waited.add(identity.job)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), verb=st.sampled_from(["leave", "come back", "keep"]))
    def want(self, data: st.DataObject, verb: str) -> None:
        job = data.draw(st.sampled_from(sorted(self.open)))
        if verb == "leave":
            self.waited.discard(job)
        elif verb == "come back":
            self.waited.add(job)
        else:
            self.jobs.keep(job)
            self.kept.add(job)

    @rule(seconds=st.sampled_from([1, LEASE // 2, LEASE]))
    def pass_time(self, seconds: int) -> None:
        self.now += seconds

    @rule(seconds=st.sampled_from([-86_400, -LEASE, LEASE, 86_400]))
    def set_wall_clock(self, seconds: int) -> None:
        """It decides nothing."""
        self.wall += seconds

    @rule(owner=st.sampled_from(OWNERS))
    def claim(self, owner: str) -> None:
        self.give_up()
        work = self.jobs.claim(owner, LEASE, self.waited)
        if work is None:
            assert not any(self.is_claimable(job) for job in self.open)
            return
        assert self.is_claimable(work.job), "a job that another holds"
        assert (work.program, len(work.stdin)) == (b"elf", 1)
        self.open[work.job] = (owner, self.now + LEASE, self.open[work.job][2] + 1)

    @precondition(lambda self: self.open or self.closed)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS))
    def act(self, data: st.DataObject, owner: str) -> None:
        job = data.draw(st.sampled_from(sorted([*self.open, *self.closed])))
        verb = data.draw(st.sampled_from(["renew", "release", "finish", "fail"]))
        if self.open.get(job, (None,))[0] != owner:
            with pytest.raises(LeaseLost):
                self.perform(verb, job, owner)
            return
        self.perform(verb, job, owner)
        starts = self.open[job][2]
        if verb == "renew":
            self.open[job] = (owner, self.now + LEASE, starts)
        elif verb == "release":
            self.open[job] = (None, NEVER, starts - 1)
        else:
            del self.open[job]
            self.closed[job] = "done" if verb == "finish" else "failed"

    def perform(self, verb: str, job: str, owner: str) -> None:
        match verb:
            case "renew":
                self.jobs.renew(job, owner, LEASE)
            case "release":
                self.jobs.release(job, owner)
            case "finish":
                self.jobs.finish(job, owner, PROOF)
            case "fail":
                self.jobs.fail(job, owner, "code", "message")

    @rule()
    def restart(self) -> None:
        self.open = {job: (None, NEVER, starts) for job, (_, _, starts) in self.open.items()}
        self.waited = set()
        self.give_up()
        assert self.jobs.recover() == len(self.kept & set(self.open))

    @invariant()
    def states_agree(self) -> None:
        for job, (owner, _, _) in self.open.items():
            state = self.jobs.state(job)
            assert state is not None
            assert state.state == ("queued" if owner is None else "running")
        for job, expected in self.closed.items():
            state = self.jobs.state(job)
            assert state is not None
            assert state.state == expected
            assert (self.jobs.results.of(job) is not None) is (expected == "done")
        wanted = [job for job in self.open if self.is_wanted(job)]
        assert self.jobs.open_count(self.waited) == len(wanted)


TestLeases = Leases.TestCase
TestLeases.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
