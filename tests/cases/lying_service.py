"""A proving service that is honest, or lies in one way: what it answers, by path.

All is signed by `SECRET`, whose signer the registry vouches for unless a case says otherwise: a
registered signer may sign whatever it likes.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cases.signing import sign

from attestor.core.eip712 import Domain
from attestor.core.execution import stdin_sha256
from attestor.core.legacy_message import LegacyMessage
from attestor.core.signature import address_of
from attestor.core.statement import CIRCUIT_VERSION, Statement
from attestor.core.text import checksummed, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.http import wire
from attestor.http.wire import TeeProof

SECRET, STRANGER = bytes(31) + b"\x01", bytes(31) + b"\x02"
SIGNER = bytes.fromhex("7e5f4552091a69125d5dfcb7b8c2659029395bdf")
KEY, OTHER_KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8)), VerifyingKey((1,) * 8)
PROGRAM, STDIN, VALUES = b"\x7fELF", (b"\x01", b"two"), b"\x0a\x00"
CHAIN_ID, MULTIPROOF, NOW = 31337, b"\x55" * 20, 1_790_000_000
PROOF_ID = "0b5c9f4e-the-id"


@dataclass(frozen=True)
class Told:
    """What the service says and signs."""

    proof_id: bytes = PROOF_ID.encode()
    key: VerifyingKey = KEY
    values: bytes = VALUES
    stdin: Sequence[bytes] = STDIN
    chain_id: int = CHAIN_ID
    contract: bytes = MULTIPROOF
    expires_at: int = NOW + 600
    exit_code: int = 0
    circuit: str = CIRCUIT_VERSION
    secret: bytes = SECRET
    statement_key: VerifyingKey | None = None
    statement_values: bytes | None = None
    statement_secret: bytes | None = None
    signed_chain_id: int | None = None
    named_signer: bytes | None = None

    def proof(self) -> TeeProof:
        """The upstream form."""
        digest = LegacyMessage(self.key.vk_hash_bytes, self.values).digest
        return TeeProof(sign(self.secret, digest), self.key.vk_hash_bytes, self.values)

    def statement(self) -> dict[str, object]:
        """The answer of `/statement`."""
        values = self.values if self.statement_values is None else self.statement_values
        signed = Statement(
            (self.statement_key or self.key).program_vkey,
            hashlib.sha256(values).digest(),
            self.exit_code,
            bytes.fromhex(stdin_sha256(self.stdin)),
            self.circuit,
            self.expires_at,
        )
        secret = self.statement_secret or self.secret
        domain = Domain(self.signed_chain_id or self.chain_id, self.contract)
        return {
            "statement": {
                "programVKey": to_hex(signed.program_vkey),
                "publicValuesHash": to_hex(signed.public_values_hash),
                "exitCode": signed.exit_code,
                "stdinHash": to_hex(signed.stdin_hash),
                "circuitVersion": signed.circuit_version,
                "expiresAt": signed.expires_at,
            },
            "chainId": self.chain_id,
            "contract": checksummed(self.contract),
            "signer": checksummed(self.named_signer or _address(secret)),
            "signature": to_hex(sign(secret, signed.digest(domain))),
        }

    def bodies(self) -> dict[str, bytes]:
        """The three answers by path."""
        return {
            "/request_proof": self.proof_id,
            "/wait_proof": wire.encode_proof(self.proof()),
            "/statement": json.dumps(self.statement()).encode(),
        }

    def v1_bodies(self) -> dict[str, bytes]:
        """The answers of a service that has /v1, by method and path."""
        job, proof = self.proof_id.decode(), self.proof()
        upstream = {"digest": "0x", "signature": to_hex(proof.signature)}
        told = {
            "vk_hash_bytes": to_hex(proof.vk_hash_bytes),
            "public_values": to_hex(proof.public_values),
            "forms": {"upstream": upstream, "statement": self.statement()},
        }
        state = {"id": job, "state": "done", "error": None}
        return {
            "POST /v1/jobs": json.dumps({**state, "state": "queued"}).encode(),
            f"GET /v1/jobs/{job}": json.dumps(state).encode(),
            f"GET /v1/proofs/{job}": json.dumps(told).encode(),
        }


HONEST = Told()

LIES: dict[str, tuple[Told, str]] = {
    "another program": (replace(HONEST, key=OTHER_KEY), "is for program"),
    "another program, in the statement": (
        replace(HONEST, statement_key=OTHER_KEY),
        "statement's program is",
    ),
    "another program, but not in the statement": (
        replace(HONEST, key=OTHER_KEY, statement_key=KEY),
        "is for program",
    ),
    "another stdin": (replace(HONEST, stdin=(b"\x02", b"two")), "statement's stdin is"),
    "stdin cut elsewhere": (replace(HONEST, stdin=(b"\x01t", b"wo")), "statement's stdin is"),
    "no stdin": (replace(HONEST, stdin=()), "statement's stdin is"),
    "other public values": (
        replace(HONEST, statement_values=b"\x0b\x00"),
        "statement's public values is",
    ),
    "another chain": (replace(HONEST, chain_id=1), "statement's chain is 1, not 31337"),
    "another chain, but not by name": (replace(HONEST, signed_chain_id=1), "statement's signer is"),
    "another contract": (replace(HONEST, contract=b"\x56" * 20), "statement's MultiProof is"),
    "expired": (replace(HONEST, expires_at=NOW), "expired 0 s ago"),
    "expired long ago": (replace(HONEST, expires_at=0), "expired"),
    "a failed run": (replace(HONEST, exit_code=1), "exit code is 1, not 0"),
    "another circuit": (replace(HONEST, circuit="v5.0.0"), "circuit version is v5.0.0"),
    "an older circuit": (replace(HONEST, circuit="v3.0.0"), "circuit version is v3.0.0"),
    "an unregistered signer": (replace(HONEST, secret=STRANGER), "does not vouch for"),
    "an unregistered signer of the statement": (
        replace(HONEST, statement_secret=STRANGER),
        "does not vouch for",
    ),
    "an unregistered signer under another name": (
        replace(HONEST, statement_secret=STRANGER, named_signer=SIGNER),
        "statement's signer is",
    ),
    "an id that is a path": (replace(HONEST, proof_id=b"x&proof_id=../y"), "no id of a proof"),
    "an id without end": (replace(HONEST, proof_id=b"a" * 129), "no id of a proof"),
    "no id": (replace(HONEST, proof_id=b""), "no id of a proof"),
}
"""How a service lies, and what is said of it."""

GARBAGE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda body: b"",
    "brackets": lambda body: b"[" * 100_000,
    "quotes": lambda body: b'"' + b'\\"' * 30_000,
    "half": lambda body: body[: len(body) // 2],
    "a list": lambda body: b"[" + body + b"]",
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "null": lambda body: b"null",
    "no members": lambda body: b"{}",
    "a key twice": lambda body: body[:-1] + b"," + body[1:],
    "all members null": lambda body: _all_members(body, None),
    "all members lists": lambda body: _all_members(body, [1]),
    "all members true": lambda body: _all_members(body, True),
    "all members text": lambda body: _all_members(body, "\x1b[2J"),
}
"""What a body may become on the way."""


def _all_members(body: bytes, value: object) -> bytes:
    return json.dumps({name: value for name in json.loads(body)}).encode()


def _address(secret: bytes) -> bytes:
    import coincurve

    return address_of(coincurve.PrivateKey(secret).public_key)
