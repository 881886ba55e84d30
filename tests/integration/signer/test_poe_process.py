"""The real signer process in the role `poe`, asked over its socket as by a caller that was taken
over: frame by frame, with values of other kinds, and from several threads at once."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import poe as cases
from cases import scroll_batch
from cases.avs_prover import batch_blocks, recorded
from cases.real_kzg import RealKzg
from integration.signer.test_signer_process import SETTINGS as SP1

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.core.scroll.eras import FEE_VAULT
from attestor.core.text import from_hex
from attestor.executor.scroll import PROGRAM, request_blobs
from attestor.quote.format import parse
from attestor.scroll.witness import Witness
from attestor.signer.poe.claims import NOT_SAID, Claim
from attestor.signer.poe.settings import PoeSettings
from attestor.signer.starting import start_process

FIRST, LAST = 14919992, 14919993
SETTINGS = PoeSettings(534352, SP1.executor_directory, "simulated", quoted_chain_id=31337)
BUILT = Path(SP1.executor_directory) / PROGRAM
KZG = RealKzg()

pytestmark = pytest.mark.skipif(not BUILT.exists(), reason="not built: make scroll")


class Raw:
    """The caller's end of the socket."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.child = start_process()
        self.child.connection.settimeout(60)
        self._incoming = self.child.connection.makefile("rb")
        self._id = 0
        self.child.send(settings)
        self.started = self.read()

    def read(self) -> dict[str, Any] | None:
        found = frame.read(self._incoming.read, 1 << 26)
        self.blobs = () if found is None else found.blobs
        return None if found is None else found.header

    def send(self, header: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
        self._id += 1
        whole = Frame({"id": self._id, **header}, tuple(blobs))
        self.child.connection.sendall(frame.encode(whole))

    def ask(self, asked: Frame, **changed: Any) -> dict[str, Any]:
        self.send({**asked.header, **changed}, asked.blobs)
        found = self.read()
        assert found is not None
        return found

    def ends(self) -> bool:
        """Whether the process ended, with not one byte more."""
        return self.read() is None and self.child.process.wait(30) != 0


@contextmanager
def started(settings: Mapping[str, Any]) -> Iterator[Raw]:
    raw = Raw(settings)
    try:
        yield raw
    finally:
        raw.child.end()


@pytest.fixture(scope="module")
def raw() -> Iterator[Raw]:
    with started(SETTINGS.to_header()) as made:
        yield made


@pytest.fixture(scope="module")
def blocks(vectors: Path) -> dict[int, Witness]:
    return recorded(vectors, "witnesses/euclidv2-149199*.json")


@pytest.fixture(scope="module")
def ranged(blocks: dict[int, Witness]) -> list[Witness]:
    return [replace(blocks[n], parent=blocks[n - 1].header) for n in (FIRST, LAST)]


@pytest.fixture(scope="module")
def case(blocks: dict[int, Witness]) -> scroll_batch.Case:
    return scroll_batch.case(8, batch_blocks(blocks, FIRST, LAST), kzg=KZG)


def blocks_frame(ranged: Sequence[Witness], **changed: Any) -> Frame:
    said = [Claim(one.chain_id, FEE_VAULT, one.pre_state_root, NOT_SAID) for one in ranged]
    listed = [{**one.to_header(), **changed} for one in said]
    blobs = request_blobs(cases.block_range(ranged))
    return Frame({"verb": "blocks", "claims": listed}, blobs)


@pytest.fixture(scope="module")
def handle(raw: Raw, ranged: list[Witness]) -> str:
    return str(raw.ask(blocks_frame(ranged))["handle"])


def code_of(answer: Mapping[str, Any]) -> str:
    assert not {"poe", "signature", "handle"} & set(answer)
    return str(answer["error"]["code"])


@pytest.mark.parametrize("chain_id", [534352.0, 534352.9, "534352", True, None, [534352]])
def test_blocks__chain_id_that_is_no_number__is_refused(
    raw: Raw, ranged: list[Witness], chain_id: object
) -> None:
    assert code_of(raw.ask(blocks_frame(ranged, chain_id=chain_id))) == "request_invalid"


@pytest.mark.parametrize("chain_id", [-1, 0, 1, 534351, 10**99])
def test_blocks__chain_id_of_another__is_refused(
    raw: Raw, ranged: list[Witness], chain_id: int
) -> None:
    assert code_of(raw.ask(blocks_frame(ranged, chain_id=chain_id))) == "scroll_context_refused"


@pytest.mark.parametrize("kind", [str, float, lambda index: [index]])
def test_batch__index_that_is_no_number__is_refused(
    raw: Raw, handle: str, case: scroll_batch.Case, kind: Any
) -> None:
    asked = cases.batch_request([handle], case)
    assert code_of(raw.ask(asked, index=kind(case.evidence.index))) == "request_invalid"


@pytest.mark.parametrize(
    "handles", [lambda h: [], lambda h: h, lambda h: [h, h], lambda h: [h.upper()], lambda h: [[h]]]
)
def test_batch__handles_that_are_not_one_each__are_refused(
    raw: Raw, handle: str, case: scroll_batch.Case, handles: Any
) -> None:
    asked = cases.batch_request([handle], case)
    told = code_of(raw.ask(asked, handles=handles(handle)))
    assert told in ("blocks_unknown", "scroll_batch_mismatch")


def test_batch__handle_of_another_process__is_refused(handle: str, case: scroll_batch.Case) -> None:
    with started(SETTINGS.to_header()) as other:
        assert code_of(other.ask(cases.batch_request([handle], case))) == "blocks_unknown"


def test_batch__after_refusals_and_from_many_threads__is_signed_the_same_each_time(
    raw: Raw, handle: str, case: scroll_batch.Case
) -> None:
    """A handle is no right to one signature: it stands for what was executed."""
    right, wrong = (
        cases.batch_request([handle], one)
        for one in (case, scroll_batch.case(8, scroll_batch.with_other_transactions(case.blocks)))
    )
    for asked in (wrong, right) * 6:
        raw.send(asked.header, asked.blobs)
    answers = [raw.read() or {} for _ in range(12)]
    signed = [one for one in answers if "signature" in one]
    assert len(signed) == 6
    assert len({(one["signature"], str(one["poe"])) for one in signed}) == 1
    assert {from_hex(one["poe"]["batch_hash"]) for one in signed} == {case.batch_hash}


def test_report__key_and_data_of_the_callers_choice__name_its_own_key(raw: Raw) -> None:
    own = raw.ask(Frame({"verb": "status"}))["address"]
    asked = Frame({"verb": "report", "given": "0x" + "ab" * 32, "address": "0x" + "22" * 20})
    assert "error" not in raw.ask(asked)
    assert parse(raw.blobs[0]).report_data == bytes(12) + from_hex(own) + b"\xab" * 32


@pytest.mark.parametrize("settings", [SETTINGS, SP1], ids=["poe", "sp1"])
@pytest.mark.parametrize("named", ["x" * 900_000, "é", [1], None, 1.5, True])
def test_request__id_that_is_no_number__ends_the_process_and_leaves_nobody_waiting(
    settings: Any, named: object
) -> None:
    """With one that is too long for an answer's header, each request took a thread with it."""
    with started(settings.to_header()) as made:
        made.send({"verb": "status", "id": named})
        assert made.ends()


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack(">I", (1 << 20) + 1),
        struct.pack(">I", 0),
        struct.pack(">I", 3) + b"abc",
        struct.pack(">I", 2) + b"[]",
        struct.pack(">I", 21) + b'{"blobs":[268435457]}',
        struct.pack(">I", 14) + b'{"blobs":[-1]}',
        struct.pack(">I", 16) + b'{"blobs":[true]}',
        struct.pack(">I", 1 << 16) + b"[" * (1 << 16),
    ],
)
def test_frame__that_is_none__ends_the_process(sent: bytes) -> None:
    with started(SETTINGS.to_header()) as made:
        made.child.connection.sendall(sent)
        assert made.ends()


