"""A client of the proving service that believes nothing: every answer is checked.

    client = ProverClient("http://127.0.0.1:3000", registry)
    proof = client.prove(elf, [stdin_entry])

The signature is recovered and the registry on chain is asked for its signer. What a client cannot
check is that the vk is the program's: compute it (`attestor prove --program-vkey` compares one
that is known), or let a contract compare it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import requests

from attestor import __version__
from attestor.chain.registry import Registry
from attestor.core.legacy_message import LegacyMessage
from attestor.core.signature import recover
from attestor.core.text import checksummed
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import ProofRefused, ProverFailed, ProverUnreachable, VerifyingKeyInvalid
from attestor.http import wire

MAX_ANSWER_BYTES = 64 << 20


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
    """Talks to one service, and to the registry that has to vouch for its signers."""

    def __init__(self, url: str, registry: Registry, timeout: float = 900.0) -> None:
        self._url = url.rstrip("/")
        self._registry = registry
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = f"attestor/{__version__}"

    def prove(self, program: bytes, stdin: Sequence[bytes]) -> CheckedProof:
        """Have a program run with that stdin, and check what comes back.

        Raises `ProverUnreachable`, `ProverFailed` (with the service's own code and message) and
        `ProofRefused` (the answer does not hold).
        """
        body = wire.encode_request(program, stdin)
        proof_id = self._post("/request_proof", body, "application/json").decode(errors="replace")
        answer = self._post("/wait_proof", proof_id.encode(), "text/plain")
        return self._checked(proof_id, wire.decode_proof(answer))

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

    def _post(self, path: str, body: bytes, content_type: str) -> bytes:
        try:
            with self._session.post(
                self._url + path,
                data=body,
                headers={"Content-Type": content_type},
                timeout=(10.0, self._timeout),
                stream=True,
            ) as response:
                content = response.raw.read(MAX_ANSWER_BYTES + 1, decode_content=True)
                status = response.status_code
                fault = response.headers.get("X-Attestor-Fault", "")
        except (requests.RequestException, OSError) as error:
            raise ProverUnreachable(
                f"{self._url} did not answer: {type(error).__name__}",
                hint="check that attestor runs there",
            ) from None
        if len(content) > MAX_ANSWER_BYTES:
            raise ProofRefused(f"the answer is larger than {MAX_ANSWER_BYTES} bytes")
        if status != 200:
            raise ProverFailed(f"{path} answered {status}: {_told(content, fault)}")
        return bytes(content)


def _told(content: bytes, fault: str) -> str:
    """What the service said, cut to a line."""
    text = content[:600].decode(errors="replace").strip()
    return f"{text} ({fault})" if fault else text
