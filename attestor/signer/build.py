"""The parts of the signer process, out of its settings. One process has one workload."""

import os
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from attestor.core.cross_check import CheckingEngine
from attestor.core.execution import Engine
from attestor.errors import ConfigurationInvalid, ExecutorMissing
from attestor.executor import NativeExecutor, programs
from attestor.executor.circuit_programs import JIT_PROGRAM, OPTIONAL
from attestor.executor.native import EXECUTE_PROGRAM, JIT_BUILD_COMMAND, VKEY_PROGRAM
from attestor.executor.programs import Programs
from attestor.executor.self_test import HOSTILE_PROGRAM
from attestor.hardening import users
from attestor.hardening.users import User
from attestor.quote import configfs_access
from attestor.quote.configfs import ConfigfsProvider
from attestor.quote.files import LinuxFiles
from attestor.quote.provider import QuoteProvider
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.keys import Keys
from attestor.signer.securing import secure
from attestor.signer.service import SignerService
from attestor.signer.settings import SignerSettings
from attestor.signer.slots import Slot, Slots
from attestor.signer.start_report import StartReport
from attestor.signer.workloads.sp1 import Sp1Workload
from attestor.signer.workloads.workload import Workload


def start(settings: SignerSettings) -> tuple[SignerService, StartReport]:
    """The service, with its workload started, in a process that has given up its privileges; and
    what it started with.

    Raises every `Misconfigured` error of the executor, the quote provider and the sandbox.
    """
    sealed = load_programs(settings)
    secured = secure(
        settings,
        sealed,
        partial(make_providers, settings),
        lambda sealed, cgroup: NativeExecutor(
            Path(settings.executor_directory), sealed, cgroup=cgroup
        ),
    )
    slots = Slots(
        {
            slot.name: Slot(Keys(_since_boot), provider, slot.binding)
            for slot, provider in zip(settings.slots, secured.provider, strict=True)
        }
    )
    workload = make_workload(settings, secured.executor, sealed, slots.halt)
    workload.start()
    return SignerService(slots, workload), secured.report


def load_programs(settings: SignerSettings) -> Programs:
    """The executor that is to run: the one that was recorded, or on development chains another."""
    names = (VKEY_PROGRAM, EXECUTE_PROGRAM)
    directory, record = Path(settings.executor_directory), programs.recorded()
    sealed = programs.load(directory, names, record, optional=(HOSTILE_PROGRAM, *OPTIONAL))
    if settings.cross_check_engine == CheckingEngine.SP1_JIT and (
        JIT_PROGRAM not in sealed.descriptors
    ):
        raise ExecutorMissing(
            f"cross_check.engine is sp1-jit, and {directory} has no {JIT_PROGRAM}",
            hint=f"{JIT_BUILD_COMMAND}; or cross_check.engine sp1-portable",
        )
    if not settings.development:
        sealed.require_recorded()
    return sealed


def make_workload(
    settings: SignerSettings,
    executor: NativeExecutor,
    sealed: Programs,
    halt: Callable[[str], None],
) -> Workload:
    """What the process executes. `halt` destroys all keys, for a reason."""
    limits, draw = settings.limits, random.SystemRandom().random
    cross_checker = CrossChecker(halt, executor, limits, settings.policy, draw)
    engine = Engine(settings.engine)
    return Sp1Workload(
        executor,
        limits,
        engine,
        cross_checker,
        {slot.name: slot.statements for slot in settings.slots},
        build=sealed.build,
        warm=settings.workers * (1 + settings.policy.may_need_portable_before_signing()),
    )


def make_providers(settings: SignerSettings, user: User | None = None) -> list[QuoteProvider]:
    """The platform that makes quotes, for each slot, in a process that is to become `user`. A
    machine has one; simulated ones differ by their chain."""
    if settings.provider == "simulated":
        from attestor.quote.simulated import SimulatedPlatform

        return [
            SimulatedPlatform(
                seed=settings.simulation_seed.encode(),
                chain_id=slot.chain_id,
                now=int(time.time()),
            )
            for slot in settings.slots
        ]
    if settings.provider == "configfs":
        provider = configfs_provider(user)
        return [provider for _ in settings.slots]
    raise ConfigurationInvalid(f"no quote provider is named {settings.provider!r}")


def configfs_provider(user: User | None) -> ConfigfsProvider:
    """The TDX guest driver, for a process that is to become `user`."""
    return ConfigfsProvider(kept_report=_report_for(user))


def _report_for(user: User | None) -> str | None:
    """The report that `user`, or who we are, may write to; None for root, which makes its own."""
    files, asking = LinuxFiles(), os.geteuid()
    if user is None or asking != 0:
        return configfs_access.prepared(files, user.uid if user is not None else asking)
    running = users.running()
    return configfs_access.hand_over(
        files, user.uid, lambda uid: uid in users.TRANSIENT and uid not in running
    )


def _since_boot() -> float:
    """Seconds, those included in which the machine was suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
