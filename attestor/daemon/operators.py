"""What the daemon answers operators: health, probes, metrics and status, on their own listener."""

from collections.abc import Callable

from aiohttp import web

from attestor.core.duty import DutyBounds
from attestor.daemon.build import Parts
from attestor.daemon.chain_units import ChainUnits
from attestor.daemon.service_views import service_view_of
from attestor.daemon.status import status_of
from attestor.http.addressed import for_this_machine
from attestor.http.health import Health
from attestor.http.probes import Probes
from attestor.http.server import application


def for_operators(
    parts: Parts, units: ChainUnits, bounds: DutyBounds, is_stopping: Callable[[], bool]
) -> web.Application:
    """All routes of the listener. The API process hears the same health and probes."""
    view = service_view_of(parts, units, bounds, is_stopping)
    health = Health(
        lambda: parts.api.halt.halted,
        units.standings,
        parts.api.supervisor,
        units.shared_records,
        bounds,
        parts.clocks.watch,
        executor=parts.executor,
        view=view,
    )
    probes = Probes(view)
    parts.api.service.health, parts.api.service.probes = health, probes
    served = application(inner=[for_this_machine])
    health.add_to(served)
    probes.add_to(served)
    status_of(parts, view).add_to(served)
    return served
