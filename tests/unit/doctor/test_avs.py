"""Each check of `attestor avs doctor` that needs no process, on both of its sides."""

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases.scroll_chain import chain
from cases.scroll_node import L2GETH, RETH, RecordedNode, Refusal
from cases.tls_files import CHAIN, OWN, RSA, write

from attestor.avs.prover_file import ProverFile
from attestor.doctor.avs import machine, nodes
from attestor.doctor.avs.checks import checks
from attestor.doctor.avs.examined import Examined
from attestor.doctor.finding import Finding, State, examine
from attestor.errors import QuoteProviderInvalid, RpcUnreachable
from attestor.scroll import headers
from attestor.scroll.node import TRACE, WITNESS, ScrollNode
from attestor.signer.poe.settings import PoeSettings
from attestor.store.lock import lock_database

BLOCKS = {one.number: one for one in chain(2)}
HEAD = max(BLOCKS)
NOW = float(headers.timestamp(BLOCKS[HEAD].header))
NODE = ProverFile(l2_endpoint="http://node.example")


@pytest.fixture
def examined(tmp_path: Path) -> Examined:
    return Examined(
        path=tmp_path / "prover.json",
        file=ProverFile(),
        settings=PoeSettings(534352, "/nowhere", "none"),
        host="127.0.0.1",
        port=0,
        database=tmp_path / "avs.sqlite",
    )


def by_node(examined: Examined, now: float = NOW, **node: Any) -> list[Finding]:
    """What is found of a node that serves old blocks alone, so that none is executed."""
    made = RecordedNode(
        BLOCKS, **{"lacks": (WITNESS,), "traces": {HEAD: {"storageTrace": {}}}, **node}
    )

    def opened(url: str, seconds: float) -> ScrollNode:
        return ScrollNode(made, sleep=lambda pause: None)

    asked = replace(examined, file=NODE)
    check: Callable[[], Any] = lambda: nodes.l2_node(asked, opened, lambda: now)  # noqa: E731
    return list(examine([("L2 node", check)]))


def worst(found: list[Finding]) -> Finding:
    order = [State.FAILED, State.WARNING, State.OK]
    return min(found, key=lambda one: order.index(one.state))


def test_l2_node__that_is_there__is_told_with_version_and_head(examined: Examined) -> None:
    head, served = by_node(examined, version=L2GETH)
    assert head.state is State.OK
    assert "l2geth Geth/v5.9.14" in head.found
    assert f"head {HEAD}, 0 s old" in head.found
    assert served.state is State.WARNING
    assert "--http.api eth,net,web3,debug,scroll" in served.advice


SYNCING = {"currentBlock": "0x10", "highestBlock": hex(HEAD)}


def unreachable(method: str) -> None:
    raise RpcUnreachable("http://node.example: connection refused")


NODE_FAULTS: dict[str, tuple[dict[str, Any], State, str, str]] = {
    "another chain": ({"chain_id": 534351}, State.FAILED, "534351", "scroll_chain_id to 534351"),
    "syncs": ({"syncing": SYNCING}, State.FAILED, f"16 of {HEAD}", "days to weeks"),
    "syncs, nonsense": ({"syncing": 7}, State.FAILED, "eth_syncing", ""),
    "no namespace": (
        {"version": L2GETH, "lacks": (WITNESS, TRACE)},
        State.FAILED,
        "serves neither",
        "--http.api eth,net,web3,debug,scroll",
    ),
    "reth without debug": (
        {"version": RETH, "lacks": (WITNESS, TRACE)},
        State.FAILED,
        "serves neither",
        "--http.api eth,net,web3,debug",
    ),
    "not there": ({"before": unreachable}, State.FAILED, "connection refused, 4 times", ""),
    "old head": ({"version": L2GETH, "now": NOW + 999}, State.WARNING, "999 s old", "v5.10.0"),
    "slow clock": ({"now": NOW - 99}, State.WARNING, "-99 s old", "NTP"),
}


@pytest.mark.parametrize("name", NODE_FAULTS)
def test_l2_node__with_a_fault__is_told_with_what_to_do(examined: Examined, name: str) -> None:
    given, state, told, advice = NODE_FAULTS[name]
    found = by_node(examined, **given)
    assert any(one.state is state and told in one.found and advice in one.advice for one in found)


def test_l2_node__without_eth_syncing__is_judged_by_its_head(examined: Examined) -> None:
    found = by_node(examined, version=L2GETH, lacks=(WITNESS, "eth_syncing"))
    assert worst(found).state is State.WARNING
    assert "0 s old" in found[0].found


