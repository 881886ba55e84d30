"""Uploads one after the other, and what a failure in between leaves."""

from dataclasses import replace
from typing import Any

import pytest

from attestor.chain.collateral_store import CollateralKind, Held
from attestor.collateral.items import Item
from attestor.collateral.uploader import Uploader
from attestor.core.fees import Fees
from attestor.core.transaction import Intent, Purpose, Receipt, SignedTransaction
from attestor.errors import PayerEmpty, RpcUnreachable, UploadRejected, UploadUnconfirmed
from attestor.transactions.log import MemoryLog
from attestor.transactions.manager import TransactionManager
from attestor.transactions.send_state import Pace
from attestor.transactions.timer import Timer

DAY = 86400
NAMES = ["ca", "signing", "root", "crl", "tcb", "qe"]


class Log(MemoryLog):
    """Notes what it is told, in the world's events."""

    def __init__(self, world: Any) -> None:
        super().__init__()
        self.world = world

    def note(self, intent: Intent, item: Item) -> None:
        self.world.events.append(f"noted {item.name}")

    def mined(self, receipt: Receipt) -> None:
        super().mined(receipt)
        self.world.events.append("mined" if receipt.succeeded else "reverted")


class Clock:
    """Moves only while somebody waits; once stopped, nobody waits any more."""

    def __init__(self, stopped: bool = False) -> None:
        self.seconds = 0.0
        self.stopped = stopped

    def timer(self) -> Timer:
        return Timer(lambda: self.seconds, self.pause)

    def pause(self, seconds: float) -> bool:
        if not self.stopped:
            self.seconds += seconds
        return self.stopped


def uploader(
    world: Any, log: Log | None = None, clock: Clock | None = None, stopping: bool = False
) -> Uploader:
    log, clock = log or Log(world), clock or Clock()
    manager = TransactionManager(world, world, log, Pace(timeout=1.0), clock.timer())
    return Uploader(world, manager, lambda: stopping, log.note)


def sent(world: Any) -> list[str]:
    return [event.removeprefix("sent ") for event in world.events if event.startswith("sent ")]


def test_run__empty_store__uploads_all_in_order(world: Any, items: tuple[Item, ...]) -> None:
    told: list[Any] = []
    done = uploader(world).run(items, None, told.append)
    assert sent(world) == NAMES
    assert done == told
    assert [uploaded.item for uploaded in done] == list(items)
    assert {uploaded.gas_used for uploaded in done} == {1000}
    assert uploader(world).run(items, None) == []


def test_run__each_upload__is_noted_before_it_is_sent(world: Any, items: tuple[Item, ...]) -> None:
    uploader(world).run(items[:1], None)
    assert world.events == ["noted PCK CA", "sent ca", "mined"]


def test_run__what_holds_beyond_the_margin__is_left_alone(
    world: Any, items: tuple[Item, ...]
) -> None:
    uploader(world).run(items, None)
    world.events.clear()
    world.revoked = {0, 1}
    later = [
        replace(item, content=b"new " + item.content, since=item.since + 1, until=item.until + DAY)
        for item in items
    ]
    world.know(*later)
    assert uploader(world).run(tuple(later), 29 * DAY) == []
    assert len(uploader(world).run(tuple(later), 30 * DAY)) == 4
    assert sent(world) == ["new root", "new crl", "new tcb", "new qe"]


@pytest.mark.parametrize("refused", NAMES)
def test_run__one_refused__is_named_and_keeps_no_other_from_the_store(
    world: Any, items: tuple[Item, ...], refused: str
) -> None:
    """As a service does that goes on giving a TCB signing certificate which Intel has revoked."""
    world.refused.add(refused.encode())
    name = items[NAMES.index(refused)].name
    with pytest.raises(UploadRejected) as caught:
        uploader(world).run(items, None)
    assert caught.value.message == f"{name}: the store refuses it: SignatureInvalid()"
    assert sent(world) == [name for name in NAMES if name != refused]
    world.refused.clear()
    uploader(world).run(items, None)
    assert sorted(sent(world)) == sorted(NAMES)


def test_run__several_refused__each_is_named(world: Any, items: tuple[Item, ...]) -> None:
    world.refused |= {b"signing", b"tcb"}
    reasons = "^TCB signing: .*SignatureInvalid.*; TCB info: .*SignatureInvalid"
    with pytest.raises(UploadRejected, match=reasons):
        uploader(world).run(items, None)
    assert sent(world) == ["ca", "root", "crl", "qe"]


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("held", RpcUnreachable("no answer", hint="start it")),
        ("prepare", PayerEmpty("no funds", hint="top it up")),
        ("send", RpcUnreachable("no answer", hint="start it")),
        ("receipt", RpcUnreachable("no answer", hint="start it")),
    ],
)
def test_run__step_fails__keeps_its_kind_and_hint_and_names_the_item(
    world: Any, items: tuple[Item, ...], step: str, error: Any
) -> None:
    world.faults[step] = error
    with pytest.raises(type(error)) as caught:
        uploader(world).run(items, None)
    assert caught.value.message == f"PCK CA: {error.message}"
    assert caught.value.hint == error.hint
    assert sent(world) == (["ca"] if step == "receipt" else [])
    world.faults.clear()
    uploader(world).run(items, None)
    assert sent(world) == NAMES


