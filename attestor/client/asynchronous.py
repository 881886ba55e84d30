"""The client for asyncio: each proof is asked for in a thread, which a cancelled call ends."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from attestor.client.checks import CheckedProof, Form
from attestor.client.prover import ProverClient
from attestor.client.stage import Stage

AT_ONCE = 32


class AsyncProverClient:
    """Asks as `client` does, for one event loop. At most `at_once` proofs are asked for together,
    the others wait for their turn, and their time with them begins then."""

    def __init__(self, client: ProverClient, *, at_once: int = AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="prover-client")
        self._running: set[ProverClient] = set()
        self._connect = client.fresh

    async def prove(
        self,
        program: bytes,
        stdin: Sequence[bytes],
        *,
        vkey: bytes | None = None,
        form: Form = Form.STATEMENT,
        progress: Callable[[Stage], None] = lambda stage: None,
    ) -> CheckedProof:
        """As `ProverClient.prove`; `progress` is called in the event loop. A cancelled call closes
        its connection at once, from which the service sees that nobody waits any more."""
        loop = asyncio.get_running_loop()
        client = self._connect()
        self._running.add(client)

        def tell(stage: Stage) -> None:
            loop.call_soon_threadsafe(progress, stage)

        def run() -> CheckedProof:
            return client.prove(program, stdin, vkey=vkey, form=form, progress=tell)

        try:
            return await loop.run_in_executor(self._threads, run)
        finally:
            client.close()
            self._running.discard(client)

    async def close(self) -> None:
        """End what runs; nothing can be asked afterwards."""
        for client in list(self._running):
            client.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __aenter__(self) -> "AsyncProverClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
