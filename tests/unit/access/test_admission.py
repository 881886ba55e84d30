"""Jobs and cycles of a client: who may have one more run, and who pays for it."""

from pathlib import Path

import pytest

from attestor.access.admission import Admission
from attestor.api.metered import CYCLES_PER_SECOND, Metered
from attestor.core.client import Client, How
from attestor.core.job import Request, Work
from attestor.core.proof import Proof
from attestor.core.quotas import Quotas
from attestor.errors import ExecutionCycleLimit, ExecutionStopped, NoActiveSigner
from attestor.errors.access import QuotaExceeded
from attestor.store.client_cycles import DAY_SECONDS, SLICE_SECONDS, ClientCycles
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS
from attestor.store.payers import payers

NOW = 1_800_000_000.0


class Bench:
    """An admission over a real database, for one client at a time."""

    def __init__(self, path: Path) -> None:
        self.now = NOW
        self.client: Client | None = None
        self.open: set[str] = set()
        self.store = Store.open(path, JOBS)
        self.cycles = ClientCycles(self.store, lambda: self.now)
        self.admission = Admission(lambda: self.client, self.open.__contains__, self.cycles)

    def ask(self, name: str, job: str, **quotas: int) -> None:
        self.client = Client(name, How.KEY, Quotas(**quotas))
        self.admission.require(job)
        self.open.add(job)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "jobs.sqlite")


def test_jobs__as_many_as_may_be__end_in_429_until_one_is_over(bench: Bench) -> None:
    bench.ask("alice", "a", jobs=2)
    bench.ask("alice", "b", jobs=2)
    with pytest.raises(QuotaExceeded) as caught:
        bench.ask("alice", "c", jobs=2)
    assert caught.value.limit == "jobs"
    bench.ask("alice", "b", jobs=2)
    bench.ask("bob", "c", jobs=2)
    bench.open.discard("a")
    bench.ask("alice", "d", jobs=2)


@pytest.mark.parametrize(
    ("limit", "seconds"), [("cycles_per_hour", 3600), ("cycles_per_day", 86400)]
)
def test_cycles__used_up__come_back_when_their_time_is_over(
    bench: Bench, limit: str, seconds: int
) -> None:
    bench.ask("alice", "a", **{limit: 100})
    bench.admission.charge("a", 100)
    with pytest.raises(QuotaExceeded) as caught:
        bench.ask("alice", "b", **{limit: 100})
    assert caught.value.limit == limit
    assert seconds <= caught.value.seconds <= seconds + SLICE_SECONDS
    bench.ask("bob", "b", **{limit: 100})
    bench.now += caught.value.seconds
    bench.ask("alice", "c", **{limit: 100})


def test_take_over__job_of_an_earlier_run__is_paid_by_who_asked_first(
    bench: Bench, tmp_path: Path
) -> None:
    jobs = Jobs(bench.store, lambda: bench.now)
    request = Request(b"elf", (b"in",))
    job = request.identify().job
    for client in ("client alice", "client bob"):
        jobs.ask(request.identify(), request, client, kept=True)
        bench.now += 1
    bench.store.close()
    later = Bench(tmp_path / "jobs.sqlite")
    later.admission.take_over(payers(later.store))
    later.open.add(job)
    with pytest.raises(QuotaExceeded):
        later.ask("alice", "another", jobs=1)
    later.admission.charge(job, 100)
    with pytest.raises(QuotaExceeded):
        later.ask("alice", "another", cycles_per_hour=100)
    later.ask("bob", "another", cycles_per_hour=100)


def test_payers__jobs_that_are_over_or_nobodys__are_left_out(bench: Bench) -> None:
    jobs = Jobs(bench.store, lambda: bench.now)
    nobodys, over = (Request(b"elf", (data,)) for data in (b"a", b"b"))
    jobs.ask(nobodys.identify(), nobodys, "", kept=True)
    jobs.ask(over.identify(), over, "client alice", kept=True)
    jobs.cancel(over.identify().job)
    assert payers(bench.store) == {}


def test_cycles__after_a_restart__are_still_used_up(bench: Bench, tmp_path: Path) -> None:
    bench.ask("alice", "a", cycles_per_hour=100)
    bench.admission.charge("a", 100)
    bench.store.close()
    later = Bench(tmp_path / "jobs.sqlite")
    with pytest.raises(QuotaExceeded):
        later.ask("alice", "b", cycles_per_hour=100)


def test_cycles__joined_run__is_paid_by_who_asked_first(bench: Bench) -> None:
    bench.ask("alice", "a")
    bench.admission.charge("a", 70)
    bench.admission.charge("a", 70)
    assert bench.cycles.since("client alice", 3600) == 70


def test_cycles__older_than_a_day_or_of_a_clock_that_was_ahead__are_forgotten(bench: Bench) -> None:
    for job, now in (("a", NOW - 2 * DAY_SECONDS), ("b", NOW + 1e6), ("c", NOW)):
        bench.now = now
        bench.ask("alice", job)
        bench.admission.charge(job, 5)
    rows = bench.store.rows("SELECT * FROM client_cycles")
    assert [row["cycles"] for row in rows] == [5]


def test_memory__jobs_without_end__is_bounded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attestor.access.admission.SWEEP_AT", 10)
    for number in range(100):
        bench.ask(f"client{number}", f"job{number}")
        bench.open.discard(f"job{number}")
    assert len(bench.admission._payers) <= 11


WORK = Work("a", b"", ())


def test_metered__run_that_fails_at_a_limit__is_charged_by_its_time(bench: Bench) -> None:
    times = iter((0.0, 3.0))

    def prove(work: Work) -> Proof:
        raise ExecutionCycleLimit("over")

    bench.ask("alice", "a")
    with pytest.raises(ExecutionCycleLimit):
        Metered(prove, bench.admission, lambda: next(times)).prove(WORK)
    assert bench.cycles.since("client alice", 3600) == 3 * CYCLES_PER_SECOND


def test_metered__client_that_leaves_again_and_again__pays_for_each_run(bench: Bench) -> None:
    times = iter((0.0, 5.0, 10.0, 15.0))

    def prove(work: Work) -> Proof:
        raise ExecutionStopped("nobody waits for it")

    bench.ask("alice", "a")
    metered = Metered(prove, bench.admission, lambda: next(times))
    for _ in range(2):
        with pytest.raises(ExecutionStopped):
            metered.prove(WORK)
    assert bench.cycles.since("client alice", 3600) == 10 * CYCLES_PER_SECOND


def test_metered__run_that_is_tried_again__is_not_charged_yet(bench: Bench) -> None:
    def prove(work: Work) -> Proof:
        raise NoActiveSigner("not now")

    bench.ask("alice", "a")
    with pytest.raises(NoActiveSigner):
        Metered(prove, bench.admission).prove(WORK)
    assert bench.cycles.since("client alice", 3600) == 0
    bench.admission.charge("a", 9)
    assert bench.cycles.since("client alice", 3600) == 9


def test_nobody_asks__work_of_the_service_itself__is_free(bench: Bench) -> None:
    bench.admission.require("a")
    bench.admission.charge("a", 9)
    assert bench.store.rows("SELECT * FROM client_cycles") == []
