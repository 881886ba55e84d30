"""What the running daemon shows of itself, put together from what its parts keep in memory: it
answers whatever hangs."""

from collections.abc import Callable

from attestor.core.duty import DutyBounds
from attestor.core.service_view import ServiceView
from attestor.daemon.build import Parts
from attestor.daemon.chain_units import ChainUnits
from attestor.daemon.views import duty_views, problem_of


def service_view_of(
    parts: Parts, units: ChainUnits, bounds: DutyBounds, is_stopping: Callable[[], bool]
) -> Callable[[], ServiceView]:
    """How everything stands, for any thread; nothing is asked for it."""
    api, clocks = parts.api, parts.clocks

    def view() -> ServiceView:
        return ServiceView(
            at=clocks.wall(),
            chains=units.views(),
            halted=problem_of(api.halt.halted),
            stopping=is_stopping(),
            api=problem_of(api.supervisor.fault()),
            queues=api.supervisor.queues,
            engine=parts.engine.view,
            duties=duty_views(units.shared_records(), clocks.watch(), bounds),
        )

    return view
