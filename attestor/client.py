"""A client of the proving service that believes nothing: every answer is checked.

    client = ProverClient("http://127.0.0.1:3000", registry)
    proof = client.prove(elf, [stdin_entry])

The signature is recovered and the registry on chain is asked for its signer. What a client cannot
check is that the vk is the program's: compute it (`attestor prove --program-vkey` compares one
that is known), or let a contract compare it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from attestor.chain.registry import Registry
from attestor.core.legacy_message import LegacyMessage
from attestor.core.signature import recover
from attestor.core.text import checksummed
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    HttpFailed,
    HttpFault,
    ProofRefused,
    ProverFailed,
    ProverUnreachable,
    VerifyingKeyInvalid,
)
from attestor.http import wire
from attestor.net import Deadline, HttpClient, Response, origin_of

MAX_ANSWER_BYTES = 64 << 20
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class CheckedProof:
    """A proof whose signature is by a signer that the registry vouches for."""

    proof_id: str
    signer: bytes
    verifying_key: VerifyingKey
    public_values: bytes
    signature: bytes
    digest: bytes


class ProverClient:
    """Talks to one service, and to the registry that has to vouch for its signers.

    Each of the two requests of a proof ends within `timeout` seconds.
    """

    def __init__(
        self,
        url: str,
        registry: Registry,
        timeout: float = 900.0,
        http: HttpClient | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._registry = registry
        self._timeout = timeout
        self._http = http or HttpClient()

    def prove(self, program: bytes, stdin: Sequence[bytes]) -> CheckedProof:
        """Have a program run with that stdin, and check what comes back.

        Raises `ProverUnreachable`, `ProverFailed` (with the service's own code and message) and
        `ProofRefused` (the answer does not hold).
        """
        proof_id = self._submit(program, stdin)
        answer = self._post("/wait_proof", proof_id.encode(), "text/plain", repeatable=True)
        return self._checked(proof_id, wire.decode_proof(answer))

    def _submit(self, program: bytes, stdin: Sequence[bytes]) -> str:
        body = wire.encode_request(program, stdin)
        answer = self._post("/request_proof", body, "application/json", repeatable=False)
        return answer.decode(errors="replace")

    def _checked(self, proof_id: str, proof: wire.TeeProof) -> CheckedProof:
        statement = LegacyMessage(proof.vk_hash_bytes, proof.public_values)
        try:
            verifying_key = VerifyingKey.from_vk_hash_bytes(proof.vk_hash_bytes)
        except VerifyingKeyInvalid as error:
            raise ProofRefused(f"the answer's vk is no verifying key: {error.message}") from None
        signer = recover(statement.digest, proof.signature)
        if not self._registry.vouches_for(signer):
            raise ProofRefused(
                f"the registry {checksummed(self._registry.address)} does not vouch for "
                f"{checksummed(signer)}, who signed the answer",
                hint="the service is not registered there, or signed something else",
            )
        return CheckedProof(
            proof_id=proof_id,
            signer=signer,
            verifying_key=verifying_key,
            public_values=proof.public_values,
            signature=proof.signature,
            digest=statement.digest,
        )

    def _post(self, path: str, body: bytes, content_type: str, repeatable: bool) -> bytes:
        try:
            response = self._http.request(
                "POST",
                self._url + path,
                Deadline(self._timeout),
                max_bytes=MAX_ANSWER_BYTES,
                body=body,
                headers={"Content-Type": content_type},
                connect_seconds=CONNECT_SECONDS,
                repeatable=repeatable,
            )
        except HttpFailed as error:
            if error.fault is HttpFault.TOO_LARGE:
                raise ProofRefused(error.message) from None
            raise ProverUnreachable(
                f"{origin_of(self._url)} did not answer {path}: {error.message}",
                hint=error.hint_with("check that attestor runs there"),
            ) from None
        if response.status != 200:
            raise ProverFailed(f"{path} answered {response.status}: {_described(response)}")
        return response.body


def _described(response: Response) -> str:
    """What the service said, cut to a line."""
    text = response.body[:600].decode(errors="replace").strip()
    fault = response.headers.get("x-attestor-fault")
    return f"{text} ({fault})" if fault else text
