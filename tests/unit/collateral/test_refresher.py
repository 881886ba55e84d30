"""Fetching for one kind of machine, and what became of uploads of an earlier round."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attestor.chain.collateral_store import CollateralKind
from attestor.collateral.refresher import CollateralRefresher, items_for
from attestor.collateral.uploader import Uploader
from attestor.errors import CollateralInvalid
from attestor.quote.collateral import Collateral, MachineKind, SignedText
from attestor.quote.simulated import SimulatedPlatform
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.uploads import Uploads

DAY = 86400
NOW = 20_718 * DAY
MACHINE = MachineKind(b"SIMDEV", "platform", "tdx")


class Service:
    """Gives the collateral of a simulated platform, and notes what it was asked."""

    def __init__(self) -> None:
        self.platform = SimulatedPlatform(b"refresher", 31337, NOW)
        self.asked: list[object] = []

    def collateral(self, machine: MachineKind) -> Collateral:
        self.asked.append(machine)
        return self.platform.collateral()

    def evaluation_numbers(self, tee: str) -> SignedText:
        self.asked.append(tee)
        numbers = self.platform.evaluation_numbers()
        return SignedText(numbers.text, numbers.signature, "")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "attestor.sqlite")


@pytest.fixture
def uploads(store: Store) -> Uploads:
    return Uploads(store, Journal(store, lambda: NOW))


def refresher(world: Any, uploads: Uploads, service: Service) -> CollateralRefresher:
    uploader = Uploader(world, world, uploads, lambda seconds: seconds > 0)
    return CollateralRefresher(service, world, uploader, uploads, world.payer, 7 * DAY)


@pytest.mark.parametrize(
    ("delay", "parts"), [(0, len(CollateralKind) - 1), (DAY, len(CollateralKind))]
)
def test_items_for__evaluation_numbers__only_where_the_store_asks(
    world: Any, delay: int, parts: int
) -> None:
    world.delay = delay
    service = Service()
    items = items_for(service, world, MACHINE, service.collateral(MACHINE))
    assert len(items) == parts
    assert service.asked == [MACHINE, "tdx"][: 1 + (delay > 0)]


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
        items_for(service, world, machine, service.collateral(machine))


def test_run__machine__is_fetched_for_and_uploaded(
    world: Any, uploads: Uploads, store: Store
) -> None:
    service = Service()
    world.know(*items_for(service, world, MACHINE, service.platform.collateral()))
    refresher(world, uploads, service).run(MACHINE)
    rows = store.rows("SELECT outcome FROM uploads")
    assert [row["outcome"] for row in rows] == ["succeeded"] * 6
    before = len(world.sent)
    refresher(world, uploads, service).run(MACHINE)
    assert len(world.sent) == before


def test_settle__mined_replaced_and_waiting__are_told_apart(
    world: Any, uploads: Uploads, store: Store
) -> None:
    made = refresher(world, uploads, Service())
    made.settle()
    mined, replaced, waiting = (world.prepare(world.address, b"x", 100) for _ in range(3))
    for transaction, nonce in ((replaced, 0), (mined, 0), (waiting, 1)):
        changed = type(transaction)(**{**vars(transaction), "nonce": nonce})
        uploads.signed("TCB info", bytes(32), 0, changed)
    world.mine(mined)
    made.settle()
    rows = store.rows("SELECT hash, outcome FROM uploads")
    outcomes = {row["hash"]: row["outcome"] for row in rows}
    assert outcomes == {
        "0x" + mined.hash.hex(): "succeeded",
        "0x" + replaced.hash.hex(): "replaced",
        "0x" + waiting.hash.hex(): "pending",
    }