def test_l2_node__of_another_chain__is_asked_for_nothing_more(examined: Examined) -> None:
    asked: list[str] = []
    by_node(examined, chain_id=1, before=asked.append)
    assert asked == ["eth_chainId"]


def test_l2_node__answer_that_is_an_error__leaves_the_other_checks(examined: Examined) -> None:
    def hostile(method: str) -> None:
        raise Refusal(-32000, "\x1b[2J" + "x" * 100_000)

    (found,) = by_node(examined, before=hostile)
    assert found.state is State.FAILED
    assert "\x1b" not in found.found


def test_l2_node__none__says_who_brings_contexts(examined: Examined) -> None:
    (found,) = nodes.l2_node(examined)
    assert "bring contexts" in found.found


def test_l2_node__no_timeout__is_a_warning(examined: Examined) -> None:
    endless = replace(examined, file=replace(NODE, l2_timeout_seconds=None))

    def opened(url: str, seconds: float) -> ScrollNode:
        return ScrollNode(RecordedNode(BLOCKS, chain_id=1), sleep=lambda pause: None)

    first, *_ = nodes.l2_node(endless, opened)
    assert first.state is State.WARNING
    assert "set it to 60" in first.advice


def test_l1_node__none__is_fine(examined: Examined) -> None:
    (found,) = nodes.l1_node(examined)
    assert (found.state, "14011" in found.found) == (State.OK, True)


@pytest.mark.parametrize(("limit", "state"), [(52_428_800, State.OK), (20_971_520, State.WARNING)])
def test_body_limit__of_old_files__is_a_warning(
    examined: Examined, limit: int, state: State
) -> None:
    (found,) = machine.prover_file(replace(examined, file=ProverFile(body_limit=limit)))
    assert found.state is state


def test_port__that_is_taken__names_the_old_prover(examined: Examined) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        asked = replace(examined, port=taken.getsockname()[1])
        (found,) = machine.port(asked)
        assert found.state is State.FAILED
        assert "Automata's prover" in found.advice
        with lock_database(examined.database):
            (found,) = machine.port(asked)
        assert found.state is State.OK
    (found,) = machine.port(examined)
    assert found.state is State.OK


def test_tls__files__are_told_with_the_url_that_fits(examined: Examined, tmp_path: Path) -> None:
    prefix = write(tmp_path, CHAIN, OWN.key_pem())
    (found,) = machine.tls(replace(examined, file=ProverFile(tls_prefix=prefix), port=18232))
    assert found.state is State.OK
    assert "https://HOST:18232" in found.found
    (found,) = machine.tls(replace(examined, port=18232))
    assert "http://HOST:18232" in found.found


def test_tls__fault__is_told_with_the_command(examined: Examined, tmp_path: Path) -> None:
    prefix = write(tmp_path, CHAIN, RSA.key_pem())
    wrong = replace(examined, file=ProverFile(tls_prefix=prefix))
    (found,) = examine([("TLS", lambda: machine.tls(wrong))])
    assert found.state is State.FAILED
    assert "openssl req -new" in found.advice
    (found,) = machine.tls(replace(examined, client_authorities=tmp_path / "ca.pem"))
    assert found.state is State.FAILED


@pytest.mark.parametrize(
    ("provider", "state"),
    [
        ("configfs", State.OK),
        ("none", State.WARNING),
        ("simulated", State.WARNING),
        ("gramine", State.FAILED),
    ],
)
def test_quotes__provider__is_judged(examined: Examined, provider: str, state: State) -> None:
    settings = replace(examined.settings, provider=provider)
    (found,) = machine.quotes(replace(examined, settings=settings))
    assert found.state is state


def test_quotes__machine_of_azure__is_told_by_name(examined: Examined) -> None:
    refused = QuoteProviderInvalid("this is a machine of Azure", hint="Google Cloud C3")
    (found,) = machine.quotes(replace(examined, quotes_refused=refused))
    assert (found.state, found.advice) == (State.FAILED, "Google Cloud C3")
    assert "Azure" in found.found


def test_memory__workers_and_contexts__are_compared(examined: Examined) -> None:
    settings = replace(examined.settings, workers=1, memory_bytes=1 << 20)
    (found,) = machine.memory(replace(examined, settings=settings))
    assert found.state is State.OK
    settings = replace(settings, workers=64, memory_bytes=1 << 40)
    (found,) = machine.memory(replace(examined, settings=settings))
    assert found.state is State.WARNING


def test_checks__executor_not_built__fails_alone(examined: Examined) -> None:
    found = list(examine([one for one in checks(examined) if one[0] in ("signer", "L1 node")]))
    assert [(one.check, one.state) for one in found] == [
        ("signer", State.FAILED),
        ("L1 node", State.OK),
    ]
    assert found[0].advice == "run make scroll"