POE_HEADER, SP1_HEADER = SETTINGS.to_header(), SP1.to_header()


@pytest.mark.parametrize(
    "settings",
    [
        {**SP1_HEADER, **POE_HEADER},
        {**POE_HEADER, **SP1_HEADER},
        {**SP1_HEADER, "role": "poe"},
        {**POE_HEADER, "role": "sp1"},
        {**POE_HEADER, "role": "POE"},
        {**POE_HEADER, "role": ["poe"]},
        {**POE_HEADER, "role": None},
        {"role": "poe"},
        {**POE_HEADER, "chain_id": "534352"},
        {**POE_HEADER, "chain_id": 534352.5},
        {**POE_HEADER, "workers": "2"},
        {**POE_HEADER, "workers": 0},
        {**POE_HEADER, "provider": ["configfs"]},
        {**POE_HEADER, "provider": "configfs", "forks": {"bernoulli": 0}},
        {**SP1_HEADER, "workers": True},
        {**SP1_HEADER, "slots": [{**SP1_HEADER["slots"][0], "chain_id": "1"}]},
    ],
)
def test_start__settings_of_both_roles_or_of_none__are_told_and_nothing_starts(
    settings: dict[str, Any],
) -> None:
    with started(settings) as made:
        assert code_of(made.started or {}) == "configuration_invalid"
        assert made.ends()


@pytest.mark.parametrize("verb", ["report", "blocks", "batch"])
def test_handle__verb_of_poe_in_the_other_role__is_unknown(verb: str) -> None:
    with started(SP1.to_header()) as made:
        told = made.ask(Frame({"verb": verb, "given": "0x" + "11" * 32}))
        assert "no verb" in told["error"]["message"]
