"""What the daemon does for the API process, and what it does not do."""

from typing import Any

import pytest

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.frame import Frame
from attestor.core.proof import Proof, SignedProof
from attestor.core.signers import Active
from attestor.core.text import to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.daemon.api_service import ApiService, ChainRecords
from attestor.errors import (
    AttestorError,
    DatabaseBusy,
    DatabaseFailed,
    RequestInvalid,
    SignerNotVouchedFor,
    SigningHalted,
)

PLACE, AWAY = "1:0x" + "0a" * 20, "2:0x" + "0b" * 20
SIGNER = b"\x01" * 20
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
PROOF = Proof(SIGNER, KEY, b"v", b"d" * 32, b"s" * 65, 7, Engine.ATTESTOR, Timing.NOT_NEEDED).of(
    "a job"
)
HALTED = SigningHalted("the engines disagree", hint="act")


class Parts:
    """The parts around the service, which is the history's and the signers' too."""

    def __init__(self) -> None:
        self.recorded: list[SignedProof] = []
        self.fault: Exception | None = None
        self.halted: SigningHalted | None = None
        self.signer: Active | None = Active(SIGNER, 1000, 4600)
        self.alive: list[dict[str, Any]] = []
        self.looked = 0
        me: Any = self
        records = ChainRecords(me, self.look, me, me, lambda: 1234)
        self.runs = True
        chains = {PLACE: lambda: records if self.runs else None, AWAY: lambda: None}
        self.service = ApiService(chains, lambda: self.halted, self.alive.append)

    def signed(self, proof: SignedProof) -> None:
        if self.fault is not None:
            raise self.fault
        self.recorded.append(proof)

    def look(self) -> None:
        self.looked += 1

    def finding(self, job: str) -> str:
        return f"what was found about {job}"

    def active(self) -> Active | None:
        if isinstance(self.fault, DatabaseBusy):
            raise self.fault
        return self.signer

    def ask(self, verb: str, **arguments: Any) -> Frame:
        asked = {"verb": verb, "registration": PLACE, "chain": None, **arguments}
        return self.service.handle(Frame(asked))

    def state(self, figures: Any) -> Any:
        return self.ask("alive", figures=figures).header["chains"][PLACE]


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_alive__answer__says_who_signs_and_the_chains_time(parts: Parts) -> None:
    answer = parts.ask("alive", figures={"connections": 3}).header["chains"]
    assert answer[PLACE] == {"signer": to_hex(SIGNER), "time": 1234}
    assert answer[AWAY] == {"signer": None, "time": 0}
    assert parts.alive == [{"connections": 3}]


@pytest.mark.parametrize("signer", [None, Active(SIGNER, 1000, 4600, paused=True)])
def test_alive__nobody_signs__says_so(parts: Parts, signer: Active | None) -> None:
    parts.signer = signer
    assert parts.state({})["signer"] is None


def test_alive__database_is_busy__is_heard_all_the_same(parts: Parts) -> None:
    parts.fault = DatabaseBusy("locked")
    assert parts.state({})["signer"] is None
    assert parts.alive == [{}]


def test_signed__proof__is_recorded(parts: Parts) -> None:
    parts.ask("signed", **PROOF.to_header())
    assert parts.recorded == [PROOF]


@pytest.mark.parametrize("error", [SignerNotVouchedFor("no"), DatabaseBusy("locked")])
def test_signed__passing_fault__is_told_as_that(parts: Parts, error: AttestorError) -> None:
    parts.fault = error
    with pytest.raises(type(error)):
        parts.ask("signed", **PROOF.to_header())


def test_signed__fault_of_the_history__ends_nobody_but_the_request(parts: Parts) -> None:
    """Whoever took the API process over must not be able to end the daemon by what it tells."""
    parts.fault = DatabaseFailed("FOREIGN KEY constraint failed")
    with pytest.raises(RequestInvalid):
        parts.ask("signed", **PROOF.to_header())


def test_signed__chain_is_away__is_a_passing_fault_of_that_chain(parts: Parts) -> None:
    with pytest.raises(SignerNotVouchedFor, match="2:0x0b"):
        parts.ask("signed", **{**PROOF.to_header(), "registration": AWAY})
    parts.ask("signed", **PROOF.to_header())
    assert parts.recorded == [PROOF]


def test_signed__registration_of_nobody__is_refused(parts: Parts) -> None:
    with pytest.raises(RequestInvalid):
        parts.ask("signed", **{**PROOF.to_header(), "registration": "3:0x"})


def test_signed__signing_is_halted__nothing_is_recorded(parts: Parts) -> None:
    parts.halted = HALTED
    with pytest.raises(SigningHalted, match="the engines disagree"):
        parts.ask("signed", **PROOF.to_header())
    assert parts.recorded == []


@pytest.mark.parametrize(
    "changes",
    [
        {"signer": 5},
        {"signature": "zz"},
        {"engine": "none"},
        {"cross_check": None},
        {"cycles": "many"},
        {"job": "x" * 1000},
        {"digest": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_signed__malformed__is_a_typed_refusal(parts: Parts, changes: dict[str, Any]) -> None:
    with pytest.raises(RequestInvalid):
        parts.ask("signed", **{**PROOF.to_header(), **changes})
    assert parts.recorded == []


def test_disagreed__daemon__looks_at_once(parts: Parts) -> None:
    parts.ask("disagreed")
    assert parts.looked == 1


def test_finding__of_a_job__is_the_historys(parts: Parts) -> None:
    assert parts.ask("finding", job="a").header == {"finding": "what was found about a"}


@pytest.mark.parametrize("verb", ["activate", "new_key", "send", "halt", None, 5])
def test_handle__anything_else__is_refused(parts: Parts, verb: Any) -> None:
    with pytest.raises(RequestInvalid, match="no verb"):
        parts.ask(verb)


def test_health__before_the_daemon_serves__is_refused(parts: Parts) -> None:
    with pytest.raises(RequestInvalid):
        parts.ask("health")
