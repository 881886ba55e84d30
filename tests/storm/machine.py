"""The daemon's rotation, whole but for its processes, step by step."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from loguru import logger
from measures.chain import SteppedChain
from measures.scenario import Deployment

from attestor.audit import outcomes, registrations, verify
from attestor.chain.heads import Heads
from attestor.chain.node import Node
from attestor.chain.pace import Pace
from attestor.chain.pool import Pool
from attestor.chain.registry import Registry
from attestor.collateral.sources import SimulatedSource
from attestor.core.eip712 import Domain
from attestor.core.possession import Possession
from attestor.core.report_data import Binding, Layout
from attestor.errors import AttestorError
from attestor.quote.gate import Gate, GatePolicy, SimulatedRoot
from attestor.rotation.effects import RotationEffects
from attestor.rotation.failures import Failures
from attestor.rotation.loop import Rotation
from attestor.rotation.observer import Observer
from attestor.rotation.request import RequestBuilder
from attestor.rotation.situation import RotationPolicy
from attestor.rotation.vouching import Vouching
from attestor.signer.keys import Keys
from attestor.signer.slot_client import QuoteAnswer
from attestor.store.database import Store
from attestor.store.headers import Headers
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions
from attestor.transactions.budget import GasBudget
from attestor.transactions.manager import TransactionManager

Clock = Callable[[], float]

POLICY = RotationPolicy(
    period=360,
    expiry_margin=900,
    confirmations=9,
    block_lag=9,
    max_block_number_diff=100,
    inclusion_margin=20,
    lease_seconds=180.0,
)
"""A reorg of 8 blocks takes neither the block that a quote binds, nor a registration in use."""


class Signer:
    """The signer process's keys and platform, in this process."""

    def __init__(self, deployment: Deployment[SteppedChain], binding: Binding, clock: Any) -> None:
        self.keys = Keys(clock)
        self._platform = deployment.platform
        self._binding = binding
        self.new_key = self.keys.create
        self.activate = self.keys.activate
        self.lease = self.keys.lease
        self.pause = self.keys.pause
        self.retire = self.keys.retire
        self.addresses = self.keys.addresses

    def quote(
        self, address: bytes, number: int, block_hash: bytes, template: bytes | None
    ) -> QuoteAnswer:
        raw = self._platform.quote(self._binding.encode(address, number, block_hash, template))
        return QuoteAnswer(raw, "simulated", True)

    def possession(self, address: bytes, number: int, template: bytes, deadline: int) -> bytes:
        domain = Domain(self._binding.chain_id, self._binding.registry)
        digest = Possession(address, number, template, deadline, keep_key=True).digest(domain)
        return self.keys.sign_for(address, digest)


Wrap = Callable[[Any], Any]
"""What stands in the place of a part of the machine."""


def as_it_is(part: Any) -> Any:
    """Nothing stands in its place."""
    return part


class Machine:
    """`rotation.step` does what the daemon's duty does. `clock` is the monotonic one of rotation
    and keys, `wall` the one that may be set; with a `pace`, looks are as far apart as the daemon's.
    """

    def __init__(
        self,
        deployment: Deployment[SteppedChain],
        pool: Pool,
        path: Path,
        clock: Clock,
        policy: RotationPolicy = POLICY,
        wrap: Wrap = as_it_is,
        wall: Clock = time.time,
        pace: Pace | None = None,
    ) -> None:
        chain = deployment.chain
        node = Node(pool, chain.id)
        self.registry = Registry(node, deployment.registry.address)
        self._store = Store.open(path)
        journal = wrap(Journal(self._store, wall))
        self.history: Any = wrap(History(self._store, journal))
        log = wrap(Transactions(self._store, journal))
        binding = Binding(chain.id, self.registry.address, Layout.ATTESTOR)
        self.signer = Signer(deployment, binding, clock)
        signer: Any = wrap(self.signer)
        platform, pricer = deployment.platform, chain.pricer_on(node)
        root = SimulatedRoot(platform.root_der, chain.id)
        judged_by = GatePolicy(frozenset({"UpToDate"}), root)
        source = SimulatedSource(platform)
        gate = Gate(source, lambda: float(chain.node.head().timestamp), judged_by)
        manager = TransactionManager(wrap(node), pricer, log)
        effects: Any = RotationEffects(
            signer,
            self.registry,
            manager,
            gate,
            self.history,
            binding,
            RequestBuilder(self.registry, pricer.payer),
            GasBudget(log, pricer.payer, 10**12, wall),
        )
        failures = Failures(self.history, clock)
        observer = Observer(self.registry, manager, self.history, policy, failures)
        heads = Heads(node, Headers(self._store), pace)
        self.rotation = Rotation(
            heads,
            observer,
            wrap(effects),
            self.history,
            policy,
            failures,
            clock,
            pool.decision.within,
        )

    def close(self) -> None:
        self._store.close()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return self._store.rows(sql)

    def faults(self) -> list[str]:
        """What `attestor audit verify` finds in the history, beside the chain."""
        node = self.registry.node
        head = node.head().number
        found = verify.journal_faults(self._store) + verify.table_faults(self._store)
        events = registrations.registration_events(self._store, head, self.registry.registrations)

        def hash_at(number: int) -> bytes | None:
            return node.block(number).hash if number <= head else None

        found += outcomes.chain_faults(self._store, node.receipt, hash_at)
        return found + registrations.chain_faults(self._store, events, hash_at)

    def hand_out(self, vouching: Vouching) -> bytes | None:
        """The signer of a proof that is signed and handed out now, or None where none is."""
        try:
            signer, _ = self.signer.keys.sign(bytes(32))
            vouching.require(signer)
        except AttestorError as error:
            logger.info("no proof: {} [{}]", error, error.code)
            return None
        return signer
