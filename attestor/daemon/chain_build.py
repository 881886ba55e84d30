"""The parts of the daemon that follow one chain, built in the order in which they need each
other: those that need no signer process, and then the others."""

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
from attestor.core.events import Event
from attestor.core.report_data import Binding, Layout
from attestor.core.signers import Cover
from attestor.core.text import checksummed
from attestor.daemon.api_service import ChainRecords
from attestor.daemon.database import DatabaseCheckDuty, DatabaseDuty
from attestor.daemon.duties import Duty
from attestor.daemon.halt import Halt
from attestor.daemon.payer_watch import PayerDuty
from attestor.daemon.policy import make_gate, policy_from
from attestor.daemon.policy_events import PolicyEventsDuty
from attestor.daemon.renewal import Renewal, fee_policy
from attestor.daemon.views import ChainWatch
from attestor.deployment import addresses
from attestor.errors import AttestorError
from attestor.jobs.cross_checks import CheckingProcess, CrossChecks
from attestor.jobs.duty import CrossCheckDuty
from attestor.quote.gate import Gate
from attestor.rotation.duty import RotationDuty
from attestor.rotation.effects import RotationEffects, unknown
from attestor.rotation.failures import Failures
from attestor.rotation.loop import Rotation
from attestor.rotation.observer import Observer
from attestor.rotation.request import RequestBuilder
from attestor.rotation.situation import RotationPolicy
from attestor.rotation.vouching import Vouching
from attestor.signer.slot_client import SlotVerbs
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.headers import Headers
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.lock import DatabaseLock
from attestor.store.policy_events import PolicyEvents
from attestor.store.proofs import Proofs
from attestor.store.transactions import Transactions
from attestor.store.uploads import Uploads
from attestor.transactions.budget import GasBudget
from attestor.transactions.lock import lock_account
from attestor.transactions.manager import TransactionManager
from attestor.transactions.payers import load_payer
from attestor.transactions.pricing import Pricer

LOOK_SECONDS = 5.0
"""Between two looks at what was found about samples: a disagreement is told of at once besides."""


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
class OpenedChain:
    """What needs no signer process: the chain was reached, and the database is open."""

    parts: ChainParts
    store: StoreParts
    manager: TransactionManager
    noted: PolicyEvents
    gate: Gate
    collateral: CollateralDuty | None


@dataclass(frozen=True)
class RunningChain:
    """All of one chain."""

    store: StoreParts
    collateral: CollateralDuty | None
    duties: tuple[Duty, ...]
    records: ChainRecords
    rotation: Rotation
    vouching: Vouching
    heads: Heads
    watch: ChainWatch
    renewal: Renewal
    end_calls: Callable[[], None]
    """Cuts off what waits for the chain's endpoints."""

    @property
    def cover(self) -> Cover:
        """Who signs."""
        return self.rotation.cover


def open_chain(
    config: Config,
    move_old_jobs: Callable[[Store], None],
    lock: DatabaseLock,
    opened: ExitStack,
) -> OpenedChain:
    """Raises what is `Misconfigured`, and the node's errors. `opened` closes what is opened."""
    chain = _chain(config, opened)
    gate = make_gate(config, lambda: chain.node.head().timestamp)
    store, manager, noted = _store(config, opened, chain, move_old_jobs, lock)
    collateral = _collateral(config, chain, store, opened)
    return OpenedChain(chain, store, manager, noted, gate, collateral)


def run_chain(
    config: Config,
    opened: OpenedChain,
    signer: SlotVerbs,
    findings: CheckingProcess,
    halt: Halt,
) -> RunningChain:
    """The rest, once there is a signer process with a slot for the chain. Nothing runs yet."""
    parts, store = opened.parts, opened.store
    limit = config.payer_max_reverted_gas_per_day
    budget = GasBudget(store.transactions, parts.pricer.payer, limit, time.time)
    heads = Heads(parts.node, store.headers, Pace(config.chain_poll_seconds, time.monotonic))
    failures = Failures(store.history, time.monotonic)
    effects = _effects(opened, signer, budget)
    rotation = _rotation(parts, store, opened.manager, effects, heads, failures)
    rotation.recover(held=signer.addresses())
    vouching = Vouching(parts.node, parts.registry, shows=rotation.shows)
    checks = CrossChecks(findings, store.proofs, store.disagreements, vouching.require)
    checks.recover()
    # An earlier run ended in a disagreement that stands, unless it was resumed.
    for standing in store.disagreements.open()[:1]:
        halt.halt(f"job {standing.job} of {standing.at}: {standing.reason}")
    database = DatabaseDuty(store.database, config.store_path)
    payer = PayerDuty(parts.node, heads, parts.pricer.payer, fee_policy(config).cap)
    look = CrossCheckDuty(checks, halt.halt, LOOK_SECONDS)

    def chain_time() -> int:
        return heads.window.head.timestamp if heads.window.head is not None else 0

    duties: tuple[Duty, ...] = (
        RotationDuty(signer, rotation, lambda: halt.reason, config.chain_poll_seconds),
        database,
        DatabaseCheckDuty(store.database),
        look,
        payer,
        *((opened.collateral,) if opened.collateral is not None else ()),
        *_policy_events(config, parts, opened.noted, heads),
    )

    renewal = Renewal(parts.pricer, budget)
    _tell(config, parts)
    records = ChainRecords(checks, look.step, store.proofs, store.history, chain_time)
    watch = ChainWatch(
        parts.node.pool.endpoints,
        heads,
        rotation,
        failures,
        lambda: payer.view,
        lambda: database.free_bytes,
        parts.policy.lease_seconds if parts.policy.leases_need_blocks else None,
        time.monotonic,
    )
    of = opened.collateral, duties, records, rotation, vouching, heads, watch, renewal
    return RunningChain(store, *of, parts.node.close)


