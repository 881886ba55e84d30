"""One chain of the daemon. Where there are others, it is built anew after what would end a daemon
with one chain, and nobody else is disturbed."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from loguru import logger

from attestor.config import ChainConfig
from attestor.core.duty import DutyBounds, DutyRecord, fault, is_past_hope
from attestor.core.events import Event
from attestor.core.served import Served
from attestor.core.service_view import ChainView
from attestor.daemon.chain_build import OpenedChain, RunningChain, end_signers
from attestor.daemon.clocks import Clocks
from attestor.daemon.duties import Duties
from attestor.daemon.hints import take_hints
from attestor.daemon.views import duty_views, problem_of
from attestor.errors import (
    AttestorError,
    CollateralStoreInvalid,
    DutyHanging,
    EnginesDisagree,
    Fatal,
    InternalError,
    Misconfigured,
    RegistryInvalid,
    RegistryTermsMisfit,
    SignerGone,
    SigningHalted,
    WrongChain,
)
from attestor.http.health import ChainStanding
from attestor.observe import logs
from attestor.observe.repeated import Repeated
from attestor.signer.slot_client import SlotVerbs

FIRST_PAUSE, LAST_PAUSE = 2.0, 60.0
"""Seconds before a chain is built anew."""
WELL_SECONDS = 300.0
"""A chain that ran so long is built anew after the first pause again."""
LOOK_SECONDS = 1.0
DUTIES_STOP_SECONDS = 10.0
"""Between two looks at whether the duties of a chain that is taken down have ended."""
OF_ALL = (SignerGone, SigningHalted, EnginesDisagree, DutyHanging)
"""What is not one chain's alone. A step that hangs cannot be ended but with the process."""
TOLD_BY_NODE = (WrongChain, RegistryInvalid, CollateralStoreInvalid, RegistryTermsMisfit)
"""What a node that errs or lies can make of one chain: it keeps no other from starting."""

Open = Callable[[ExitStack], OpenedChain]
Run = Callable[[OpenedChain, SlotVerbs], RunningChain]


