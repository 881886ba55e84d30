"""The daemon's own rotation, on a chain whose time is ours: what it really sends in a day."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cases.signing import sign
from loguru import logger
from measures.chain import CHAIN_ID, GasChain, account
from measures.scenario import DAY, Deployment

from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import Heads
from attestor.collateral.sources import SimulatedSource
from attestor.core.eip712 import Domain
from attestor.core.possession import Possession
from attestor.core.report_data import Binding, Layout
from attestor.core.transaction import Outcome
from attestor.quote.gate import Gate, GatePolicy, SimulatedRoot
from attestor.rotation.effects import RotationEffects
from attestor.rotation.failures import Failures
from attestor.rotation.loop import Rotation
from attestor.rotation.observer import Observer
from attestor.rotation.request import RequestBuilder
from attestor.rotation.situation import RotationPolicy
from attestor.signer.slot_client import QuoteAnswer
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions
from attestor.transactions.budget import GasBudget
from attestor.transactions.manager import TransactionManager

POLICY = RotationPolicy(
    period=1500,
    expiry_margin=600,
    confirmations=2,
    block_lag=2,
    max_block_number_diff=100,
    inclusion_margin=20,
)
"""As the daemon has it by default, but for the period: it counts from the activation, which is some
blocks late, and here there are to be 48 of them in a day."""
SECONDS_PER_BLOCK = 60
"""Fewer blocks than Ethereum's, so that a day is over sooner."""
MOST_STEPS = 8
"""Blocks until a successor is active; more means that it is not."""


class Signer:
    """The signer process with keys that are the same each time."""

    def __init__(self, deployment: Deployment[GasChain], binding: Binding) -> None:
        self._platform = deployment.platform
        self._binding = binding
        self._secrets: dict[bytes, bytes] = {}
        self._numbers = count()

    def new_key(self, buckets: int) -> bytes:
        while True:
            secret, address = account(f"rotation {next(self._numbers)}")
            if not buckets or buckets >> int.from_bytes(address, "big") % 1024 & 1:
                self._secrets[address] = secret
                return address

    def quote(
        self, address: bytes, number: int, block_hash: bytes, template: bytes | None
    ) -> QuoteAnswer:
        raw = self._platform.quote(self._binding.encode(address, number, block_hash, template))
        return QuoteAnswer(raw, "simulated", True)

    def possession(self, address: bytes, number: int, template: bytes, deadline: int) -> bytes:
        domain = Domain(self._binding.chain_id, self._binding.registry)
        digest = Possession(address, number, template, deadline, keep_key=True).digest(domain)
        return sign(self._secrets[address], digest)

    def activate(self, address: bytes, valid_until: int) -> None:
        """Nothing is proved here."""

    def lease(self, chain_time: int, seconds: float) -> None:
        """Nothing is proved here."""

    def pause(self, address: bytes) -> None:
        """Nothing is proved here."""

    def retire(self, address: bytes) -> None:
        """Its key is of no use any more."""


class RotatingMachine:
    """A machine that has its signer replaced every half hour, by the rotation itself."""

    def __init__(self, deployment: Deployment[GasChain]) -> None:
        self._chain = deployment.chain
        self._folder = TemporaryDirectory()
        self._store = Store.open(Path(self._folder.name) / "attestor.sqlite")
        journal = Journal(self._store, lambda: 0.0)
        history = History(self._store, journal)
        self._transactions = Transactions(self._store, journal)
        binding = Binding(CHAIN_ID, deployment.registry.address, Layout.ATTESTOR)
        platform, pricer = deployment.platform, self._chain.pricer
        gate = Gate(
            SimulatedSource(platform),
            self._now,
            GatePolicy(
                frozenset({"UpToDate"}), SimulatedRoot(platform.root_der, deployment.chain.id)
            ),
        )
        signer: Any = Signer(deployment, binding)
        requests = RequestBuilder(deployment.registry, pricer.payer)
        manager = TransactionManager(self._chain.node, pricer, self._transactions)
        effects = RotationEffects(
            signer,
            deployment.registry,
            manager,
            gate,
            history,
            binding,
            requests,
            GasBudget(self._transactions, pricer.payer, 1, self._now),
        )
        self._history = history
        failures = Failures(history, self._now)
        observer = Observer(deployment.registry, manager, history, POLICY, failures)
        self._rotation = Rotation(
            Heads(self._chain.node, MemoryHeaderLog()),
            observer,
            effects,
            history,
            POLICY,
            failures,
            self._now,
        )

    def day(self, rotations: int) -> list[int]:
        """Gas of each registration of a day."""
        used = []
        start = self._now()
        for number in range(1, rotations + 1):
            with _quiet():
                used.append(self._replace())
            left = start + number * DAY // rotations - self._now()
            self._chain.mine(int(left) // SECONDS_PER_BLOCK, SECONDS_PER_BLOCK)
        return used

    def close(self) -> None:
        """Put away the database."""
        self._store.close()
        self._folder.cleanup()

    def _replace(self) -> int:
        previous = self._history.active()
        for _ in range(MOST_STEPS):
            reason = self._rotation.step()
            active = self._history.active()
            if active is not None and (previous is None or active.address != previous.address):
                return self._gas_of(active.address)
            self._chain.mine(1)
        raise AssertionError(f"no successor after {MOST_STEPS} blocks: {reason}")

    def _gas_of(self, signer: bytes) -> int:
        request = self._history.request(signer)
        assert request is not None
        (attempt,) = self._transactions.attempts(request.intent.name)
        assert attempt.outcome is Outcome.SUCCEEDED
        assert attempt.receipt is not None
        return attempt.receipt.gas_used

    def _now(self) -> float:
        return float(self._chain.node.head().timestamp)


@contextmanager
def _quiet() -> Iterator[None]:
    logger.disable("attestor")
    try:
        yield
    finally:
        logger.enable("attestor")
