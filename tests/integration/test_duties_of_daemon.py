"""The daemon around duties that raise and hang: real threads, timers, signals and HTTP.

Its chain, signer process and prover are left out: the duties are the tests' own.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import ClientSession
from loguru import logger

from attestor.api.settings import ApiState
from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import Heads
from attestor.config import ROOT, ChainConfig, Config
from attestor.core.duty import DutyBounds
from attestor.core.served import Served
from attestor.core.service_view import ChainView, EngineView
from attestor.core.signers import Cover
from attestor.daemon import daemon as module
from attestor.daemon.api import ApiParts
from attestor.daemon.api_service import ApiService, ChainRecords
from attestor.daemon.api_supervisor import ApiSupervisor
from attestor.daemon.build import Parts
from attestor.daemon.chain_build import RunningChain, StoreParts
from attestor.daemon.chain_unit import ChainUnit
from attestor.daemon.clocks import Clocks
from attestor.daemon.daemon import Daemon
from attestor.daemon.halt import Halt
from attestor.errors import AttestorError, DutyFailing, DutyHanging, SignerGone
from attestor.http.server import listen
from attestor.jobs.cross_checks import CrossChecks
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.headers import Headers
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.proofs import Proofs
from attestor.store.transactions import Transactions
from attestor.store.uploads import Uploads


class Work:
    """A duty that does what it is told."""

    interval = 0.02
    deadline = 0.3

    def __init__(self, name: str, todo: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.todo = todo
        self.steps = 0
        self.closed = False

    def step(self) -> None:
        self.steps += 1
        self.todo()

    def close(self) -> None:
        self.closed = True


class NoProcess:
    """In place of the API process."""

    def __init__(self, state: ApiState) -> None:
        self.pid = 0
        self.told = [state]

    def tell(self, state: ApiState) -> None:
        self.told.append(state)

    def ended(self) -> int | None:
        return None

    def wait(self, seconds: float) -> bool:
        return True

    def end(self) -> None:
        pass


class Running:
    """A daemon with duties of the test's, and what it said and how it ended."""

    def __init__(self, folder: Path, port: int, patch: pytest.MonkeyPatch) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.gate = threading.Event()
        self.log: list[str] = []
        self.closed: list[str] = []
        self.seconds_to_stop = 0.0
        self._config = Config(
            chain_rpc_url="http://node.example",
            chain_id=31337,
            chain_registry=b"\x11" * 20,
            payer_key_file=folder / "none",
            health_port=port,
            store_path=folder / "a.sqlite",
        )
        self._patch = patch

    def hang(self) -> None:
        self.gate.wait(60)

    def run(
        self,
        body: Callable[[ClientSession, "Running"], Awaitable[None]],
        *duties: Work,
        failures: int = 5,
        hang_factor: float = 1000.0,
    ) -> AttestorError | None:
        """Run the daemon until `body` is done and SIGTERM sent, or it ends; its failure."""
        self._patch.setattr(module, "build", lambda chains, bounds: self._parts(duties, bounds))
        return asyncio.run(asyncio.wait_for(self._whole(body, failures, hang_factor), 60))

    async def _whole(self, body: Any, failures: int, hang_factor: float) -> AttestorError | None:
        daemon = Daemon(self._config, DutyBounds(failures, hang_factor))
        running = asyncio.create_task(daemon.run())
        async with ClientSession() as session:
            try:
                await self._until_it_answers(session, running)
                await body(session, self)
            finally:
                os.kill(os.getpid(), signal.SIGTERM)
                began = time.monotonic()
                ended = await asyncio.gather(running, return_exceptions=True)
                self.seconds_to_stop = time.monotonic() - began
        assert ended[0] is None or isinstance(ended[0], AttestorError), ended
        return ended[0]

    async def _until_it_answers(self, session: ClientSession, running: asyncio.Task[None]) -> None:
        while not running.done():
            try:
                await self.get(session, "/health")
            except OSError:
                await asyncio.sleep(0.01)
            else:
                return

    def _parts(self, duties: tuple[Work, ...], bounds: DutyBounds) -> Parts:
        closing = ExitStack()
        closing.callback(self.closed.append, "parts")
        store = Store.open(self._config.store_path)
        closing.callback(store.close)
        journal = Journal(store, time.time)
        parts = StoreParts(
            History(store, journal),
            Proofs(store, journal),
            Transactions(store, journal),
            Uploads(store, journal),
            Disagreements(store, journal),
            Headers(store),
            store,
        )
        health = closing.enter_context(listen("127.0.0.1", self._config.health_port, "health"))
        clocks = Clocks.of_this_machine()
        checks = CrossChecks(cast(Any, None), parts.proofs, parts.disagreements)
        records = ChainRecords(checks, lambda: None, parts.proofs, parts.history, lambda: 0)
        rotation: Any = SimpleNamespace(cover=Cover(), recover=lambda held: None)
        vouching: Any = SimpleNamespace(close=lambda: None)
        heads = Heads(cast(Any, None), MemoryHeaderLog())
        watch: Any = SimpleNamespace(view=lambda name, *others: ChainView(name))
        renewal: Any = SimpleNamespace(use=lambda config: None)
        of = duties, records, rotation, vouching, heads, watch, renewal, lambda: None
        made = RunningChain(parts, None, *of)
        unit = ChainUnit(
            ChainConfig("", self._config),
            Served("", 31337, b"\x11" * 20),
            lambda opened: cast(Any, "opened"),
            lambda opened, signer: made,
            clocks,
            is_only=True,
            bounds=bounds,
        )
        unit.open()
        unit.complete(cast(Any, SimpleNamespace(addresses=list)))
        closing.callback(unit.close)
        engine: Any = SimpleNamespace(view=EngineView(True))
        api = self._api(clocks)
        path = self._config.store_path
        return Parts(self._config, (unit,), api, health, (), closing, clocks, engine, path)

    def _api(self, clocks: Clocks) -> ApiParts:
        self.supervisor = ApiSupervisor(NoProcess, clocks.watch)
        halt = Halt(self.supervisor.halt)
        service = ApiService({}, lambda: halt.error, self.supervisor.heard)
        return ApiParts(self.supervisor, service, halt)

    async def get(self, session: ClientSession, path: str) -> tuple[int, str]:
        async with session.get(self.url + path) as response:
            return response.status, await response.text()

    async def until(self, session: ClientSession, code: str) -> dict[str, Any]:
        """The error of /health, once it has that code."""
        while True:
            status, text = await self.get(session, "/health")
            if status == 503 and json.loads(text)["error"]["code"] == code:
                found: dict[str, Any] = json.loads(text)["error"]
                return found
            await asyncio.sleep(0.02)


