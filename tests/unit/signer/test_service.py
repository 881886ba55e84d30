"""The verbs of keys and quotes, and what is signed of a workload: only what a run of its gave."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from attestor.core.eip712 import Domain
from attestor.core.frame import Frame
from attestor.core.possession import Possession
from attestor.core.report_data import Binding, Layout
from attestor.core.signature import recover
from attestor.core.text import from_hex, to_hex
from attestor.errors import (
    ExecutorCrashed,
    NoActiveSigner,
    ReportDataInvalid,
    RequestInvalid,
    SignerUnknown,
    SigningHalted,
)
from attestor.signer.keys import Keys, Signatures
from attestor.signer.service import SignerService
from attestor.signer.slots import Slot, Slots

BINDING = Binding(31337, b"\x77" * 20, Layout.ATTESTOR)
BLOCK_HASH = b"\xbb" * 32
TEMPLATE = b"\xcc" * 20
LATER = 10_000


class Provider:
    name = "made-up"
    simulated = True

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def quote(self, bound: bytes) -> bytes:
        self.asked.append(bound)
        return b"quote of " + bound


@dataclass
class Outcome:
    """Two digests, of which the second depends on the signer's end."""

    blobs: tuple[bytes, ...]

    def digests(self, valid_until: int) -> Sequence[bytes]:
        return (self.blobs[0].rjust(32, b"\0"), valid_until.to_bytes(32, "big"))

    def answer(self, signed: Signatures) -> Frame:
        signatures = [to_hex(signature) for signature in signed.signatures]
        return Frame({"signer": to_hex(signed.signer), "signatures": signatures})