def end_signers(signer: SlotVerbs, rotation: Rotation) -> None:
    """The keys go first, where the signer process still has them, then the history says so."""
    with suppress(AttestorError):
        for address in signer.addresses():
            signer.retire(address)
    with suppress(AttestorError):
        rotation.recover(held=[])


def _chain(config: Config, opened: ExitStack) -> ChainParts:
    node = Node.of(config.rpc_urls, config.chain_id, config.chain_check_headers)
    opened.callback(node.close)
    node.require_chain()
    contracts = addresses.of(config)
    binding = Binding(config.chain_id, contracts.registry, Layout(config.chain_registry_kind))
    registry = Registry(node, contracts.registry, binding.layout)
    policy = policy_from(config, registry.terms())
    payer = load_payer(config.payer, lambda name: f"payer.{name}")
    pricer = Pricer(node, payer, fee_policy(config))
    return ChainParts(node, contracts, registry, binding, policy, pricer)


def _store(
    config: Config,
    opened: ExitStack,
    chain: ChainParts,
    move_old_jobs: Callable[[Store], None],
    lock: DatabaseLock,
) -> tuple[StoreParts, TransactionManager, PolicyEvents]:
    """The database, and what sends from the payer's account: nobody else has either meanwhile."""
    payer_lock = lock_account(chain.node, chain.pricer.payer)
    opened.callback(payer_lock.close)
    store = Store.open(config.store_path, lock=lock)
    opened.callback(store.close)
    move_old_jobs(store)
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


def _policy_events(
    config: Config, chain: ChainParts, noted: PolicyEvents, heads: Heads
) -> tuple[Duty, ...]:
    """Upstream's registry has no such events."""
    if chain.binding.layout is Layout.UPSTREAM:
        return ()
    first = addresses.registry_block(config, chain.registry.address)
    parts, deep = (chain.node, chain.registry, noted, first), chain.policy.confirmations
    return (PolicyEventsDuty(*parts, deep, lambda: heads.window),)


def _collateral(
    config: Config, chain: ChainParts, store: StoreParts, opened: ExitStack
) -> CollateralDuty | None:
    pays, kept = chain.pricer.payer, (store.history, store.uploads, store.transactions)
    return build_duty(config, chain.node, chain.contracts.store, pays, *kept, opened)


def _effects(opened: OpenedChain, signer: SlotVerbs, budget: GasBudget) -> RotationEffects:
    chain, collateral = opened.parts, opened.collateral
    return RotationEffects(
        signer,
        chain.registry,
        opened.manager,
        opened.gate,
        opened.store.history,
        chain.binding,
        RequestBuilder(chain.registry, chain.pricer.payer),
        budget,
        unknown if collateral is None else collateral.ends_at,
    )


def _rotation(
    chain: ChainParts,
    store: StoreParts,
    manager: TransactionManager,
    effects: RotationEffects,
    heads: Heads,
    failures: Failures,
) -> Rotation:
    observer = Observer(chain.registry, manager, store.history, chain.policy, failures)
    bound = chain.registry.node.pool.decision.within
    return Rotation(
        heads, observer, effects, store.history, chain.policy, failures, time.monotonic, bound
    )


def _tell(config: Config, parts: ChainParts) -> None:
    logger.bind(event=Event.CHAIN_OPENED).info(
        "registry {} on chain {}, payer {}, provider {}",
        checksummed(parts.registry.address),
        config.chain_id,
        checksummed(parts.pricer.payer),
        config.quote_provider,
    )
