"""One kind of machine: its collateral fetched, and what is needed of it brought on chain."""

from typing import Protocol

from loguru import logger

from attestor.chain.collateral_store import CollateralKind, CollateralStore
from attestor.collateral.evaluations import evaluation_for
from attestor.collateral.items import TEE_TYPES, Item, items_of
from attestor.collateral.uploader import Uploaded, Uploader
from attestor.core.events import Event
from attestor.core.text import to_hex
from attestor.errors import CollateralInvalid
from attestor.quote.collateral import Collateral, MachineKind, SignedText
from attestor.transactions.manager import TransactionManager


class Service(Protocol):
    """What serves collateral: `collateral.pcs.Pcs`."""

    def collateral(self, machine: MachineKind, evaluation: int | None = None) -> Collateral: ...

    def evaluation_numbers(self, tee: str) -> SignedText: ...


def items_for(service: Service, store: CollateralStore, machine: MachineKind) -> tuple[Item, ...]:
    """The items for a kind of machine, fetched now. Where the store asks for the list of TCB
    evaluations, that is among them, and the others are of the one that it takes.

    Raises `CollateralUnreachable`, and `CollateralInvalid` also for collateral of another kind: a
    service must not choose what we pay for.
    """
    tee_type = TEE_TYPES[machine.tee.upper()]
    numbers, evaluation = None, None
    if store.evaluation_delay_seconds() > 0:
        numbers = service.evaluation_numbers(machine.tee)
        evaluation = evaluation_for(store, tee_type, numbers)
    items = items_of(service.collateral(machine, evaluation), numbers)
    expected = {
        CollateralKind.TCB_INFO: tee_type << 48 | int.from_bytes(machine.fmspc, "big"),
        CollateralKind.QE_IDENTITY: tee_type,
        CollateralKind.EVALUATION_NUMBERS: tee_type,
    }
    for item in items:
        if expected.get(item.kind, item.key) != item.key:
            raise CollateralInvalid(
                f"asked for {machine.tee} {machine.fmspc.hex()}, the service gave {item.name}",
                hint="use another PCCS: this one answers another question",
            )
    return items


class CollateralRefresher:
    """Keeps a store's collateral fresh from a service. `margin` is in seconds."""

    def __init__(
        self,
        service: Service,
        store: CollateralStore,
        uploader: Uploader,
        transactions: TransactionManager,
        margin: int,
    ) -> None:
        self._service = service
        self._store = store
        self._uploader = uploader
        self._transactions = transactions
        self._margin = margin

    def settle(self) -> None:
        """Learn what became of uploads that an earlier round did not see mined."""
        self._transactions.settle()

    def run(self, machine: MachineKind) -> None:
        """Upload what of the machine's collateral ends within the margin. Raises as
        `Uploader.run`, and `CollateralUnreachable` and `CollateralInvalid`."""
        items = items_for(self._service, self._store, machine)
        self._uploader.run(items, self._margin, _tell)


def _tell(uploaded: Uploaded) -> None:
    logger.bind(
        event=Event.COLLATERAL_UPLOADED, transaction=to_hex(uploaded.receipts[-1].transaction_hash)
    ).info(
        "{} uploaded ({}) in {}, gas {}",
        uploaded.item.name,
        uploaded.reason,
        to_hex(uploaded.receipts[-1].transaction_hash),
        uploaded.gas_used,
    )
