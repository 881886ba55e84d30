"""The daemon's rounds: look at what is on chain for our machine, renew what ends soon, say so when
that does not work."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from loguru import logger

from attestor.chain.collateral_store import CollateralStore
from attestor.collateral.expiry import OwnMachine, expiry_on_chain
from attestor.collateral.refresher import CollateralRefresher
from attestor.core.events import Event
from attestor.core.expiry import CollateralExpiry
from attestor.errors import AttestorError, Fatal
from attestor.quote.collateral import MachineKind
from attestor.store.history import History
from attestor.store.uploads import Uploads

RETRY_SECONDS = 300.0
"""After a round that failed, if the interval is not shorter anyway."""

TICK_SECONDS = 10.0
"""How often it is asked whether a round is due: the first one is when there is a quote."""
DEADLINE_SECONDS = 3600.0
"""A round may send a dozen transactions and wait some minutes for each."""

OFF = "collateral.enabled is off, and nobody else renewed it"


@dataclass(frozen=True)
class Schedule:
    """When rounds are, and what they regard as soon. In seconds."""

    interval: float
    margin: float


class CollateralDuty:
    """`step` is called by one thread at a time; `expiry` may be read by any.

    Without a `refresher` it only looks. `machines` are kinds of machine beside our own. `clock` is
    the wall clock, for warnings; rounds go by the monotonic one.
    """

    name = "collateral"
    deadline = DEADLINE_SECONDS

    def __init__(
        self,
        store: CollateralStore,
        history: History,
        uploads: Uploads,
        refresher: CollateralRefresher | None,
        machines: tuple[MachineKind, ...],
        schedule: Schedule,
        clock: Callable[[], float],
        stop: threading.Event,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.expiry: CollateralExpiry | None = None
        self.interval = min(TICK_SECONDS, schedule.interval)
        self._store = store
        self._history = history
        self._uploads = uploads
        self._refresher = refresher
        self._machines = machines
        self._schedule = schedule
        self._clock = clock
        self._stop = stop
        self._monotonic = monotonic
        self._next_round: float | None = None
        self._last_failure = ""

    @property
    def failing(self) -> bool:
        """Whether the last round failed."""
        return bool(self._last_failure)

    def ends_at(self, raw: bytes) -> int | None:
        """When the collateral on chain for the machine of a quote ends, as of now; None where that
        cannot be read or some of it is missing, which the registry has words for. Raises `Fatal`
        errors. For any thread."""
        try:
            return expiry_on_chain(self._store, OwnMachine.of(raw), "").ends_at or None
        except Fatal:
            raise
        except AttestorError as error:
            logger.debug("the end of the collateral on chain: {} [{}]", error, error.code)
            return None

    def close(self) -> None:
        """Let a round that waits for a receipt end at once."""
        self._stop.set()

    def warning(self) -> str | None:
        """What an operator should know now, or None."""
        if self.expiry is None:
            return None
        return self.expiry.warning(self._clock(), self._schedule.margin)

    def step(self) -> None:
        """Make a round if one is due. Raises `Fatal` errors; others are noted, and the round is
        made again soon. Before the first quote there is no machine to look after."""
        if self._next_round is not None and self._monotonic() < self._next_round:
            return
        raw = self._history.newest_quote()
        if raw is None and not self._machines:
            return
        fault = self._round(raw)
        pause = min(RETRY_SECONDS, self._schedule.interval) if fault else self._schedule.interval
        self._next_round = self._monotonic() + pause
        warning = self.warning()
        if warning is not None:
            logger.bind(event=Event.COLLATERAL_WARNING).warning("{}", warning)

    def _round(self, raw: bytes | None) -> str:
        """What failed, or nothing."""
        fault = ""
        try:
            own = OwnMachine.of(raw) if raw is not None else None
            fault = self._renew(own)
            if own is not None:
                state = OFF if self._refresher is None else fault
                self.expiry = expiry_on_chain(self._store, own, state)
        except Fatal:
            raise
        except AttestorError as error:
            fault = self._failed(error)
        if not fault:
            self._last_failure = ""
        return fault

    def _renew(self, own: OwnMachine | None) -> str:
        """Our own machine comes first: a fault of another kind's collateral must not stop it."""
        if self._refresher is None:
            return ""
        fault = ""
        kinds = [own.kind] if own is not None else []
        kinds += [machine for machine in self._machines if machine not in kinds]
        self._refresher.settle()
        for kind in kinds:
            try:
                self._refresher.run(kind)
            except Fatal:
                raise
            except AttestorError as error:
                fault = fault or self._failed(error)
        return fault

    def _failed(self, error: AttestorError) -> str:
        logger.bind(event=Event.COLLATERAL_FAILED).warning(
            "collateral failed: {} [{}]", error, error.code
        )
        # The same failure again adds nothing to the history and must not fill the disk.
        if error.code != self._last_failure:
            self._uploads.failed(error.code, str(error))
            self._last_failure = error.code
        return f"collateral failed: {error.message} [{error.code}]"
