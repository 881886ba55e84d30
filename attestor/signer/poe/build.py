"""The parts of a signer process in the role `poe`, out of its settings."""

import time
from functools import partial
from pathlib import Path

from attestor.errors import ConfigurationInvalid, ExecutorMissing
from attestor.executor import programs
from attestor.executor.programs import Programs
from attestor.executor.scroll import BUILD_COMMAND, PROGRAM, Chain, ScrollExecutor
from attestor.executor.self_test import HOSTILE_PROGRAM
from attestor.hardening.secret_key import SecretKey
from attestor.hardening.users import User
from attestor.kzg.commitments import CKzg
from attestor.quote.provider import QuoteProvider
from attestor.signer.build import configfs_provider
from attestor.signer.poe.service import PoeService
from attestor.signer.poe.settings import PoeProvider, PoeSettings
from attestor.signer.securing import secure
from attestor.signer.start_report import StartReport


def start(settings: PoeSettings) -> tuple[PoeService, StartReport]:
    """The service, with a fresh key, in a process that has given up its privileges; and what it
    started with.

    Raises every `Misconfigured` error of the executor, the quote provider and the sandbox.
    """
    require_own_rules(settings)
    secured = secure(
        settings,
        load_programs(settings),
        partial(make_provider, settings),
        lambda sealed, cgroup: ScrollExecutor(
            Path(settings.executor_directory), sealed, cgroup=cgroup
        ),
    )
    service = PoeService(
        SecretKey.random(),
        secured.provider,
        secured.executor,
        Chain(settings.chain_id, settings.forks),
        settings.limits,
        CKzg(),
    )
    return service, secured.report


def require_own_rules(settings: PoeSettings) -> None:
    """Raise `ConfigurationInvalid` for forks of the operator's choice under a key in genuine
    quotes: a PoE does not say by which rules, and would be taken for one by those of Scroll."""
    if settings.forks is not None and not settings.development:
        raise ConfigurationInvalid(
            f"--fork is for development chains, and --quotes {settings.provider} is genuine",
            hint="leave --fork away, or choose --quotes simulated or none",
        )


def load_programs(settings: PoeSettings) -> Programs:
    """The executor of Scroll's blocks: the one that was recorded, or without quotes another."""
    directory = Path(settings.executor_directory)
    if not (directory / PROGRAM).exists():
        raise ExecutorMissing(f"{directory / PROGRAM} is not there", hint=BUILD_COMMAND)
    sealed = programs.load(directory, (PROGRAM,), programs.recorded(), optional=(HOSTILE_PROGRAM,))
    if not settings.development:
        sealed.require_recorded()
    return sealed


def make_provider(settings: PoeSettings, user: User | None = None) -> QuoteProvider | None:
    """The platform that makes quotes, for a process that is to become `user`; None for none."""
    match settings.provider:
        case PoeProvider.CONFIGFS:
            return configfs_provider(user)
        case PoeProvider.SIMULATED | PoeProvider.SIMULATED_SGX:
            return _simulated(settings)
        case PoeProvider.NONE:
            return None
    raise ConfigurationInvalid(f"no quote provider is named {settings.provider!r}")


def _simulated(settings: PoeSettings) -> QuoteProvider:
    from attestor.quote.simulated import SimulatedPlatform
    from attestor.quote.simulated.variation import Variation, sgx

    return SimulatedPlatform(
        seed=settings.simulation_seed.encode(),
        chain_id=settings.quoted_chain_id,
        now=int(time.time()),
        variation=sgx() if settings.provider == PoeProvider.SIMULATED_SGX else Variation(),
    )
