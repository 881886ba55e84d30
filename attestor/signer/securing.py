"""What a signer process of every role does before it has a key, in the order in which it is safe:
what needs rights comes first, then the rights go, and the walls are judged by what is left."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from attestor.core.execution import Limits
from attestor.executor import SandboxReport, cgroup, host_limits
from attestor.executor.cgroup import Cgroup
from attestor.executor.memory_budget import shared_bytes
from attestor.executor.programs import Programs
from attestor.hardening.users import User
from attestor.signer import confinement
from attestor.signer.confinement import Walls
from attestor.signer.start_report import StartReport


class Settings(Protocol):
    """Of them, what every role has."""

    @property
    def limits(self) -> Limits: ...

    @property
    def user(self) -> str: ...

    @property
    def sandbox_level(self) -> str: ...

    @property
    def development(self) -> bool: ...


class Executor(Protocol):
    """Knows what confines its processes."""

    def sandbox_report(self) -> SandboxReport: ...


P = TypeVar("P")
E = TypeVar("E", bound=Executor)


@dataclass(frozen=True)
class Secured(Generic[P, E]):
    """What was made while there were rights, and what is told of the start."""

    provider: P
    executor: E
    report: StartReport


def secure(
    settings: Settings,
    sealed: Programs,
    make_provider: Callable[[User | None], P],
    make_executor: Callable[[Programs, Cgroup], E],
) -> Secured[P, E]:
    """Give up all privileges, and hold the walls against `settings.sandbox_level`; a hostile
    stand-in tries each way out where all of them should stand.

    Raises every `Misconfigured` error of the executor, the quote provider and the sandbox.
    """
    host_limits.require_room(settings.limits)
    user = confinement.choose_user(settings.user)
    provider = make_provider(user)
    # While this process has the daemon's user, to whom the service's cgroup belongs.
    group = cgroup.make(shared_bytes(), cgroup.own_place())
    kept = confinement.give_up(user)
    executor = make_executor(sealed, group)
    walls = Walls(kept, executor.sandbox_report())
    if confinement.require(walls, settings.sandbox_level, settings.development):
        confinement.try_ways_out(sealed)
    missing = (*walls.told(), *host_limits.lacking())
    report = StartReport(sealed.build, walls.level, missing, os.geteuid(), group.lacking)
    return Secured(provider, executor, report)