class ChainUnit:
    """Its parts, and the threads of its duties. `running` and `failure` may be read by any
    thread."""

    def __init__(
        self,
        chain: ChainConfig,
        served: Served,
        open_it: Open,
        run_it: Run,
        clocks: Clocks,
        is_only: bool,
        bounds: DutyBounds,
    ) -> None:
        self.chain = chain
        self.served = served
        self.is_only = is_only
        self._open = open_it
        self._run = run_it
        self._clocks = clocks
        self._bounds = bounds
        self._on_fatal: Callable[[Fatal], None] = lambda error: None
        self._signer: SlotVerbs | None = None
        self._opened: OpenedChain | None = None
        self._closing = ExitStack()
        self._duties: Duties | None = None
        self._repeated = Repeated(clocks.monotonic)
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.running: RunningChain | None = None
        self.failure: AttestorError | None = None
        """Why the chain does not run at present."""

    def open(self) -> None:
        """Build what needs no signer process. Where there are other chains, only what an operator
        has to change on this machine is raised: a node that is away, or that is on another chain,
        is asked again later."""
        with ExitStack() as opened, self._named():
            try:
                self._opened = self._open(opened)
            except Exception as error:
                self._raise_or_note(error)
                return
            self._closing = opened.pop_all()

    def complete(self, signer: SlotVerbs) -> None:
        """Build the rest. Raises as `open`."""
        self._signer = signer
        opened, self._opened = self._opened, None
        if opened is None:
            return
        try:
            with self._named():
                running = self._run(opened, signer)
        except Exception as error:
            self._raise_or_note(error)
            self._closing.close()
            return
        self._closing.callback(end_signers, signer, running.rotation)
        self._closing.callback(running.vouching.close)
        self.failure, self.running = None, running

    def start(self, on_fatal: Callable[[Fatal], None]) -> None:
        """Begin the duties. `on_fatal` is told what ends the daemon."""
        self._on_fatal = on_fatal
        if self.running is not None:
            self._begin()
        if not self.is_only:
            name = f"chain-{self.chain.name}"
            self._thread = threading.Thread(target=self._supervise, name=name, daemon=True)
            self._thread.start()

    def wake(self, name: str) -> None:
        """Make a step of that duty soon."""
        if self._duties is not None:
            self._duties.wake(name)

    def records(self) -> list[DutyRecord]:
        """How its duties stand."""
        return self._duties.records() if self._duties is not None else []

    def standing(self) -> ChainStanding:
        """How it stands, for health and metrics."""
        running = self.running
        if running is None:
            return ChainStanding(self.chain.name, failure=self.failure)
        store = running.store
        return ChainStanding(
            self.chain.name,
            store.proofs,
            store.disagreements,
            self.records(),
            running.collateral,
            store.database.fault,
            running.cover,
            self.failure,
        )

    def view(self) -> ChainView:
        """How it stands, for readiness and metrics."""
        duties = duty_views(self.records(), self._clocks.watch(), self._bounds)
        running, name = self.running, self.chain.name
        if running is None:
            return ChainView(name, problem_of(self.failure), duties=duties)
        warning = running.collateral.warning() if running.collateral is not None else None
        return running.watch.view(name, running.store.database.fault, warning, duties)

    def stop(self, seconds: float) -> list[str]:
        """End the duties within that time; the names of those that hang. What waits for the chain
        is cut off after half of it, or with the last of them: a client may wait for it too."""
        self._stopping.set()
        self._ended.set()
        duties, running = self._duties, self.running
        if running is not None:
            running.vouching.close()
        hanging = duties.stop(seconds / 2) if duties else []
        if running is not None:
            running.end_calls()
        if duties is not None and hanging:
            hanging = duties.stop(seconds / 2)
        return [self.chain.told + name for name in hanging]

    def close(self) -> None:
        """Destroy what keys are left, and close the rest."""
        self._stopping.set()
        with self._lock:
            self._closing.close()

    def _begin(self) -> None:
        assert self.running is not None
        self._duties = Duties(self.running.duties, self._fatal, self._clocks, self.chain.name)
        self._duties.start()
        hints = take_hints(self.chain.config, self.running.heads, self._duties.wake)
        self._closing.callback(hints.close)

    def _fatal(self, error: Fatal) -> None:
        """A duty of this chain failed for good."""
        if self.is_only or isinstance(error, OF_ALL):
            self._on_fatal(error)
            return
        self._failed(error)
        self._ended.set()

    def _failed(self, error: AttestorError) -> None:
        self.failure = error
        if occurrence := self._repeated.failed("", error.code):
            again = f", {occurrence.times} times in a row" if occurrence.times > 1 else ""
            told = "chain {} does not run{}: {} [{}]"
            logger.bind(event=Event.CHAIN_FAILED).error(
                told, self.chain.name, again, error, error.code
            )

    def _named(self) -> AbstractContextManager[None]:
        return logs.about_chain(self.chain.name)

    def _raise_or_note(self, error: Exception) -> None:
        if self.is_only:
            raise error
        if not isinstance(error, AttestorError):
            self._unexpected(error)
            return
        is_local = isinstance(error, Misconfigured) and not isinstance(error, TOLD_BY_NODE)
        if self._thread is None and is_local:
            raise type(error)(self.chain.told + error.message, hint=error.hint) from error
        self._failed(error)

    def _unexpected(self, error: Exception) -> None:
        """A defect, as far as can be told: no reason to give up the chain, nor any other."""
        logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
            "chain {} failed unexpectedly", self.chain.name
        )
        self._failed(InternalError(f"chain {self.chain.name} failed with {error!r:.200}"))

    def _supervise(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = self._clocks.monotonic()
            try:
                if self.running is not None:
                    self._watch()
                    self._take_down()
            except Exception as error:
                self._unexpected(error)
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if self._clocks.monotonic() - began > WELL_SECONDS else pause
            self._stopping.wait(pause)
            pause = min(2 * pause, LAST_PAUSE)
            self._build_anew()

    def _watch(self) -> None:
        """Until the chain has to be taken down."""
        while not self._ended.wait(LOOK_SECONDS):
            now = self._clocks.watch()
            for record in self.records():
                found = fault(record, now, self._bounds)
                if found is not None and is_past_hope(record, now, self._bounds):
                    self._fatal(found)

    def _take_down(self) -> None:
        duties, running = self._duties, self.running
        if self._stopping.is_set() or running is None:
            return
        running.end_calls()
        # A step that goes on ends by itself, and the other chains need not end for it.
        while duties is not None and (hanging := duties.stop(DUTIES_STOP_SECONDS)):
            if self._stopping.is_set():
                return
            now = self._clocks.watch()
            if any(is_past_hope(record, now, self._bounds) for record in duties.records()):
                self._on_fatal(DutyHanging(f"{self.chain.told}left behind: {', '.join(hanging)}"))
                return
        self.running, self._duties = None, None
        self._ended.clear()
        with self._lock:
            self._closing.close()

    def _build_anew(self) -> None:
        with self._lock:
            if self._stopping.is_set() or self._signer is None or self.running is not None:
                return
            try:
                self.open()
                self.complete(self._signer)
                if self.running is not None and not self._stopping.is_set():
                    self._begin()
            except Exception as error:
                self._unexpected(error)
                self._ended.set()
        if self.running is not None and not self._ended.is_set():
            failures = self._repeated.passed("")
            logger.bind(event=Event.CHAIN_RUNS).info(
                "chain {} runs, after {} failures", self.chain.name, failures
            )
