"""The calls of `/v1` over real sockets: queue, store, workers and listener are real, programs are
run by a prover that does what a test wants."""

import asyncio
import hashlib
import json
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, TCPConnector
from cases.lying_service import KEY, SECRET, SIGNER, VALUES
from cases.signing import sign

from attestor.api.program_keys import ProgramKeys
from attestor.core.cross_check import Timing
from attestor.core.eip712 import Domain
from attestor.core.execution import Engine, stdin_sha256
from attestor.core.job import Work
from attestor.core.legacy_message import LegacyMessage
from attestor.core.proof import Proof
from attestor.core.served import Served
from attestor.core.sp1_tee_message import Sp1TeeMessage
from attestor.core.statement import CIRCUIT_VERSION, SignedStatement, Statement
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import AttestorError, ExecutionStopped
from attestor.http.access import Access
from attestor.http.bodies import BodyLimits
from attestor.http.registrations import Registrations, Serving
from attestor.http.server import Listener, application, listen
from attestor.http.v1.calls import V1
from attestor.http.v1.forms import ProofForm
from attestor.http.v1.status import Bounds
from attestor.jobs.queue import ProofQueue
from attestor.jobs.worker import Workers
from attestor.programs import elf, fibonacci
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS
from attestor.store.results import StoredResult

ELF = elf(fibonacci.NAME)
CHAIN_ID, CONTRACT, UNTIL = 31337, b"\x55" * 20, 1_790_000_600


class Prover:
    """Signs the same public values for each job, once its gate is open; raises what is in `faults`
    first."""

    def __init__(self) -> None:
        self.faults: list[Exception] = []
        self.ran: list[Work] = []
        self.keys = 0
        self.signs_sp1_tee = True
        self.gate = threading.Event()
        self.gate.set()
        self._stopped: set[str] = set()

    def prove(self, work: Work) -> Proof:
        self.ran.append(work)
        while not self.gate.wait(0.005):
            if work.job in self._stopped:
                self._stopped.discard(work.job)
                raise ExecutionStopped("stopped")
        if self.faults:
            raise self.faults.pop(0)
        digest = LegacyMessage(KEY.vk_hash_bytes, VALUES).digest
        return Proof(
            *(SIGNER, KEY, VALUES, digest, sign(SECRET, digest), 7, Engine.ATTESTOR),
            cross_check=Timing.NOT_NEEDED,
            statement=self._statement(work),
            valid_until=UNTIL,
            sp1_tee_signature=sign(SECRET, Sp1TeeMessage(KEY.program_vkey, VALUES).digest)
            if self.signs_sp1_tee
            else None,
        )

    def cancel(self, job: str) -> None:
        self._stopped.add(job)

    def verifying_key(self, program: bytes) -> VerifyingKey:
        self.keys += 1
        return KEY

    def _statement(self, work: Work) -> SignedStatement:
        values = hashlib.sha256(VALUES).digest()
        stdin = bytes.fromhex(stdin_sha256(work.stdin))
        told = Statement(KEY.program_vkey, values, 0, stdin, CIRCUIT_VERSION, UNTIL)
        signature = sign(SECRET, told.digest(Domain(CHAIN_ID, CONTRACT)))
        return SignedStatement(CONTRACT, UNTIL, signature)


class Stored:
    """Results as they are in the store."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def result(self, job: str) -> StoredResult | None:
        known = self._jobs.results.recall(job)
        return known or await asyncio.to_thread(self._jobs.results.of, job)

    async def is_stale(self, job: str) -> bool:
        return False


class Service:
    """A running one, and a client of it. It serves a second registration, `other`, for which no
    statements are signed."""

    def __init__(
        self,
        path: Path,
        limits: BodyLimits,
        forms: tuple[ProofForm, ...],
        access: Access | None = None,
    ) -> None:
        served = Served("", CHAIN_ID, b"\x11" * 20, ProofForm.STATEMENT in forms)
        store = Store.open(path, JOBS)
        self.jobs = Jobs(store, registration=served.registration)
        self.prover = Prover()
        self.queue = ProofQueue(self.jobs, 64, max_open_per_client=8)
        self.workers = Workers(
            self.jobs, self.queue, self.prover.prove, 1, _unheard, self.prover.cancel
        )
        other = Served("other", CHAIN_ID + 1, b"\x22" * 20)
        self.other_jobs = Jobs(store, registration=other.registration, programs=self.jobs.programs)
        self.other_queue = ProofQueue(self.other_jobs, 64, max_open_per_client=8)
        self.other_workers = Workers(
            *(self.other_jobs, self.other_queue, self.prover.prove, 1, _unheard),
            cancel=self.prover.cancel,
        )
        self.served = application((), () if access is None else [access.middleware])
        self.keys = ProgramKeys(self.jobs.programs, self.prover.verifying_key)
        serving = Serving(
            *(served, self.queue, Stored(self.jobs), True), signing=lambda: (SIGNER, 1_790_000_000)
        )
        second = Serving(other, self.other_queue, Stored(self.other_jobs), False)
        each = Registrations((serving, second), self.jobs.registration_of)
        bounds = Bounds(limits.max_bytes, 5.0)
        V1(each, self.jobs.programs, self.keys, limits, bounds).add_to(self.served)
        self.url = ""
        self.session: ClientSession
        self.access = access

    async def run(self, body: Callable[["Service"], Awaitable[None]]) -> None:
        listener = Listener(self.served, listen("127.0.0.1", 0, "api"))
        await listener.start()
        self.workers.start()
        self.other_workers.start()
        self.url = f"http://127.0.0.1:{listener.address[1]}"
        connector = TCPConnector(limit=0)
        watching = asyncio.create_task(self.access.end_revoked()) if self.access else None
        try:
            async with ClientSession(connector=connector) as self.session:
                await body(self)
        finally:
            if watching is not None:
                watching.cancel()
            self.prover.gate.set()
            await self.workers.stop()
            await self.other_workers.stop()
            await listener.stop()

    async def ask(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        async with self.session.request(method, self.url + path, **given) as response:
            return response.status, await read(response)

    async def send_program(self, program: bytes = ELF) -> str:
        status, told = await self.ask("PUT", "/v1/programs", data=program)
        assert status == 200, told
        return str(told["sha256"])

    async def job(self, *stdin: str, **more: Any) -> str:
        """A new job of the program, which is sent first."""
        wanted = {"program": await self.send_program(), "stdin": list(stdin), **more}
        status, told = await self.ask("POST", "/v1/jobs", json=wanted)
        assert status == 202, told
        return str(told["id"])


async def read(response: ClientResponse) -> Any:
    assert response.content_type == "application/json", await response.text()
    return json.loads(await response.read())


def serve(
    path: Path,
    body: Callable[[Service], Awaitable[None]],
    limits: BodyLimits | None = None,
    forms: tuple[ProofForm, ...] = tuple(ProofForm),
    seconds: float = 60,
    access: Access | None = None,
) -> None:
    """Have `body` use a service whose jobs are in the folder `path`."""

    async def whole() -> None:
        service = Service(path / "jobs.sqlite", limits or BodyLimits(1 << 20), forms, access)
        await asyncio.wait_for(service.run(body), seconds)

    asyncio.run(whole())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def _unheard(error: AttestorError) -> None:
    raise AssertionError(f"a worker ended: {error}")
