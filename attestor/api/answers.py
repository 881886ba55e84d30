"""Results as they are handed out: with a signature that holds, and with what was found since."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from loguru import logger

from attestor.api.link import DaemonLink
from attestor.api.settings import ChainState
from attestor.core.cross_check import Finding
from attestor.core.events import Event
from attestor.core.outcome import Outcome
from attestor.errors import AttestorError, OutcomeUnknown, Transient
from attestor.signer.prover import Prover
from attestor.store.results import Results, StoredResult

END_MARGIN = 60
"""Seconds before the end of its registration at which a signature counts as ended: whoever gets it
has to bring it to the chain."""
RENEWALS_AT_ONCE = 4


class Answers:
    """Of one registration. Lives in one event loop. `chain` is who signs and the chain's time, as
    last heard."""

    def __init__(
        self,
        results: Results,
        prover: Prover,
        daemon: DaemonLink,
        registration: str = "",
        slot: str | None = None,
    ) -> None:
        """`slot` is that of its signers."""
        self._results = results
        self._registration = registration
        self._slot = slot
        self._prover = prover
        self._daemon = daemon
        self._threads = ThreadPoolExecutor(RENEWALS_AT_ONCE, thread_name_prefix="renew")
        self._renewing: dict[str, asyncio.Task[bool]] = {}
        self.chain = ChainState()

    async def result(self, job: str) -> StoredResult | None:
        """The result of a finished job, signed anew where its signer's registration ended; where
        that cannot be done now, as it is."""
        result = await self._of(job)
        if result is not None and self._has_ended(result) and result.outcome is not None:
            await self._renewed(job, result.outcome)
            result = await self._of(job)
        if result is not None and result.finding == Finding.PENDING:
            return await self._with_finding(job, result)
        return result

    def signing(self) -> tuple[bytes | None, int]:
        """Who signs (20 bytes), if anybody does, and the chain's time, as last heard."""
        return self.chain.signer, self.chain.time

    async def is_stale(self, job: str) -> bool:
        """Whether its signature ended, and only another run can renew it."""
        result = await self._of(job)
        if result is None or not self._has_ended(result):
            return False
        return result.outcome is None or not await self._renewed(job, result.outcome)

    async def _of(self, job: str) -> StoredResult | None:
        known = self._results.recall(job)
        return known if known is not None else await asyncio.to_thread(self._results.of, job)

    def _has_ended(self, result: StoredResult) -> bool:
        if result.signer == self.chain.signer or self.chain.signer is None:
            return False
        return self.chain.time >= result.valid_until - END_MARGIN

    async def _renewed(self, job: str, outcome: Outcome) -> bool:
        """Whether the signer process knew its run again, or may at another time. Asked for once at
        a time for each job."""
        task = self._renewing.get(job)
        if task is None:
            task = asyncio.create_task(self._renew(job, outcome))
            self._renewing[job] = task
            task.add_done_callback(lambda done: self._renewing.pop(job, None))
        return await asyncio.shield(task)

    async def _renew(self, job: str, outcome: Outcome) -> bool:
        # Who looked before the last renewal was stored asks for another one that is not needed.
        result = await self._of(job)
        if result is not None and not self._has_ended(result):
            return True
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, self._sign_again, job, outcome)
        except OutcomeUnknown:
            return False
        except Transient as error:
            logger.bind(event=Event.JOB_NOT_SIGNED, job=job).info(
                "job {} is not signed anew yet: {} [{}]", job, error, error.code
            )
        return True

    def _sign_again(self, job: str, outcome: Outcome) -> None:
        proof = self._prover.sign_again(job, outcome, self._slot)
        self._daemon.signed(proof.of(job, again=True), self._registration)
        self._results.signed_again(job, proof)

    async def _with_finding(self, job: str, result: StoredResult) -> StoredResult | None:
        try:
            found = await asyncio.to_thread(self._daemon.finding, job, self._registration)
            if found is None or found == result.finding:
                return result
            await asyncio.to_thread(self._results.note_finding, job, found)
        except AttestorError as error:
            logger.debug("the finding about job {} is not known: {}", job, error)
            return result
        return await self._of(job)
