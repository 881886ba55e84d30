"""A manager over a made-up chain and a database of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from unit.transactions.chain import Chain

from attestor.core.blocks import Block
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions
from attestor.transactions.lock import AccountLock
from attestor.transactions.log import AttemptLog
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Pricer
from attestor.transactions.pursuit import Urgency
from attestor.transactions.replacement import FeePolicy
from attestor.transactions.send_state import Pace

ACCOUNT = Account.from_key("0x" + "00" * 31 + "01")
CAP = 10_000


def later(blocks: int, left: int = 100, base_fee: int = 100) -> Urgency:
    """Some blocks after the first look, with so many to come that may include what is out."""
    return Urgency(Block(107 + blocks, bytes(32), bytes(32), 1000 + blocks, base_fee), left)


Manage = Callable[..., TransactionManager]


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "attestor.sqlite")


@pytest.fixture
def log(store: Store, chain: Chain) -> Transactions:
    return Transactions(store, Journal(store, lambda: 1_800_000_000.0 + chain.seconds))


@pytest.fixture
def manage(chain: Any, log: Transactions) -> Manage:
    """A manager, as after each start of a process."""

    def make(
        log: AttemptLog = log, pace: Pace | None = None, lock: AccountLock | None = None
    ) -> TransactionManager:
        pricer = Pricer(chain, ACCOUNT, FeePolicy(CAP))
        return TransactionManager(chain, pricer, log, pace, chain.timer(), lock)

    return make
