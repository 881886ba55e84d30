"""What serves the callers of one registration: jobs, queue, answers and workers of its own, over
one signer process and one room to run programs in."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from attestor.access.admission import Admission
from attestor.api.answers import Answers
from attestor.api.link import DaemonLink
from attestor.api.metered import Metered
from attestor.api.proving import Proving
from attestor.api.runs import Runs
from attestor.api.settings import ApiSettings
from attestor.core.client import Client
from attestor.core.served import Served
from attestor.errors import Fatal
from attestor.http.registrations import Registrations, Serving
from attestor.jobs.queue import ProofQueue
from attestor.jobs.worker import Workers
from attestor.signer.prover import AttachedProver
from attestor.store.client_cycles import ClientCycles
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.payers import payers
from attestor.store.programs import Programs


@dataclass(frozen=True)
class Parts:
    """Of one registration. A chain that signs nothing holds up its own jobs alone: its workers wait
    without taking the room of a program that could run."""

    served: Served
    jobs: Jobs
    queue: ProofQueue
    answers: Answers
    workers: Workers


def build(
    settings: ApiSettings,
    store: Store,
    programs: Programs,
    prover: AttachedProver,
    daemon: DaemonLink,
    on_fatal: Callable[[Fatal], None],
    asking: Callable[[], Client | None],
) -> tuple[Parts, ...]:
    """The parts of every registration, in their order; nothing works yet. `asking` is the client on
    whose behalf a thread works: quotas are for all registrations together."""
    runs, several = Runs(settings.workers), len(settings.registrations) > 1
    queues: list[ProofQueue] = []
    admission = Admission(
        asking,
        lambda job: any(queue.is_open(job) for queue in queues),
        ClientCycles(store, time.time),
        settings.max_cycles,
    )
    admission.take_over(payers(store))

    def parts(served: Served) -> Parts:
        jobs = Jobs(store, registration=served.registration, programs=programs)
        queue = ProofQueue(
            jobs, settings.max_open, max_open_per_client=settings.max_open_per_client
        )
        queue.accepting.require_quota = admission.require
        queue.accepting.join_quota = admission.join
        queues.append(queue)
        of = served.registration, served.name
        answers = Answers(jobs.results, prover, daemon, *of)
        same_run = jobs.results.outcome_of_same_run if several else None
        proving = Metered(Proving(prover, daemon, *of, runs, same_run).prove, admission)
        workers = Workers(jobs, queue, proving.prove, settings.workers, on_fatal, prover.cancel)
        return Parts(served, jobs, queue, answers, workers)

    return tuple(parts(served) for served in settings.registrations)


def registrations(parts: tuple[Parts, ...]) -> Registrations:
    """As the calls see them."""
    default = parts[0]
    each = (
        Serving(one.served, one.queue, one.answers, one is default, one.answers.signing)
        for one in parts
    )
    return Registrations(tuple(each), default.jobs.registration_of)
