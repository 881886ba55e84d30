"""Whether the service can sign, and the first thing to do where it cannot."""

from dataclasses import replace

import pytest

from attestor.core.readiness import judge
from attestor.core.service_view import (
    ChainView,
    DutyView,
    EndpointView,
    EngineView,
    HeadView,
    PayerView,
    Problem,
    QueueView,
    ServiceView,
)
from attestor.core.signers import Active
from attestor.errors import DatabaseFull, PayerEmpty, RpcUnreachable

SIGNER = Active(b"\x01" * 20, activated_at=1_000, valid_until=4_600)
HEAD = HeadView(number=70, timestamp=2_000, age=3.0, looked=1.0, block_seconds=12.0)
CHAIN = ChainView(
    active=SIGNER,
    waits_for="the active signer is young enough",
    lease_seconds=180.0,
    head=HEAD,
    endpoints=(EndpointView("https://one.example", True, False),),
    payer=PayerView(b"\x09" * 20, 10**18, 10**15),
)
READY = ServiceView(at=2_001.0, chains=(CHAIN,), engine=EngineView(True))
UNREACHABLE = Problem.of(RpcUnreachable("no endpoint answers"), times=2)
EMPTY = Problem.of(PayerEmpty("payer holds 0 wei", hint="top it up"))


def codes(view: ServiceView) -> list[str]:
    return [reason.code for reason in judge(view).reasons]


def warned(chain: ChainView) -> list[str]:
    found = judge(replace(READY, chains=(chain,)))
    assert found.is_ready
    return [warning.code for warning in found.warnings]


def test_readiness__all_is_well__is_ready_without_warnings() -> None:
    found = judge(READY)
    assert (found.is_ready, found.reasons, found.warnings) == (True, (), ())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"active": None}, ["no_active_signer"]),
        ({"active": replace(SIGNER, paused=True)}, ["no_active_signer"]),
        ({"active": None, "rotating": EMPTY}, ["payer_empty", "no_active_signer"]),
        ({"active": None, "failure": UNREACHABLE}, ["rpc_unreachable"]),
        ({"following": UNREACHABLE}, ["rpc_unreachable"]),
        ({"following": replace(UNREACHABLE, times=1), "head": None}, ["rpc_unreachable"]),
        ({"head": replace(HEAD, looked=85.0)}, ["head_stale"]),
        ({"head": replace(HEAD, age=181.0)}, ["head_stale"]),
        ({"head": replace(HEAD, timestamp=4_570)}, ["no_active_signer"]),
        ({"database": Problem.of(DatabaseFull("no space"))}, ["database_full"]),
        (
            {"duties": (DutyView("rotation", 1.0, problem=Problem("duty_failing", "x", "y")),)},
            ["duty_failing"],
        ),
    ],
)
def test_readiness__something_is_wrong_with_the_chain__is_named_cause_first(
    changes: dict[str, object], expected: list[str]
) -> None:
    assert codes(replace(READY, chains=(replace(CHAIN, **changes),))) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"halted": Problem("signing_halted", "x", "y")}, "signing_halted"),
        ({"api": Problem("api_not_answering", "x", "y")}, "api_not_answering"),
        ({"stopping": True}, "stopping"),
        ({"engine": EngineView()}, "self_test_pending"),
        ({"engine": EngineView(False, Problem("self_test_failed", "x", "y"))}, "self_test_failed"),
        ({"queues": (QueueView("31337:0x", 64, 64),)}, "queue_full"),
        (
            {"duties": (DutyView("signer", 6.0, problem=Problem("duty_hanging", "x", "y")),)},
            "duty_hanging",
        ),
    ],
)
def test_readiness__something_is_wrong_for_all__is_named(
    changes: dict[str, object], expected: str
) -> None:
    assert codes(replace(READY, **changes)) == [expected]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"following": replace(UNREACHABLE, times=1)},
        {"head": replace(HEAD, looked=83.0)},
        {"head": replace(HEAD, age=179.0)},
        {"head": replace(HEAD, timestamp=4_569)},
        {"head": replace(HEAD, age=1e6), "lease_seconds": None},
    ],
)
def test_readiness__within_its_bounds__is_ready(changes: dict[str, object]) -> None:
    assert codes(replace(READY, chains=(replace(CHAIN, **changes),))) == []  # type: ignore[arg-type]


def test_readiness__queue_with_room__is_ready() -> None:
    assert codes(replace(READY, queues=(QueueView("31337:0x", 63, 64),))) == []


def test_warnings__what_will_keep_it_from_signing__is_told_while_it_signs() -> None:
    assert warned(replace(CHAIN, payer=PayerView(b"\x09" * 20, 4 * 10**15, 10**15))) == [
        "payer_empty"
    ]
    assert warned(replace(CHAIN, payer=PayerView(b"\x09" * 20, 5 * 10**15, 10**15))) == []
    assert warned(replace(CHAIN, payer=PayerView(b"\x09" * 20, 0, 0))) == []
    assert warned(replace(CHAIN, rotating=EMPTY)) == ["payer_empty"]
    assert warned(replace(CHAIN, collateral="it ends")) == ["collateral_ends"]


def test_readiness__one_chain_of_two_fails__the_other_is_ready_by_itself() -> None:
    fails = replace(CHAIN, name="base", active=None)
    view = replace(READY, chains=(replace(CHAIN, name="main"), fails))
    (reason,) = judge(view).reasons
    assert (reason.code, reason.chain) == ("no_active_signer", "base")
    assert judge(view, "main").is_ready
    assert not judge(view, "base").is_ready


def test_view__signer_with_time_left__says_how_much_in_blocks_too() -> None:
    assert (CHAIN.seconds_left, CHAIN.blocks_left) == (2_600, 216)
    assert (replace(CHAIN, active=None).seconds_left, ChainView().blocks_left) == (None, None)


def test_view__payer__says_how_many_rotations_it_pays_for() -> None:
    assert PayerView(b"", 10**18, 3 * 10**17).rotations == 3
    assert (PayerView(b"", 1, 0).rotations, PayerView(b"").rotations) == (None, None)


def test_problem__endpoint_repeats_its_key__is_told_without_it() -> None:
    said = "HTTP 401 at https://u:k3y-1@node.example/v2/k3y-2: {'x-api-key': 'k3y-3'}, token=k3y-4"
    found = Problem.of(RpcUnreachable(said, hint=said))
    assert "k3y" not in found.text + found.advice
    assert "HTTP 401 at https://node.example/" in found.text


def test_problem__hash_or_measurement__stays() -> None:
    said = f"transaction 0x{'ab' * 32} of measurement {'cd' * 48}"
    assert Problem.of(RpcUnreachable(said)).text == said