def test_run__reverted__is_refused_and_told(world: Any, items: tuple[Item, ...]) -> None:
    world.reverts = True
    with pytest.raises(UploadRejected, match="PCK CA: its upload 0x0101.* reverted in block 8"):
        uploader(world).run(items[:1], None)
    assert world.events == ["noted PCK CA", "sent ca", "reverted"]


def test_run__not_mined_in_time__stops_there(world: Any, items: tuple[Item, ...]) -> None:
    world.mines = False
    clock = Clock()
    with pytest.raises(UploadUnconfirmed, match="PCK CA: .* not mined after 1 s"):
        uploader(world, clock=clock).run(items, None)
    assert clock.seconds == 1.0
    assert sent(world) == ["ca"]


def test_run__stopped__waits_no_longer_and_sends_nothing_more(
    world: Any, items: tuple[Item, ...]
) -> None:
    world.mines = False
    with pytest.raises(UploadUnconfirmed, match="after 0 s"):
        uploader(world, clock=Clock(stopped=True)).run(items, None)
    assert uploader(world, stopping=True).run(items, None) == []
    assert sent(world) == ["ca"]


def test_run__upload_that_still_waits__goes_on_with_the_very_bytes(
    world: Any, items: tuple[Item, ...]
) -> None:
    world.mines, log = False, Log(world)
    with pytest.raises(UploadUnconfirmed):
        uploader(world, log).run(items[:1], None)
    world.mines = True
    uploader(world, log).run(items[:1], None)
    assert [one.hash for one in world.sent] == [world.sent[0].hash] * 2
    assert world.offered == [()]


def test_run__same_item_still_waits_for_another_store__is_uploaded_to_this_one(
    world: Any, items: tuple[Item, ...]
) -> None:
    world.mines, log = False, Log(world)
    with pytest.raises(UploadUnconfirmed):
        uploader(world, log).run(items[:1], None)
    world.mines, world.address = True, b"\x5f" * 20
    uploader(world, log).run(items[:1], None)
    first, second = world.offered
    assert (first, [one.transaction.hash for one in second]) == ((), [world.sent[0].hash])
    assert len({one.hash for one in world.sent}) == 2


def test_run__another_transaction_is_stuck__is_outbid(world: Any, items: tuple[Item, ...]) -> None:
    log = Log(world)
    stuck = SignedTransaction(b"\x44" * 32, b"", world.payer, 0, 9, Fees(3, 1))
    attempt = log.signed(Intent(Purpose.UPLOAD, "another"), stuck)
    uploader(world, log).run(items[:1], None)
    assert world.offered == [(attempt,)]
    assert log.pending(world.payer) == [], "its nonce went to the other"


def test_run__ended_by_an_upload_before__is_uploaded_too(
    world: Any, items: tuple[Item, ...]
) -> None:
    """A new root CRL may revoke the certificate that signed what stands."""
    uploader(world).run(items, None)
    root = replace(items[2], content=b"new root", since=items[2].since + 1)
    tcb = replace(items[4], content=b"new tcb", since=items[4].since + 1)
    world.know(root, tcb)
    mine = world.mine

    def revoking(transaction: SignedTransaction) -> None:
        mine(transaction)
        if transaction.raw == b"new root":
            place = (CollateralKind.TCB_INFO, tcb.key)
            world.kept[place] = replace(world.kept[place], usable=False)

    world.mine = revoking
    world.revoked = set()
    done = uploader(world).run((root, tcb), 7 * DAY)
    assert [uploaded.reason for uploaded in done] == ["1 new revocation(s)", "revoked on chain"]


def test_run__long_crl__is_prepared_until_the_rest_fits(world: Any) -> None:
    crl = Item(CollateralKind.PCK_CRL, "PCK CRL", 7, b"crl", 0, 30_000 * DAY, entries=700)
    world.know(crl)
    (uploaded,) = uploader(world).run((crl,), None)
    assert sent(world) == ["0+256 of crl", "256+256 of crl", "crl"]
    assert uploaded.gas_used == 3000


def test_run__long_crl_that_is_known_by_and_large__needs_no_preparation(world: Any) -> None:
    crl = Item(CollateralKind.PCK_CRL, "PCK CRL", 7, b"crl", 0, 30_000 * DAY, entries=700)
    world.know(crl)
    world.revoked = set(range(256, 600))
    uploader(world).run((crl,), None)
    assert sent(world) == ["0+256 of crl", "crl"]


def test_run__piece_of_somebody_else__is_not_sent_again(
    world: Any, items: tuple[Item, ...]
) -> None:
    ca = items[0]
    world.kept[CollateralKind.PCK_CA, ca.key] = Held(ca.since, ca.until, 0, ca.content_hash, True)
    uploader(world).run(items, None)
    assert sent(world) == NAMES[1:]
