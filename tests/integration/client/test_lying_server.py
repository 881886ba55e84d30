"""The client, both ways, against a real server that lies, drips or has no end."""

import asyncio
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from cases.lying_service import (
    CHAIN_ID,
    HONEST,
    KEY,
    LIES,
    MULTIPROOF,
    NOW,
    PROGRAM,
    PROOF_ID,
    SIGNER,
    STDIN,
)
from integration.client.service import (
    Answer,
    Server,
    dripping,
    endless,
    giving,
    pending,
    silent,
)

from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.client import AsyncProverClient, CheckedProof, ProverClient, RegistryView
from attestor.errors import AttestorError, ProofRefused, ProverUnreachable

SECONDS = 1.0
SLACK = 1.5
PATHS = ("/request_proof", "/wait_proof", "/statement")


def registry(server: Server) -> RegistryView:
    return RegistryView(Node(Rpc(server.url + "/"), CHAIN_ID, check_headers=False), b"\x77" * 20)


def ask(server: Server, seconds: float = SECONDS) -> CheckedProof:
    client = ProverClient(server.url, registry(server), seconds, multiproof=MULTIPROOF)
    return client.prove(PROGRAM, STDIN, vkey=KEY.program_vkey)


def ask_async(server: Server, seconds: float = SECONDS) -> CheckedProof:
    async def whole() -> CheckedProof:
        view = registry(server)
        one = ProverClient(server.url, view, seconds, multiproof=MULTIPROOF)
        async with AsyncProverClient(one) as client:
            return await client.prove(PROGRAM, STDIN, vkey=KEY.program_vkey)

    return asyncio.run(whole())


BOTH = pytest.mark.parametrize("asking", [ask, ask_async], ids=["sync", "async"])


@BOTH
def test_prove__honest_server__nothing_is_unchecked(
    serve: Callable[..., Server], asking: Callable[..., CheckedProof]
) -> None:
    proof = asking(serve(), 20.0)
    assert (proof.proof_id, proof.signer, proof.unchecked) == (PROOF_ID, SIGNER, {})


@pytest.mark.parametrize("lie", LIES)
def test_prove__lying_server__is_refused(serve: Callable[..., Server], lie: str) -> None:
    told, said = LIES[lie]
    with pytest.raises(ProofRefused, match=said):
        ask(serve(told), 20.0)


@BOTH
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [(endless, ProofRefused), (dripping, ProverUnreachable), (silent, ProverUnreachable)],
    ids=["endless", "dripping", "silent"],
)
def test_prove__answer_without_end__ends_within_the_one_bound(
    serve: Callable[..., Server],
    asking: Callable[..., CheckedProof],
    path: str,
    answer: Answer,
    kind: type[AttestorError],
) -> None:
    server = serve(**{path.strip("/"): answer})
    begun = time.monotonic()
    with pytest.raises(kind):
        asking(server)
    assert time.monotonic() - begun < SECONDS + SLACK


def test_prove__each_call_in_time_but_not_all__ends_within_the_one_bound(
    serve: Callable[..., Server],
) -> None:
    def slowly(path: str) -> Answer:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(0.6 * SECONDS)
            giving(HONEST.bodies()[path])(handler)

        return answer

    server = serve(**{path.strip("/"): slowly(path) for path in PATHS})
    begun = time.monotonic()
    with pytest.raises(ProverUnreachable, match="no answer within 1 s"):
        ask(server)
    assert time.monotonic() - begun < SECONDS + SLACK


def test_prove__job_never_finishes__ends_within_the_one_bound(
    serve: Callable[..., Server],
) -> None:
    begun = time.monotonic()
    with pytest.raises(ProverUnreachable, match="did not answer /wait_proof"):
        ask(serve(wait_proof=pending))
    assert time.monotonic() - begun < SECONDS + SLACK


def test_async_prove__cancelled__the_connection_is_closed_at_once(
    serve: Callable[..., Server],
) -> None:
    server = serve(request_proof=silent)

    async def whole() -> None:
        async with AsyncProverClient(ProverClient(server.url, timeout=60.0)) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.prove(PROGRAM, STDIN), 0.3)

    asyncio.run(whole())
    assert server.gone.wait(2.0)


def test_async_prove__many_at_once__do_not_wait_for_each_other(
    serve: Callable[..., Server],
) -> None:
    together = threading.Barrier(20)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        together.wait(20)
        giving(HONEST.bodies()["/request_proof"])(handler)

    server = serve(request_proof=answer)

    async def whole() -> list[CheckedProof]:
        one = ProverClient(server.url, timeout=30.0, clock=lambda: NOW)
        async with AsyncProverClient(one) as client:
            return await asyncio.gather(*(client.prove(PROGRAM, STDIN) for _ in range(20)))

    assert {proof.proof_id for proof in asyncio.run(whole())} == {PROOF_ID}