@dataclass
class Work:
    """A workload of two verbs; `fault` is what its run ends with."""

    kind: str = "made-up-work"
    fault: Exception | None = None
    ran: list[tuple[bytes, ...]] = field(default_factory=list)
    stopped: int = 0

    @property
    def verbs(self) -> Any:
        return {"peek": lambda header, blobs: Frame({"seen": len(self.ran)}), "status": None}

    @property
    def offered(self) -> Any:
        return {"cancel": lambda header, blobs: Frame({"cancelled": True})}

    @property
    def runs(self) -> Any:
        return {"work": self._work, "new_key": self._work}

    def start(self) -> None:
        raise AssertionError("the service does not start it")

    def stop_runs(self) -> None:
        self.stopped += 1

    def _work(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Outcome:
        self.ran.append(blobs)
        if self.fault is not None:
            raise self.fault
        return Outcome(blobs)


class Parts:
    def __init__(self) -> None:
        self.keys = Keys(lambda: 1000.0)
        self.keys.lease(1000, 1e6)
        self.provider = Provider()
        self.work = Work()
        self.service = SignerService(
            Slots({"": Slot(self.keys, self.provider, BINDING)}), self.work
        )

    def ask(self, verb: str, *blobs: bytes, **arguments: Any) -> Frame:
        return self.service.handle(Frame({"verb": verb, **arguments}, blobs))

    def activate(self) -> bytes:
        signer = from_hex(self.ask("new_key").header["address"])
        self.ask("activate", address=to_hex(signer), valid_until=LATER)
        return signer


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_new_key__answer__holds_an_address_and_nothing_else(parts: Parts) -> None:
    answer = parts.ask("new_key")
    assert set(answer.header) == {"address"}
    assert answer.blobs == ()
    assert len(from_hex(answer.header["address"])) == 20


def test_new_key__buckets__one_of_them(parts: Parts) -> None:
    answer = parts.ask("new_key", buckets=hex(0xFF << 512))
    assert 512 <= int(answer.header["address"], 16) % 1024 < 520


def test_quote__for_a_renewal__names_its_admission(parts: Parts) -> None:
    signer = from_hex(parts.ask("new_key").header["address"])
    asked = {"address": to_hex(signer), "block_number": 7, "block_hash": to_hex(BLOCK_HASH)}
    answer = parts.ask("quote", **asked, template=to_hex(TEMPLATE))
    assert answer.blobs == (b"quote of " + BINDING.encode(signer, 7, BLOCK_HASH, TEMPLATE),)
    for malformed in ("0x", "0x11", "renewal"):
        with pytest.raises((RequestInvalid, ReportDataInvalid)):
            parts.ask("quote", **asked, template=malformed)
    assert len(parts.provider.asked) == 1


def test_quote__own_key__binds_what_was_asked(parts: Parts) -> None:
    signer = from_hex(parts.ask("new_key").header["address"])
    answer = parts.ask(
        "quote",
        address=to_hex(signer),
        block_number=7,
        block_hash=to_hex(BLOCK_HASH),
    )
    assert answer.blobs == (b"quote of " + BINDING.encode(signer, 7, BLOCK_HASH),)
    assert answer.header == {"provider": "made-up", "simulated": True}


def test_possess__own_key__signs_on_which_evidence_it_is_admitted(parts: Parts) -> None:
    signer = from_hex(parts.ask("new_key").header["address"])
    asked = {"block_number": 7, "template": to_hex(TEMPLATE), "deadline": 2000}
    answer = parts.ask("possess", address=to_hex(signer), **asked)
    assert set(answer.header) == {"possession"}
    digest = Possession(signer, 7, TEMPLATE, 2000, keep_key=True).digest(
        Domain(BINDING.chain_id, BINDING.registry)
    )
    assert recover(digest, from_hex(answer.header["possession"])) == signer
    with pytest.raises(SignerUnknown):
        parts.ask("possess", address="0x" + "11" * 20, **asked)


def test_quote__foreign_key__is_refused_before_the_platform_is_asked(parts: Parts) -> None:
    with pytest.raises(SignerUnknown):
        parts.ask(
            "quote",
            address="0x" + "11" * 20,
            block_number=7,
            block_hash=to_hex(BLOCK_HASH),
        )
    assert parts.provider.asked == []


def test_run__active_signer__signs_each_digest_of_the_outcome(parts: Parts) -> None:
    signer = parts.activate()
    answer = parts.ask("work", b"x").header
    assert answer["signer"] == to_hex(signer)
    digests = Outcome((b"x",)).digests(LATER)
    found = [from_hex(signature) for signature in answer["signatures"]]
    assert [recover(*pair) for pair in zip(digests, found, strict=True)] == [signer, signer]


def test_run__nobody_active__is_refused_before_anything_runs(parts: Parts) -> None:
    parts.ask("new_key")
    with pytest.raises(NoActiveSigner):
        parts.ask("work", b"x")
    assert parts.work.ran == []


def test_run__fails__nothing_is_signed(parts: Parts) -> None:
    parts.activate()
    parts.work.fault = ExecutorCrashed("killed by signal 9")
    with pytest.raises(ExecutorCrashed):
        parts.ask("work", b"x")


def test_run__signer_is_retired_or_halted_meanwhile__is_not_signed(parts: Parts) -> None:
    signer = parts.activate()

    def run(header: dict[str, Any], blobs: tuple[bytes, ...]) -> Any:
        parts.keys.retire(signer)
        return Outcome((b"x",))

    verb = parts.service._signing(run)
    with pytest.raises(NoActiveSigner):
        verb({}, ())
    parts.keys.halt("a reason")
    with pytest.raises(SigningHalted):
        verb({}, ())


def test_verbs__of_the_workload__answer_and_take_the_name_of_none_of_the_services(
    parts: Parts,
) -> None:
    parts.activate()
    assert parts.ask("peek").header == {"seen": 0}
    assert parts.ask("status").header["workload"] == "made-up-work"
    assert parts.work.ran == []


@pytest.mark.parametrize(
    "verb", ["activate", "lease", "pause", "quote", "retire", "status", "peek"]
)
def test_handle_attached__verb_of_keys_or_for_the_daemon__does_not_exist(
    parts: Parts, verb: str
) -> None:
    """Whoever serves clients may be taken over by one of them."""
    signer = parts.activate()
    with pytest.raises(RequestInvalid, match="no verb"):
        parts.service.handle_attached(Frame({"verb": verb, "address": to_hex(signer)}))
    assert parts.keys.active() == signer


def test_handle_attached__what_proves__is_answered(parts: Parts) -> None:
    signer = parts.activate()
    answer = parts.service.handle_attached(Frame({"verb": "work"}, (b"x",)))
    assert answer.header["signer"] == to_hex(signer)
    assert parts.service.handle_attached(Frame({"verb": "cancel"})).header == {"cancelled": True}
    parts.service.detached()
    assert parts.work.stopped == 1


def test_retire__active__stops_signing(parts: Parts) -> None:
    signer = parts.activate()
    parts.ask("retire", address=to_hex(signer))
    with pytest.raises(NoActiveSigner):
        parts.ask("work", b"x")


def test_status__reports_addresses_and_no_key(parts: Parts) -> None:
    signer = parts.activate()
    header = parts.ask("status").header
    assert header == {
        "workload": "made-up-work",
        "addresses": [to_hex(signer)],
        "active": to_hex(signer),
        "halted": None,
        "provider": "made-up",
        "simulated": True,
    }


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("sign", {}),
        ("export", {}),
        ("prove", {}),
        (None, {}),
        ("quote", {}),
        ("quote", {"address": "zz", "block_number": 1, "block_hash": "0x"}),
        ("quote", {"address": 5, "block_number": 1, "block_hash": "0x"}),
        ("possess", {}),
        ("possess", {"address": "0x" + "11" * 20, "block_number": 1, "deadline": 1}),
        ("activate", {"address": "0x11"}),
        ("retire", {}),
    ],
)
def test_handle__malformed_request__is_a_typed_refusal(
    parts: Parts, verb: Any, arguments: dict[str, Any]
) -> None:
    with pytest.raises((RequestInvalid, SignerUnknown)):
        parts.service.handle(Frame({"verb": verb, **arguments}))


@pytest.mark.parametrize("verb", ["report", "blocks", "batch"])
def test_handle__verb_of_the_role_for_poes__is_unknown(parts: Parts, verb: str) -> None:
    with pytest.raises(RequestInvalid, match="no verb"):
        parts.service.handle(
            Frame({"verb": verb, "given": "0x" + "11" * 32, "claims": [], "handles": []})
        )
