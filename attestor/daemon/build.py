"""The parts of the daemon, built from the configuration in the order in which they need each other.

What is opened on the way is closed in reverse order: when the daemon ends, and when a later part
cannot be built.
"""

import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from loguru import logger

from attestor.chain.heads import Heads
from attestor.chain.node import Node
from attestor.chain.pace import Pace
from attestor.chain.registry import Registry
from attestor.collateral.build import build_duty
from attestor.collateral.duty import CollateralDuty
from attestor.config import Config
from attestor.core.execution import ExecutorBuild
from attestor.core.fees import GWEI
from attestor.core.report_data import Binding, Layout
from attestor.core.signers import Cover
from attestor.core.text import checksummed
from attestor.daemon.api import ApiParts, build_api
from attestor.daemon.clocks import Clocks
from attestor.daemon.database import DatabaseCheckDuty, DatabaseDuty
from attestor.daemon.duties import Duty
from attestor.daemon.heartbeat import HeartbeatDuty
from attestor.daemon.policy import make_gate, policy_from, signer_settings
from attestor.daemon.policy_events import PolicyEventsDuty
from attestor.deployment import addresses
from attestor.errors import AttestorError
from attestor.hardening import process
from attestor.http.server import listen
from attestor.jobs.cross_checks import CrossChecks
from attestor.quote.gate import Gate
from attestor.rotation.duty import RotationDuty
from attestor.rotation.effects import RotationEffects
from attestor.rotation.failures import Failures
from attestor.rotation.loop import Rotation
from attestor.rotation.observer import Observer
from attestor.rotation.request import RequestBuilder
from attestor.rotation.situation import RotationPolicy
from attestor.rotation.vouching import Vouching
from attestor.signer.client import SignerProcess
from attestor.signer.start_report import StartReport
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.headers import Headers
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.lock import lock_database
from attestor.store.moving import move_jobs
from attestor.store.policy_events import PolicyEvents
from attestor.store.proofs import Proofs
from attestor.store.transactions import Transactions
from attestor.store.uploads import Uploads
from attestor.transactions.budget import GasBudget
from attestor.transactions.lock import lock_account
from attestor.transactions.manager import TransactionManager
from attestor.transactions.payers import load_payer
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy


@dataclass(frozen=True)
class ChainParts:
    """The chain, what we use on it, and who pays at which price."""

    node: Node
    contracts: addresses.Addresses
    registry: Registry
    binding: Binding
    policy: RotationPolicy
    pricer: Pricer


@dataclass(frozen=True)
class StoreParts:
    """The database, a part for each group of its tables."""

    history: History
    proofs: Proofs
    transactions: Transactions
    uploads: Uploads
    disagreements: Disagreements
    headers: Headers
    database: Store


@dataclass(frozen=True)
class Parts:
    """All that `attestor run` starts. `closing` closes what was opened for them."""

    config: Config
    store: StoreParts
    api: ApiParts
    health: socket.socket
    collateral: CollateralDuty | None
    duties: tuple[Duty, ...]
    closing: ExitStack
    clocks: Clocks
    cover: Callable[[], Cover]
    executor: ExecutorBuild = ExecutorBuild.RECORDED


def build(config: Config) -> Parts:
    """Everything, but nothing runs yet. Call it in the main thread, which the signer process is
    bound to. Raises every `Misconfigured` error, and those of the node."""
    with ExitStack() as opened:
        opened.enter_context(lock_database(config.store_path))
        chain = _chain(config)
        gate = make_gate(config, lambda: chain.node.head().timestamp)
        store, manager, noted = _store(config, opened, chain)
        collateral = _collateral(config, chain, store, opened)
        listening = opened.enter_context(listen(config.api_host, config.api_port, "api"))
        health = opened.enter_context(listen(config.health_host, config.health_port, "health"))
        signer = SignerProcess(signer_settings(config, chain.binding, chain.contracts.multiproof))
        opened.callback(signer.close)
        started = signer.started()
        _give_up_change_of_users()
        effects = _effects(config, chain, store, manager, signer, gate)
        heads = Heads(chain.node, store.headers, _pace(config))
        rotation = _rotation(chain, store, manager, effects, heads)
        rotation.recover(held=signer.addresses())
        opened.callback(_end_signers, signer, rotation)
        vouching = Vouching(chain.node, chain.registry)
        checks = CrossChecks(signer, store.proofs, store.disagreements, vouching.require)
        checks.recover()
        clocks = Clocks.of_this_machine()
        api = build_api(
            config,
            signer,
            listening,
            checks,
            store.proofs,
            store.history,
            lambda: heads.window.head.timestamp if heads.window.head is not None else 0,
            clocks.watch,
            signs_statements=bool(chain.contracts.multiproof),
        )
        duties: tuple[Duty, ...] = (
            RotationDuty(signer, rotation, lambda: api.halt.reason, config.chain_poll_seconds),
            HeartbeatDuty(signer),
            DatabaseDuty(store.database),
            DatabaseCheckDuty(store.database),
            api.look,
            *((collateral,) if collateral is not None else ()),
            *_policy_events(config, chain, noted),
        )
        _tell(config, chain, started)
        return Parts(
            config,
            store,
            api,
            health,
            collateral,
            duties,
            closing=opened.pop_all(),
            clocks=clocks,
            cover=lambda: rotation.cover,
            executor=started.executor,
        )


