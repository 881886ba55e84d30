"""Jobs for several registrations in one database: apart in everything but the run."""

from dataclasses import replace

import pytest
from unit.store.test_jobs import PROOF

from attestor.core.job import Identity, JobLimits, Request
from attestor.core.proof import Proof
from attestor.errors.jobs import JobUnknown
from attestor.store.database import Store
from attestor.store.job_ends import JobEnds
from attestor.store.jobs import Jobs
from attestor.store.orders import DONE, Orders

A, B = f"1:0x{'0a' * 20}", f"2:0x{'0b' * 20}"
WORKER = "worker"
REQUEST = Request(b"elf", (b"in",))


class Two:
    """Jobs of two registrations; A is the default, whose ids are as upstream's."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.a = self.of(A)
        self.b = self.of(B)

    def of(self, registration: str) -> Jobs:
        return Jobs(self.store, lambda: 1_800_000_000.0, registration=registration)

    def finish(self, jobs: Jobs, identity: Identity, proof: Proof = PROOF) -> None:
        jobs.ask(identity, REQUEST)
        assert jobs.claim(WORKER, 60, [identity.job]) is not None
        jobs.finish(identity.job, WORKER, proof)


FOR_A, FOR_B = REQUEST.identify(), REQUEST.identify(B)


@pytest.fixture
def two(jobs_store: Store) -> Two:
    return Two(jobs_store)


def test_identify__other_registrations_and_limits__have_ids_of_their_own() -> None:
    limited = replace(REQUEST, limits=JobLimits(7, None))
    names = [FOR_A, FOR_B, REQUEST.identify(A), limited.identify(), limited.identify(B)]
    assert len({name.job for name in names}) == len(names)
    assert {(name.program, name.stdin) for name in names} == {(FOR_A.program, FOR_A.stdin)}


def test_claim__job_of_another_registration__is_not_given(two: Two) -> None:
    two.b.ask(FOR_B, REQUEST)
    assert two.a.claim(WORKER, 60, [FOR_B.job]) is None
    work = two.b.claim(WORKER, 60, [FOR_B.job])
    assert work is not None
    assert work.job == FOR_B.job


def test_claim__same_request__has_the_same_run_in_both(two: Two) -> None:
    two.a.ask(FOR_A, REQUEST)
    two.b.ask(FOR_B, REQUEST)
    runs = []
    for jobs, identity in ((two.a, FOR_A), (two.b, FOR_B)):
        work = jobs.claim(WORKER, 60, [identity.job])
        assert work is not None
        runs.append(work.run)
    assert runs[0] == runs[1] != ""


def test_open_count__many_for_one__leave_the_other_its_room(two: Two) -> None:
    requests = [Request(b"elf", (bytes([number]),)) for number in range(5)]
    for request in requests:
        two.b.ask(request.identify(B), request)
    waited = [request.identify(B).job for request in requests]
    assert (two.a.open_count(waited), two.b.open_count(waited)) == (0, 5)
    two.a.drop_parked([], 0)
    assert two.b.open_count(waited) == 5


def test_recover__one_registration__takes_over_its_own(two: Two) -> None:
    for jobs, identity in ((two.a, FOR_A), (two.b, FOR_B)):
        jobs.ask(identity, REQUEST)
        jobs.claim("gone", 60, [identity.job])
    two.a.recover()
    a, b = two.a.state(FOR_A.job), two.b.state(FOR_B.job)
    assert a is not None
    assert a.state == "queued"
    assert b is not None
    assert b.state == "running"


def test_state__job_of_another__is_not_known_but_its_registration_is(two: Two) -> None:
    two.b.ask(FOR_B, REQUEST)
    assert two.a.state(FOR_B.job) is None
    assert two.a.registration_of(FOR_B.job) == B
    assert two.a.registration_of("no job") is None


def test_outcome_of_same_run__finished_for_another__is_found(two: Two) -> None:
    two.finish(two.a, FOR_A)
    two.b.ask(FOR_B, REQUEST)
    found = two.b.results.outcome_of_same_run(FOR_B.job)
    assert found is not None
    assert (found.mac, found.public_values) == (PROOF.outcome_mac, PROOF.public_values)
    assert found.stdin_sha256 == FOR_A.stdin


@pytest.mark.parametrize(
    "other",
    [
        Request(b"elf", (b"in", b"")),
        Request(b"other", (b"in",)),
        replace(REQUEST, limits=JobLimits(5, None)),
    ],
)
def test_outcome_of_same_run__anything_else__is_not_it(two: Two, other: Request) -> None:
    two.finish(two.a, FOR_A)
    identity = other.identify(B)
    two.b.ask(identity, other)
    assert two.b.results.outcome_of_same_run(identity.job) is None


def test_outcome_of_same_run__without_a_mark__is_not_it(two: Two) -> None:
    two.finish(two.a, FOR_A, replace(PROOF, outcome_mac=b""))
    two.b.ask(FOR_B, REQUEST)
    assert two.b.results.outcome_of_same_run(FOR_B.job) is None


def test_ask__id_of_a_registration_that_was_the_default__is_a_new_job(two: Two) -> None:
    """What was signed for another registry must not be handed out for this one."""
    two.finish(two.a, FOR_A)
    assert two.b.known(FOR_A) is None
    two.b.ask(FOR_A, REQUEST)
    state = two.b.state(FOR_A.job)
    assert state is not None
    assert state.state == "queued"
    assert two.b.results.of(FOR_A.job) is None
    assert two.a.state(FOR_A.job) is None


def test_adopt__jobs_of_the_version_before__are_the_default_s(two: Two) -> None:
    before = two.of("")
    two.finish(before, FOR_A)
    two.b.ask(FOR_B, REQUEST)
    two.a.adopt()
    state = two.a.state(FOR_A.job)
    assert state is not None
    assert state.state == "done"
    assert two.b.registration_of(FOR_B.job) == B


def test_timed__deadlines__are_of_ones_own_jobs(two: Two) -> None:
    limited = replace(REQUEST, limits=JobLimits(None, 9))
    two.b.ask(limited.identify(B), limited)
    assert two.a.timed() == {}
    assert two.b.timed() == {limited.identify(B).job: 9}


def test_open_count_of__client__is_of_one_registration(two: Two) -> None:
    two.b.ask(FOR_B, REQUEST, "alice", kept=True)
    assert (two.a.open_count_of("alice", []), two.b.open_count_of("alice", [])) == (0, 1)


def test_withdraw__job_of_another_registration__is_unknown(two: Two) -> None:
    two.b.ask(FOR_B, REQUEST, "alice", kept=True)
    with pytest.raises(JobUnknown):
        two.a.withdraw(FOR_B.job, "alice", others_wait=False)
    assert not two.a.note_client(FOR_B.job, "bob")


def test_orders__job_of_any_registration__are_carried_out(two: Two) -> None:
    for jobs, identity in ((two.a, FOR_A), (two.b, FOR_B)):
        jobs.ask(identity, REQUEST, kept=True)
    orders = Orders(two.store)
    for job in (FOR_A.job, FOR_B.job):
        orders.give(job, "cancel")
    every = JobEnds(two.store, lambda: 1_800_000_000.0)
    assert set(orders.carry_out(every)) == {FOR_A.job, FOR_B.job}
    assert [orders.outcome(job) for job in (FOR_A.job, FOR_B.job)] == [DONE, DONE]
    assert orders.one(FOR_B.job)["registration"] == B


def test_programs__sent_by_themselves__are_of_all(two: Two) -> None:
    two.a.programs.upload(FOR_A.program, b"elf", bytes(32))
    for jobs, identity in ((two.a, FOR_A), (two.b, FOR_B)):
        jobs.ask(identity, replace(REQUEST, program=None), kept=True)
        work = jobs.claim(WORKER, 60, [])
        assert work is not None
        assert (work.job, work.program, work.program_sha256) == (
            *(identity.job, b"elf"),
            identity.program,
        )
