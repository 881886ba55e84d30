"""A manager over a made-up chain and a database of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from unit.transactions.chain import Chain

from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions
from attestor.transactions.log import AttemptLog
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy
from attestor.transactions.send_state import Pace

ACCOUNT = Account.from_key("0x" + "00" * 31 + "01")
CAP = 10_000


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

    def make(log: AttemptLog = log, pace: Pace | None = None) -> TransactionManager:
        pricer = Pricer(chain, ACCOUNT, FeePolicy(CAP))
        return TransactionManager(chain, pricer, log, pace, chain.timer())

    return make