def _chain(config: Config) -> ChainParts:
    node = Node.of(config.rpc_urls, config.chain_id, config.chain_check_headers)
    node.require_chain()
    contracts = addresses.of(config)
    binding = Binding(config.chain_id, contracts.registry, Layout(config.chain_registry_kind))
    registry = Registry(node, contracts.registry, binding.layout)
    policy = policy_from(config, registry.terms())
    payer = load_payer(config.payer, lambda name: f"payer.{name}")
    pricer = Pricer(node, payer, _fee_policy(config))
    return ChainParts(node, contracts, registry, binding, policy, pricer)


def _fee_policy(config: Config) -> FeePolicy:
    cap, tip = config.payer_max_fee_gwei, config.payer_max_priority_fee_gwei
    return FeePolicy(int(cap * GWEI), int(tip * GWEI))


def _store(
    config: Config, opened: ExitStack, chain: ChainParts
) -> tuple[StoreParts, TransactionManager, PolicyEvents]:
    """The database, and what sends from the payer's account: nobody else has either meanwhile."""
    payer_lock = lock_account(chain.node, chain.pricer.payer)
    opened.callback(payer_lock.close)
    store = Store.open(config.store_path)
    opened.callback(store.close)
    move_jobs(store)
    journal = Journal(store, time.time)
    parts = StoreParts(
        History(store, journal),
        Proofs(store, journal),
        Transactions(store, journal),
        Uploads(store, journal),
        Disagreements(store, journal),
        Headers(store),
        store,
    )
    manager = TransactionManager(chain.node, chain.pricer, parts.transactions, lock=payer_lock)
    return parts, manager, PolicyEvents(store, journal, chain.contracts.registry)


def _policy_events(config: Config, chain: ChainParts, noted: PolicyEvents) -> tuple[Duty, ...]:
    """Upstream's registry has no such events."""
    if chain.binding.layout is Layout.UPSTREAM:
        return ()
    first = addresses.registry_block(config, chain.registry.address)
    confirmations = chain.policy.confirmations
    return (PolicyEventsDuty(chain.node, chain.registry, noted, first, confirmations),)


def _collateral(
    config: Config, chain: ChainParts, store: StoreParts, opened: ExitStack
) -> CollateralDuty | None:
    return build_duty(
        config,
        chain.node,
        chain.contracts.store,
        chain.pricer.payer,
        store.history,
        store.uploads,
        store.transactions,
        opened,
    )


def _effects(
    config: Config,
    chain: ChainParts,
    store: StoreParts,
    manager: TransactionManager,
    signer: SignerProcess,
    gate: Gate,
) -> RotationEffects:
    requests = RequestBuilder(chain.registry, chain.pricer.payer)
    lost, limit = store.transactions, config.payer_max_reverted_gas_per_day
    budget = GasBudget(lost, chain.pricer.payer, limit, time.time)
    return RotationEffects(
        signer, chain.registry, manager, gate, store.history, chain.binding, requests, budget
    )


def _rotation(
    chain: ChainParts,
    store: StoreParts,
    manager: TransactionManager,
    effects: RotationEffects,
    heads: Heads,
) -> Rotation:
    history, failures = store.history, Failures(store.history, time.monotonic)
    observer = Observer(chain.registry, manager, history, chain.policy, failures)
    return Rotation(heads, observer, effects, history, chain.policy, failures, time.monotonic)


def _pace(config: Config) -> Pace:
    return Pace(config.chain_poll_seconds, time.monotonic)


def _tell(config: Config, chain: ChainParts, signer: StartReport) -> None:
    logger.info(
        "registry {} on chain {}, payer {}, provider {}",
        checksummed(chain.registry.address),
        config.chain_id,
        checksummed(chain.pricer.payer),
        config.quote_provider,
    )
    logger.info(
        "the signer process runs as user {}, with the {} executor, and sandbox level {}{}",
        signer.uid,
        signer.executor,
        signer.level,
        f"; missing are {'; '.join(signer.missing)}" if signer.missing else "",
    )
    if signer.executor is ExecutorBuild.UNRECORDED:
        logger.warning(
            "the executor in {} is not the one that was recorded when it was built: every answer "
            "says so",
            config.executor_directory,
        )


def _give_up_change_of_users() -> None:
    """What a daemon without root was given for the start of the signer process alone. Root keeps
    what it is."""
    if os.geteuid() != 0:
        process.drop_capabilities(process.SETUID, process.SETGID)


def _end_signers(signer: SignerProcess, rotation: Rotation) -> None:
    """The keys go first, then the history says so."""
    signer.close()
    with suppress(AttestorError):
        rotation.recover(held=[])
