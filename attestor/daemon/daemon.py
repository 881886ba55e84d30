"""`attestor run`: the parts put together, started in order and stopped in order.

The event loop serves HTTP and ticks; all that blocks (RPC, SQLite, the signer) runs in threads.
"""

import asyncio
import signal
import time
from contextlib import AsyncExitStack, suppress
from functools import partial

from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from loguru import logger

from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.collateral.build import build_duty
from attestor.collateral.sources import SimulatedSource, source_from
from attestor.config import Config
from attestor.core.cross_check import Disagreement
from attestor.core.registration import Terms
from attestor.core.report_data import Binding, Layout
from attestor.core.text import checksummed, to_hex
from attestor.deployment import addresses
from attestor.errors import (
    AttestorError,
    ConfigurationInvalid,
    EnginesDisagree,
    SigningHalted,
)
from attestor.http.health import Health
from attestor.http.prover import Api
from attestor.http.statements import Statements
from attestor.jobs.cross_checks import CrossChecks
from attestor.jobs.queue import ProofQueue
from attestor.quote.collateral import CollateralSource
from attestor.quote.gate import Gate, GatePolicy, SimulatedRoot
from attestor.rotation.effects import RotationEffects
from attestor.rotation.loop import Rotation
from attestor.rotation.plan import RotationPolicy
from attestor.rotation.request import RequestBuilder
from attestor.signer.client import SignerProcess
from attestor.signer.settings import SignerSettings
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.history import History
from attestor.store.jobs import Jobs
from attestor.store.journal import Journal
from attestor.store.lock import lock_database
from attestor.store.uploads import Uploads
from attestor.transactions.account import load_account
from attestor.transactions.manager import GWEI, Payments

COLLATERAL_TICK_SECONDS = 10.0
"""How often collateral is asked whether a round is due: the first one is when there is a quote."""


class Daemon:
    """A daemon that is set up but does not run yet. Make it in the main thread."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stop = asyncio.Event()
        self._collateral_round = asyncio.Lock()
        self._failure: AttestorError | None = None
        self._signers_closed = False
        node = Node(Rpc(config.chain_rpc_url), config.chain_id, config.chain_check_headers)
        node.require_chain()
        contracts = addresses.of(config)
        binding = Binding(config.chain_id, contracts.registry, Layout(config.chain_registry_kind))
        registry = Registry(node, contracts.registry, binding.layout)
        policy = policy_from(config, registry.terms())
        payer = load_account(config.payer_key_file)
        payments = Payments(node, payer, int(config.payer_max_fee_gwei * GWEI))
        gate = make_gate(config)
        self._lock = lock_database(config.store_path)
        self._store = Store.open(config.store_path)
        journal = Journal(self._store, time.time)
        history = History(self._store, journal)
        self._jobs = Jobs(self._store, journal)
        self._collateral = build_duty(
            config, node, contracts.store, payments.payer, history, Uploads(self._store, journal)
        )
        self._signer = SignerProcess(signer_settings(config, binding, contracts.multiproof))
        steps = RotationEffects(
            self._signer,
            registry,
            payments,
            gate,
            history,
            binding,
            RequestBuilder(registry, payments.payer),
        )
        self._rotation = Rotation(node, registry, steps, history, policy, payments.payer, time.time)
        self._rotation.recover(held=self._signer.addresses())
        self._disagreements = Disagreements(self._store, journal)
        self._confirmations = CrossChecks(self._signer, self._jobs, self._disagreements)
        self._confirmations.recover()
        self._queue = ProofQueue(
            self._jobs,
            self._confirmations.prove,
            config.proofs_workers,
            config.proofs_max_open,
            self._fail,
        )
        logger.info(
            "registry {} on chain {}, payer {}, provider {}",
            checksummed(registry.address),
            config.chain_id,
            payer.address,
            config.quote_provider,
        )

    async def run(self) -> None:
        """Serve until SIGTERM, SIGINT or a fatal error, which is raised."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        async with AsyncExitStack() as stack:
            stack.callback(self._close)
            self._begin()
            stack.push_async_callback(self._queue.stop)
            await self._serve(stack)
            self._schedule(stack)
            await self._stop.wait()
            logger.info("stopping")
        if self._failure is not None:
            raise self._failure

    def _begin(self) -> None:
        """Take up the work, unless an earlier run ended in a disagreement that stands."""
        standing = self._disagreements.open()
        if standing:
            self._halt(f"job {standing[0].job} of {standing[0].at}: {standing[0].reason}")
        else:
            self._queue.start()

    async def _serve(self, stack: AsyncExitStack) -> None:
        config = self._config
        api = Api(self._queue, self._jobs, config.api_max_body_bytes, config.api_wait_seconds)
        application = api.application()
        Statements(self._queue, self._jobs, config.chain_id).add_to(application)
        Health(self._queue, self._jobs, self._disagreements, self._collateral).add_to(application)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, config.api_host, config.api_port)
        try:
            await site.start()
        except OSError as error:
            raise ConfigurationInvalid(
                f"cannot listen on {config.api_host}:{config.api_port}: {error.strerror}",
                hint="set api.host and api.port to a free address",
            ) from None
        logger.info("listening on http://{}:{}", *runner.addresses[0][:2])

    def _schedule(self, stack: AsyncExitStack) -> None:
        # APScheduler's defaults drop a tick that is a second late; a late tick must run, once.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler = AsyncIOScheduler(job_defaults=defaults)
        scheduler.add_job(self._tick, "interval", seconds=self._config.chain_poll_seconds)
        if self._collateral is not None:
            seconds = min(COLLATERAL_TICK_SECONDS, self._config.collateral_interval_seconds)
            scheduler.add_job(self._look_after_collateral, "interval", seconds=seconds)
            stack.push_async_callback(self._end_collateral)
        scheduler.start()
        stack.callback(partial(scheduler.shutdown, wait=False))

    async def _tick(self) -> None:
        try:
            self._signer.require_alive()
            found = await asyncio.to_thread(self._confirmations.follow)
            if found is not None:
                await self._close_signers(found)
            elif self._queue.halted is None:
                await asyncio.to_thread(self._rotation.step)
        except AttestorError as error:
            self._fail(error)

    async def _look_after_collateral(self) -> None:
        assert self._collateral is not None
        try:
            async with self._collateral_round:
                await asyncio.to_thread(self._collateral.step)
        except AttestorError as error:
            self._fail(error)

    async def _end_collateral(self) -> None:
        """A round writes to the database, which is closed after this."""
        assert self._collateral is not None
        self._collateral.stop()
        async with self._collateral_round:
            pass

    async def _close_signers(self, found: Disagreement) -> None:
        """The signer process destroyed its keys; the history and the callers are told so, once."""
        if self._signers_closed:
            return
        self._halt(f"job {found.job}: {found.reason}")
        held = await asyncio.to_thread(self._signer.addresses)
        reason = f"the engines disagree on job {found.job}"
        await asyncio.to_thread(self._rotation.recover, held, reason)
        self._signers_closed = True

    def _halt(self, reason: str) -> None:
        """Sign and serve no proof until the operator acts; stay up to say so."""
        logger.critical("signing is halted, the engines disagree: {}", reason)
        self._queue.halt(
            SigningHalted(
                "nothing is signed or served: the engines disagree on the result of a program",
                hint="the operator has to act: docs/operate.md, engines that disagree",
            )
        )

    def _fail(self, error: AttestorError) -> None:
        """Stop for good: whoever supervises the daemon starts it anew, with new keys.

        Not so when the engines disagree: with new keys, signing would go on. The next tick
        notes what the signer process tells of it.
        """
        if isinstance(error, EnginesDisagree | SigningHalted):
            self._halt(error.message)
            return
        logger.error("{} [{}]", error, error.code)
        self._failure = self._failure or error
        self._stop.set()

    def _close(self) -> None:
        self._signer.close()
        with suppress(AttestorError):
            self._rotation.recover(held=[])
        self._store.close()
        self._lock.close()


