"""All chains of the daemon, and the duties of none, as one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from attestor.core.duty import DutyRecord
from attestor.core.service_view import ChainView
from attestor.daemon.chain_unit import ChainUnit
from attestor.daemon.duties import Duties
from attestor.errors import Fatal
from attestor.http.health import ChainStanding


class ChainUnits:
    """`shared` are the duties that are of no chain."""

    def __init__(self, units: tuple[ChainUnit, ...], shared: Duties) -> None:
        self._units = units
        self._shared = shared

    def start(self, on_fatal: Callable[[Fatal], None]) -> None:
        """Begin all of them. `on_fatal` is told what ends the daemon."""
        self._shared.start()
        for unit in self._units:
            unit.start(on_fatal)

    def wake(self, duty: str) -> None:
        """Make a step of that duty soon, for each chain."""
        for unit in self._units:
            unit.wake(duty)

    def shared_records(self) -> list[DutyRecord]:
        """How the duties stand that are of no chain."""
        return self._shared.records()

    def ending_records(self) -> list[DutyRecord]:
        """How those stand that may end the daemon: where there are several chains, each watches
        over its own."""
        only = [unit for unit in self._units if unit.is_only]
        return [*self._shared.records(), *(record for unit in only for record in unit.records())]

    def standings(self) -> list[ChainStanding]:
        """How each chain stands."""
        return [unit.standing() for unit in self._units]

    def views(self) -> tuple[ChainView, ...]:
        """How each chain stands, for readiness and metrics."""
        return tuple(unit.view() for unit in self._units)

    def stop(self, seconds: float) -> list[str]:
        """End all duties at the same time, within those seconds; the names of those that hang."""
        with ThreadPoolExecutor(len(self._units)) as threads:
            asked = [threads.submit(unit.stop, seconds) for unit in self._units]
            hanging = self._shared.stop(seconds)
            return hanging + [name for one in asked for name in one.result()]
