"""From the daemon's view to the document."""

from dataclasses import replace

import pytest
from cases.status_documents import NOW

from attestor.core.readiness import Readiness, Reason, judge
from attestor.core.served import Served
from attestor.core.service_view import (
    ChainView,
    DutyView,
    EndpointView,
    HeadView,
    PayerView,
    Problem,
    ServiceView,
    TransactionView,
)
from attestor.core.signers import Active, Candidate, Stage
from attestor.status.collect import Known, Terms, document, host
from attestor.status.document import Build, Document, Jobs, Time
from attestor.status.history import History

SERVED = Served("", 31337, b"\x5f" * 20)
TERMS = Terms(period=1800, margin=900, blocks=100)
TIME = int(NOW)
HEAD = HeadView(500, TIME, age=4.2, looked=1.0, block_seconds=12.0)
ACTIVE = Active(b"\x01" * 20, TIME - 600, TIME + 3000)
CHAIN = ChainView(active=ACTIVE, waits_for="the active signer is young enough", head=HEAD)


def made(chain: ChainView, terms: Terms | None = TERMS) -> Document:
    view = ServiceView(at=NOW, chains=(chain,))
    known = {"": Known(SERVED, terms, History(measurement="0x0a"))}
    return document(view, judge(view), known, Build("1", "v6"), Jobs(1))


def test_document__signing__has_signer_and_next_rotation() -> None:
    (chain,) = made(CHAIN).chains
    assert chain.signer is not None
    assert chain.signer.seconds_left == 3000
    assert chain.signer.stage == "active"
    assert chain.rotation is not None
    assert chain.rotation.next_at == Time(TIME - 600 + 1800)
    assert chain.rotation.next_block == 500 + 1200 // 12
    assert chain.head is not None
    assert chain.head.age_seconds == 4
    assert made(CHAIN).build.measurement == "0x0a"


def test_document__registration_that_is_short__is_replaced_at_half_of_its_life() -> None:
    short = replace(ACTIVE, activated_at=TIME, valid_until=TIME + 600)
    (chain,) = made(replace(CHAIN, active=short)).chains
    assert chain.rotation is not None
    assert chain.rotation.next_at == Time(TIME + 300)


def test_document__rotation_under_way__says_how_many_blocks_are_left() -> None:
    candidate = Candidate(b"\x02" * 20, Stage.QUOTED, 460, b"")
    sent = TransactionView(b"\x03" * 32, "registration", 7, 2)
    (chain,) = made(replace(CHAIN, candidate=candidate, transactions=(sent,))).chains
    assert chain.rotation is not None
    assert chain.rotation.candidate is not None
    assert chain.rotation.candidate.blocks_left == 59
    assert chain.in_flight[0].hash == "0x" + "03" * 32


def test_document__before_the_first_block__is_complete_and_not_ready() -> None:
    found = made(ChainView(), terms=None)
    assert not found.ready
    assert found.reasons
    assert found.chains[0].signer is None
    assert found.chains[0].head is None


def test_document__active_signer_without_a_head__ends_at_its_own_time() -> None:
    (chain,) = made(replace(CHAIN, head=None)).chains
    assert chain.signer is not None
    assert chain.signer.seconds_left == 3600


def test_document__payer__is_decimal_text_and_rotations() -> None:
    (chain,) = made(replace(CHAIN, payer=PayerView(b"\x04" * 20, 10**30, 10**29))).chains
    assert chain.payer is not None
    assert (chain.payer.balance_wei, chain.payer.rotations) == (str(10**30), 10)


def test_document__errors__the_present_ones_first_and_each_code_once() -> None:
    standing = Problem("payer_empty", "no funds", "fund it", 3, NOW - 50)
    past = Problem("rpc_unreachable", "refused", "wait", 1, NOW - 10)
    duty = DutyView("database", 60.0, problem=Problem("duty_failing", "x", "y"))
    view = replace(CHAIN, rotating=standing, errors=(past, standing), duties=(duty,))
    errors = made(view).errors
    assert [(one.code, one.now) for one in errors] == [
        ("payer_empty", True),
        ("duty_failing", True),
        ("rpc_unreachable", False),
    ]
    assert errors[0].where == "the rotation"
    assert errors[0].advice == "fund it"


def test_document__chain_that_does_not_run__says_why() -> None:
    failed = ChainView(failure=Problem("rpc_wrong_chain", "is on 5", "set chain.id"))
    found = made(failed)
    assert found.chains[0].rotation is None
    assert found.errors[0].where == "the chain"


def test_document__reasons__are_those_of_readiness() -> None:
    view = ServiceView(at=NOW, chains=(CHAIN,))
    judged = Readiness((Reason("a", "b", "c", "d"),), (Reason("e", "f", "g"),))
    found = document(view, judged, {"": Known(SERVED)}, Build("1", "v6"))
    assert [(one.code, one.chain) for one in found.reasons] == [("a", "d")]
    assert found.warnings[0].code == "e"
    assert not found.ready


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("https://eth.example/v2/SECRET?key=SECRET", "eth.example"),
        ("http://user:SECRET@127.0.0.1:8545", "127.0.0.1:8545"),
        ("wss://[::1]:8546/SECRET", "[::1]:8546"),
        ("eth.example:8545/SECRET", "eth.example:8545"),
        ("https://eth.example:x/SECRET", "?"),
        ("", "?"),
    ],
)
def test_host__of_an_endpoint__has_no_secret(label: str, told: str) -> None:
    assert host(label) == told
    (chain,) = made(replace(CHAIN, endpoints=(EndpointView(label, True, False, 3),))).chains
    assert (chain.endpoints[0].host, chain.endpoints[0].state) == (told, "ok")


def test_endpoint__down_and_demoted__are_told_apart() -> None:
    ends = (EndpointView("http://a", False, True), EndpointView("http://b", True, True))
    (chain,) = made(replace(CHAIN, endpoints=ends)).chains
    assert [one.state for one in chain.endpoints] == ["down", "demoted"]
