"""The parts of the signer process, out of its settings. One process has one workload."""

import random
import time
from collections.abc import Callable
from pathlib import Path

from attestor.core.execution import Engine
from attestor.errors import ConfigurationInvalid
from attestor.executor import NativeExecutor
from attestor.quote.provider import QuoteProvider
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.keys import Keys
from attestor.signer.service import SignerService
from attestor.signer.settings import SignerSettings
from attestor.signer.workloads.sp1 import Sp1Workload
from attestor.signer.workloads.workload import Workload


def make_service(settings: SignerSettings) -> SignerService:
    """The service, with its workload started."""
    keys = Keys(time.time)
    provider = make_provider(settings)
    workload = make_workload(settings, keys.halt)
    workload.start()
    return SignerService(keys, provider, settings.binding, workload)


def make_workload(settings: SignerSettings, halt: Callable[[str], None]) -> Workload:
    """What the process executes. `halt` destroys all keys, for a reason."""
    executor, limits = NativeExecutor(Path(settings.executor_directory)), settings.limits
    draw = random.SystemRandom().random
    cross_checker = CrossChecker(halt, executor, limits, settings.policy, draw)
    engine = Engine(settings.engine)
    return Sp1Workload(executor, limits, engine, cross_checker, settings.statements)


def make_provider(settings: SignerSettings) -> QuoteProvider:
    """The platform that makes quotes."""
    if settings.provider == "simulated":
        from attestor.quote.simulated import SimulatedPlatform

        return SimulatedPlatform(
            seed=settings.simulation_seed.encode(),
            chain_id=settings.chain_id,
            now=int(time.time()),
        )
    if settings.provider == "configfs":
        from attestor.quote.configfs import ConfigfsProvider

        return ConfigfsProvider()
    raise ConfigurationInvalid(f"no quote provider is named {settings.provider!r}")
