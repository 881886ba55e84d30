"""Fetching for one kind of machine, and what became of uploads of an earlier round."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attestor.chain.collateral_store import CollateralKind
from attestor.collateral.refresher import CollateralRefresher, items_for
from attestor.collateral.uploader import Uploader
from attestor.core.transaction import Intent, Purpose
from attestor.errors import CollateralInvalid
from attestor.quote.collateral import Collateral, MachineKind, SignedText
from attestor.quote.simulated import SimulatedPlatform
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Call
from attestor.transactions.timer import Timer

DAY = 86400
NOW = 20_718 * DAY
MACHINE = MachineKind(b"SIMDEV", "platform", "tdx")


class Service:
    """Gives the collateral of a simulated platform, and notes what it was asked."""

    def __init__(self) -> None:
        self.platform = SimulatedPlatform(b"refresher", 31337, NOW)
        self.asked: list[object] = []
        self.evaluation: int | None = None

    def collateral(self, machine: MachineKind, evaluation: int | None = None) -> Collateral:
        self.asked.append(machine)
        self.evaluation = evaluation
        return self.platform.collateral()

    def evaluation_numbers(self, tee: str) -> SignedText:
        self.asked.append(tee)
        numbers = self.platform.evaluation_numbers()
        return SignedText(numbers.text, numbers.signature, "")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "attestor.sqlite")


@pytest.fixture
def transactions(store: Store) -> Transactions:
    return Transactions(store, Journal(store, lambda: NOW))


def refresher(world: Any, transactions: Transactions, service: Service) -> CollateralRefresher:
    manager = TransactionManager(world, world, transactions, timer=Timer(pause=lambda s: True))
    return CollateralRefresher(service, world, Uploader(world, manager), manager, 7 * DAY)


@pytest.mark.parametrize(
    ("delay", "parts"), [(0, len(CollateralKind) - 1), (DAY, len(CollateralKind))]
)
def test_items_for__evaluation_numbers__only_where_the_store_asks(
    world: Any, delay: int, parts: int
) -> None:
    world.delay = delay
    service = Service()
    assert len(items_for(service, world, MACHINE)) == parts
    assert service.asked == (["tdx", MACHINE] if delay else [MACHINE])
    assert (service.evaluation is not None) == bool(delay)


@pytest.mark.parametrize(
    ("machine", "named"),
    [
        (replace(MACHINE, fmspc=b"\x0a" * 6), "gave TCB info TDX 53494D444556"),
        (replace(MACHINE, tee="sgx"), "asked for sgx 53494d444556"),
    ],
)
def test_items_for__collateral_of_another_machine__is_refused(
    world: Any, machine: MachineKind, named: str
) -> None:
    service = Service()
    with pytest.raises(CollateralInvalid, match=named):
        items_for(service, world, machine)


def test_run__machine__is_fetched_for_and_uploaded(
    world: Any, transactions: Transactions, store: Store
) -> None:
    service = Service()
    world.know(*items_for(service, world, MACHINE))
    refresher(world, transactions, service).run(MACHINE)
    rows = store.rows("SELECT outcome FROM transactions")
    assert [row["outcome"] for row in rows] == ["succeeded"] * 6
    before = len(world.sent)
    refresher(world, transactions, service).run(MACHINE)
    assert len(world.sent) == before


def test_settle__mined_replaced_and_waiting__are_told_apart(
    world: Any, transactions: Transactions, store: Store
) -> None:
    made = refresher(world, transactions, Service())
    made.settle()
    mined, replaced, waiting = (world.prepare(Call(world.address, b"x"), ()) for _ in range(3))
    for transaction, nonce in ((replaced, 0), (mined, 0), (waiting, 1)):
        changed = type(transaction)(**{**vars(transaction), "nonce": nonce})
        intent = Intent(Purpose.UPLOAD, transaction.hash.hex())
        transactions.signed(intent, changed)
    world.mine(mined)
    made.settle()
    rows = store.rows("SELECT hash, outcome FROM transactions")
    outcomes = {row["hash"]: row["outcome"] for row in rows}
    assert outcomes == {
        "0x" + mined.hash.hex(): "succeeded",
        "0x" + replaced.hash.hex(): "replaced",
        "0x" + waiting.hash.hex(): "pending",
    }