@pytest.fixture
def running(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    made = Running(tmp_path, port, monkeypatch)
    sink = logger.add(made.log.append, format="{level} {message}")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield made
    made.gate.set()
    logger.remove(sink)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def raise_it() -> None:
    raise KeyError("what was missing")


def test_duty__exception__health_names_it_until_it_works_again(running: Running) -> None:
    odd, free = Work("odd", raise_it), Work("free")

    async def body(session: ClientSession, running: Running) -> None:
        error = await running.until(session, "duty_failing")
        assert error["duty"] == "odd"
        odd.todo = lambda: None
        while (await running.get(session, "/health"))[0] != 200:
            await asyncio.sleep(0.02)

    assert running.run(body, odd, free, failures=100_000) is None
    assert "KeyError: 'what was missing'" in "".join(running.log)
    assert free.steps > 1


def test_duty__raises_for_ever__ends_the_daemon_with_its_trace_in_the_log(
    running: Running,
) -> None:
    odd = Work("odd", raise_it)

    async def body(session: ClientSession, running: Running) -> None:
        while not running.closed:
            await asyncio.sleep(0.02)

    failure = running.run(body, odd, failures=5)
    assert isinstance(failure, DutyFailing)
    assert "duty odd: failed" in failure.message
    assert failure.exit_code == 70
    text = "".join(running.log)
    assert "in raise_it" in text
    assert "[duty_failing]" in text


def test_duty__hangs_in_a_call__others_go_on_and_health_and_metrics_answer(
    running: Running,
) -> None:
    stuck, free = Work("stuck", running.hang), Work("free")

    async def body(session: ClientSession, running: Running) -> None:
        error = await running.until(session, "duty_hanging")
        assert error["duty"] == "stuck"
        before = free.steps
        while free.steps < before + 5:
            await asyncio.sleep(0.02)
        _, text = await running.get(session, "/metrics")
        (line,) = [
            line
            for line in text.splitlines()
            if line.startswith('attestor_duty_running_seconds{duty="stuck"}')
        ]
        assert float(line.split()[1]) > 0.3

    assert running.run(body, stuck, free) is None
    assert stuck.steps == 1


def test_duty__hangs_for_ever__ends_the_daemon(running: Running) -> None:
    async def body(session: ClientSession, running: Running) -> None:
        while not running.closed:
            await asyncio.sleep(0.02)

    failure = running.run(body, Work("stuck", running.hang), hang_factor=1.5)
    assert isinstance(failure, DutyHanging)


def test_duty__every_one_hangs_with_the_database__health_and_metrics_answer(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attestor.http.counting.DATABASE_SECONDS", 0.1)
    store: list[Store] = []
    real = Store.open

    def opened(path: Path) -> Store:
        store.append(real(path))
        return store[0]

    monkeypatch.setattr(Store, "open", opened)

    def hang() -> None:
        # A disk that hangs lets nobody read either.
        with store[0].transaction(), store[0]._read_lock:
            running.gate.wait(60)

    async def body(session: ClientSession, running: Running) -> None:
        await running.until(session, "duty_hanging")
        began = time.monotonic()
        for _ in range(20):
            status, text = await running.get(session, "/metrics")
            assert status == 200
            assert "attestor_database_answering 0" in text
            assert (await running.get(session, "/health"))[0] == 503
        assert time.monotonic() - began < 20
        running.gate.set()

    assert running.run(body, Work("one", hang), Work("two", hang)) is None


def test_sigterm__duty_hangs__the_rest_is_stopped_in_order_within_the_bound(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DUTIES_STOP_SECONDS", 0.5)
    stuck, free = Work("stuck", running.hang), Work("free")

    async def body(session: ClientSession, running: Running) -> None:
        await running.until(session, "duty_hanging")

    assert running.run(body, stuck, free) is None
    assert running.seconds_to_stop < 5
    assert running.closed == ["parts"]
    assert stuck.closed
    assert free.closed
    assert "left behind, as they hang: stuck" in "".join(running.log)


def test_sigterm__duty_misses_what_is_closed_already__is_no_failure(running: Running) -> None:
    closing = threading.Event()

    def miss() -> None:
        assert closing.wait(60)
        raise SignerGone("the signer process ended")

    duty = Work("late", miss)
    duty.close = closing.set  # type: ignore[method-assign]

    async def body(session: ClientSession, running: Running) -> None:
        pass

    assert running.run(body, duty) is None
    assert not [line for line in running.log if line.startswith("ERROR")]


def test_api_process__tells_of_its_faults__health_says_so_and_the_daemon_goes_on(
    running: Running,
) -> None:
    async def body(session: ClientSession, running: Running) -> None:
        assert (await running.get(session, "/health"))[0] == 200
        fault = {"code": "workers_failing", "message": "the last 3 jobs", "hint": "look"}
        running.supervisor.heard({"workers_fault": fault, "internal_errors": 3})
        error = await running.until(session, "workers_failing")
        assert error["message"] == "the last 3 jobs"
        running.supervisor.heard({"internal_errors": 3})
        assert (await running.get(session, "/health"))[0] == 200
        _, text = await running.get(session, "/metrics")
        assert "attestor_worker_internal_errors_total 3" in text

    assert running.run(body, Work("free")) is None


NEVER_ENDS = f"""
import asyncio, sys, threading
sys.path.insert(0, {str(ROOT)!r})
from attestor.daemon.stopping import Backstop
Backstop(0.5, lambda: 70).begin()
async def main():
    asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)
    await asyncio.sleep(0)
asyncio.run(main())
"""


def test_backstop__thread_of_a_pool_hangs__process_ends_all_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NEVER_ENDS], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 70
    assert "the process ends now" in done.stderr


ALL_HANGS = f"""
import asyncio, signal, sys, threading
sys.path.insert(0, {str(ROOT)!r})
from loguru import logger
from attestor.daemon.stopping import Backstop, at_signals
logger.remove()
logger.add(lambda line: threading.Event().wait())
at_signals((signal.SIGTERM,), Backstop(0.5, lambda: 70).begin)
async def main():
    print("ready", flush=True)
    threading.Event().wait()
asyncio.run(main())
"""


def test_backstop__event_loop_and_log_hang__sigterm_ends_the_process_all_the_same() -> None:
    started = subprocess.Popen([sys.executable, "-c", ALL_HANGS], stdout=subprocess.PIPE)
    with started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"ready\n"
        for _ in range(3):
            started.send_signal(signal.SIGTERM)
        try:
            assert started.wait(20) == 70
        finally:
            started.kill()
