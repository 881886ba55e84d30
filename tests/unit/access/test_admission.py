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
from attestor.errors.access import CyclesUsedUp, QuotaExceeded
from attestor.store.client_cycles import DAY_SECONDS, SLICE_SECONDS, ClientCycles
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS
from attestor.store.payers import payers

NOW = 1_800_000_000.0
MAX_CYCLES = 1_000_000


class Bench:
    """An admission over a real database, for one client at a time."""

    def __init__(self, path: Path) -> None:
        self.now = NOW
        self.client: Client | None = None
        self.open: set[str] = set()
        self.store = Store.open(path, JOBS)
        self.cycles = ClientCycles(self.store, lambda: self.now)
        self.admission = Admission(
            lambda: self.client, self.open.__contains__, self.cycles, MAX_CYCLES
        )

    def ask(self, name: str, job: str, limit: int | None = None, **quotas: int) -> None:
        self.client = Client(name, How.KEY, Quotas(**quotas))
        self.admission.require(job, limit)
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
    assert len(bench.admission._runs) <= 11


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


def test_cycles__many_jobs_at_once__are_reserved_by_their_limits(bench: Bench) -> None:
    for job in "abc":
        bench.ask("alice", job, 30, cycles_per_hour=100)
    with pytest.raises(QuotaExceeded) as caught:
        bench.ask("alice", "d", 30, cycles_per_hour=100)
    assert caught.value.limit == "cycles_per_hour"
    bench.ask("bob", "e", 30, cycles_per_hour=100)
    bench.admission.charge("a", 20)
    bench.ask("alice", "d", 20, cycles_per_hour=100)
    with pytest.raises(QuotaExceeded):
        bench.ask("alice", "f", 1, cycles_per_hour=100)


def test_cycles__limit_larger_than_the_quota__is_refused_at_once(bench: Bench) -> None:
    with pytest.raises(QuotaExceeded) as caught:
        bench.ask("alice", "a", 101, cycles_per_day=100)
    assert caught.value.hint == "a smaller request"


def test_cycles__job_that_is_withdrawn__gives_back_what_was_reserved(bench: Bench) -> None:
    bench.ask("alice", "a", 100, cycles_per_hour=100)
    with pytest.raises(QuotaExceeded):
        bench.ask("alice", "b", 100, cycles_per_hour=100)
    bench.open.discard("a")
    bench.ask("alice", "b", 100, cycles_per_hour=100)


def test_cycles__jobs_without_limits__run_at_once_and_never_take_more_than_the_quota(
    bench: Bench,
) -> None:
    accepted = []
    for number in range(40):
        try:
            bench.ask("alice", str(number), cycles_per_hour=160, cycles_per_day=1000)
            accepted.append(str(number))
        except QuotaExceeded:
            continue
    assert len(accepted) == 16
    for job in accepted:
        most = bench.admission.begin(job)
        assert most is not None
        bench.admission.charge(job, most)
    assert bench.cycles.since("client alice", 3600) == 160


def test_cycles__job_without_a_limit_alone__may_take_all_that_is_left(bench: Bench) -> None:
    bench.ask("alice", "a", 99, cycles_per_hour=100)
    bench.admission.charge("a", 99)
    bench.ask("alice", "b", cycles_per_hour=100)
    assert bench.admission.begin("b") == 1


def test_cycles__quota_beyond_what_any_run_may_take__bounds_no_run(bench: Bench) -> None:
    bench.ask("alice", "a", cycles_per_hour=MAX_CYCLES * 100)
    bench.ask("bob", "b")
    assert [bench.admission.begin(job) for job in ("a", "b", "unknown")] == [None] * 3


def test_metered__run_that_takes_all_that_is_left__ends_and_is_charged(bench: Bench) -> None:
    given: list[int | None] = []

    def prove(work: Work) -> Proof:
        given.append(work.limits.cycles)
        raise ExecutionCycleLimit("over")

    bench.ask("alice", "a", cycles_per_hour=100)
    with pytest.raises(CyclesUsedUp):
        Metered(prove, bench.admission).prove(WORK)
    assert given == [100]
    assert bench.cycles.since("client alice", 3600) == 100
    with pytest.raises(QuotaExceeded):
        bench.ask("alice", "b", cycles_per_hour=100)


def test_join__job_that_nobody_pays_for_any_more__is_paid_by_who_wants_it(bench: Bench) -> None:
    bench.ask("alice", "a", 60, cycles_per_hour=100)
    bench.client = Client("bob", How.KEY, Quotas(cycles_per_hour=50))
    bench.admission.join("a", 60)
    bench.open.discard("a")
    bench.ask("alice", "b", 60, cycles_per_hour=100)
    bench.client = Client("bob", How.KEY, Quotas(cycles_per_hour=50))
    with pytest.raises(QuotaExceeded):
        bench.admission.join("a", 60)


def test_charge__run_was_stopped_and_goes_on_later__is_counted_once(bench: Bench) -> None:
    """What it used is not reserved any more, so that another job has room for the rest."""
    bench.ask("alice", "a", 60, cycles_per_hour=100)
    bench.admission.charge("a", 40, is_over=False)
    bench.ask("alice", "b", 40, cycles_per_hour=100)
    with pytest.raises(QuotaExceeded):
        bench.ask("alice", "c", 1, cycles_per_hour=100)
