"""The client itself: what it asks, and the checks, all within one time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from attestor.client.checks import Answered, Asked, CheckedProof, Form, Point, check
from attestor.client.credentials import NONE, Credentials
from attestor.client.registry import OnChain, RegistryView
from attestor.client.service import Service
from attestor.client.stage import Stage
from attestor.client.transport import Transport
from attestor.client.v1 import V1
from attestor.core import circuits
from attestor.core.execution import stdin_sha256
from attestor.core.text import checksummed
from attestor.errors import ProofRefused
from attestor.http import wire
from attestor.net import Deadline, HttpClient

TIMEOUT_SECONDS = 900.0
MAX_PUBLIC_VALUES = 4 << 20


class ProverClient:
    """Talks to one service, and to the registry that has to vouch for its signers.

    Everything that a proof takes ends within `timeout` seconds together. Without a registry, and
    without the MultiProof (20 bytes) that the statement is for, the points that need them are left
    unchecked. `registration` is the one that a service with several is asked for: its own name of
    the chain, or "chain id:registry". `max_public_values` bounds the longest public values, in
    bytes. `credentials` say who asks; their TLS counts unless `http` is given.
    """

    def __init__(
        self,
        url: str,
        registry: OnChain | None = None,
        timeout: float = TIMEOUT_SECONDS,
        http: HttpClient | None = None,
        *,
        multiproof: bytes | None = None,
        registration: str | None = None,
        max_public_values: int = MAX_PUBLIC_VALUES,
        credentials: Credentials = NONE,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = Transport(
            url,
            http or credentials.http(),
            max_public_values,
            sleep,
            registration=registration,
            credentials=credentials.headers(),
        )
        self._options = partial(
            ProverClient,
            *(url, registry, timeout),
            multiproof=multiproof,
            registration=registration,
            max_public_values=max_public_values,
            credentials=credentials,
            clock=clock,
            sleep=sleep,
        )
        self._registry = None if registry is None else RegistryView(registry.node, registry.address)
        self._timeout = timeout
        self._multiproof = multiproof
        self._clock = clock

    def prove(
        self,
        program: bytes,
        stdin: Sequence[bytes],
        *,
        vkey: bytes | None = None,
        form: Form = Form.STATEMENT,
        progress: Callable[[Stage], None] = lambda stage: None,
    ) -> CheckedProof:
        """Have a program run with that stdin, and check what comes back.

        `vkey` is the program's bytes32 key, of which the proof has to be; without it the program
        is unchecked. Raises `ProverUnreachable`, `ProverFailed` (with the service's own code and
        message), `ProofRefused` (the answer is not of what was asked for, or does not hold), and
        the node's errors.
        """
        deadline = Deadline(self._timeout)
        registry = None if self._registry is None else self._registry.within(deadline)
        asked = Asked(
            form=form,
            stdin_hash=bytes.fromhex(stdin_sha256(stdin)),
            program_vkey=vkey,
            chain_id=None if registry is None else registry.chain_id,
            contract=self._multiproof,
            circuit=circuits.of_program(program),
        )
        v1 = V1(self._transport)
        answered = v1.prove(program, stdin, form, deadline, progress)
        if answered is None:
            answered = self._ask_upstream(asked, program, stdin, deadline, progress)
        progress(Stage.VERIFYING)
        now = int(self._clock()) if registry is None else registry.now()
        proof = check(asked, answered, now)
        return proof if registry is None else _vouched_for(proof, registry)

    def fresh(self) -> "ProverClient":
        """Another client with the same options, and connections of its own."""
        return self._options()

    def close(self) -> None:
        """End what runs, in whatever thread; nothing can be asked afterwards."""
        self._transport.close()

    def _ask_upstream(
        self,
        asked: Asked,
        program: bytes,
        stdin: Sequence[bytes],
        deadline: Deadline,
        progress: Callable[[Stage], None],
    ) -> Answered:
        progress(Stage.PROVING)
        service = Service(self._transport)
        proof_id = service.request(wire.encode_request(program, stdin), deadline)
        progress(Stage.FETCHING)
        proof = service.proof(proof_id, deadline)
        if asked.form is Form.UPSTREAM:
            return Answered(proof_id, proof)
        return Answered(proof_id, proof, service.statement(proof_id, deadline))


def _vouched_for(proof: CheckedProof, registry: RegistryView) -> CheckedProof:
    for signer in proof.signers:
        if not registry.vouches_for(signer):
            raise ProofRefused(
                f"the registry {checksummed(registry.address)} does not vouch for "
                f"{checksummed(signer)}, who signed the answer",
                hint="the service is not registered there, or signed something else",
            )
    unchecked = dict(proof.unchecked)
    unchecked.pop(Point.SIGNER)
    return replace(proof, unchecked=unchecked)