def policy_from(config: Config, terms: Terms) -> RotationPolicy:
    """The rotation's policy; raises `ConfigurationInvalid` when it cannot work with the registry.

    A successor must be due while its predecessor still has `expiry_margin` to live.
    """
    policy = RotationPolicy(
        period=config.rotation_period_seconds,
        expiry_margin=config.rotation_expiry_margin_seconds,
        confirmations=config.rotation_confirmations,
        block_lag=config.rotation_block_lag,
        max_block_number_diff=terms.max_block_number_diff,
        inclusion_margin=config.rotation_inclusion_margin_blocks,
    )
    if policy.expiry_margin >= terms.attest_validity_seconds:
        raise ConfigurationInvalid(
            f"rotation.expiry_margin_seconds is {policy.expiry_margin}, but registrations last "
            f"{terms.attest_validity_seconds} s",
            hint="make it smaller: a signer would be replaced as soon as it is active",
        )
    if not policy.sendable(reference_block=0, head=policy.block_lag):
        raise ConfigurationInvalid(
            f"rotation.block_lag {policy.block_lag} and rotation.inclusion_margin_blocks "
            f"{policy.inclusion_margin} do not fit into the registry's window of "
            f"{policy.max_block_number_diff} blocks",
            hint="make them smaller",
        )
    return policy


def make_gate(config: Config) -> Gate:
    """The gate of real quotes, or on development chains of simulated ones."""
    statuses = frozenset(config.quote_allowed_tcb_statuses)
    if config.quote_provider != "simulated":
        return Gate(source_from(config.quote_collateral), time.time, GatePolicy(statuses))
    from attestor.quote.simulated import SimulatedPlatform

    platform = SimulatedPlatform(
        config.quote_simulation_seed.encode(), config.chain_id, int(time.time())
    )
    policy = GatePolicy(statuses, SimulatedRoot(platform.root_der, config.chain_id))
    source: CollateralSource = SimulatedSource(platform)
    if config.quote_collateral:
        source = source_from(config.quote_collateral)
    return Gate(source, time.time, policy)


def signer_settings(
    config: Config, binding: Binding, multiproof: bytes | None = None
) -> SignerSettings:
    """What the signer process is told."""
    return SignerSettings(
        chain_id=binding.chain_id,
        registry=to_hex(binding.registry),
        layout=binding.layout,
        multiproof=to_hex(multiproof) if multiproof else "",
        provider=config.quote_provider,
        simulation_seed=config.quote_simulation_seed,
        executor_directory=str(config.executor_directory),
        workers=config.proofs_workers,
        wall_seconds=config.executor_wall_seconds,
        cpu_seconds=config.executor_cpu_seconds,
        memory_bytes=config.executor_memory_bytes,
        public_values_bytes=config.executor_public_values_bytes,
        cycles=config.executor_cycles,
        engine=config.executor_engine,
        cross_check_within_budget=config.cross_check_within_budget,
        cross_check_beyond_budget=config.cross_check_beyond_budget,
        cross_check_budget_cycles=config.cross_check_budget_cycles,
        cross_check_sample_rate=config.cross_check_sample_rate,
    )
