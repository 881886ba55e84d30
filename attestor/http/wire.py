"""Upstream's JSON, both ways (sp1-tee-prover, `RequestProofBody` and `TEEProof`).

    request  {"elf":[u8…],"stdin":{"buffer":[[u8…],…],"ptr":0,"proofs":[]},"proof_mode":"TEE"}
    proof    {"signature":[u8 times 65],"vk":[u8 times 32],"public_values":[u8…]}

`vk` is the vk hash bytes form; `ptr` and `proof_mode` are read and not used, as there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from attestor.core import strict_json
from attestor.errors import BodyInvalid

PROOF_MODES = frozenset({"Unspecified", "Core", "Compressed", "Plonk", "Groth16", "TEE"})
MAX_STDIN_ENTRIES = 4096


@dataclass(frozen=True)
class ProofRequest:
    """A program and its stdin, one entry per buffer."""

    program: bytes
    stdin: tuple[bytes, ...]


@dataclass(frozen=True)
class TeeProof:
    """What `/wait_proof` answers."""

    signature: bytes
    vk_hash_bytes: bytes
    public_values: bytes


def encode_request(program: bytes, stdin: Sequence[bytes]) -> bytes:
    """The body of `/request_proof`."""
    stdin_object = {"buffer": [list(entry) for entry in stdin], "ptr": 0, "proofs": []}
    return _compact({"elf": list(program), "stdin": stdin_object, "proof_mode": "TEE"})


def decode_request(body: bytes) -> ProofRequest:
    """The request in a body. Raises `BodyInvalid`."""
    fields = _object(_json(body), "the body")
    if fields.get("proof_mode") not in PROOF_MODES:
        raise BodyInvalid(f"proof_mode is not one of {', '.join(sorted(PROOF_MODES))}")
    stdin = _object(fields.get("stdin"), "stdin")
    if stdin.get("proofs") != []:
        raise BodyInvalid("stdin.proofs is not empty: proofs inside of proofs are not supported")
    if type(stdin.get("ptr")) is not int:
        raise BodyInvalid("stdin.ptr is not a number")
    buffers = stdin.get("buffer")
    if not isinstance(buffers, list) or len(buffers) > MAX_STDIN_ENTRIES:
        raise BodyInvalid(f"stdin.buffer is not a list of at most {MAX_STDIN_ENTRIES} entries")
    entries = (_bytes(entry, f"stdin.buffer[{index}]") for index, entry in enumerate(buffers))
    return ProofRequest(_bytes(fields.get("elf"), "elf"), tuple(entries))


def encode_proof(proof: TeeProof) -> bytes:
    """The body of an answer of `/wait_proof`."""
    return _compact(
        {
            "signature": list(proof.signature),
            "vk": list(proof.vk_hash_bytes),
            "public_values": list(proof.public_values),
        }
    )


def decode_proof(body: bytes) -> TeeProof:
    """The proof in an answer. Raises `BodyInvalid`."""
    fields = _object(_json(body), "the answer")
    proof = TeeProof(
        signature=_bytes(fields.get("signature"), "signature"),
        vk_hash_bytes=_bytes(fields.get("vk"), "vk"),
        public_values=_bytes(fields.get("public_values"), "public_values"),
    )
    if len(proof.signature) != 65 or len(proof.vk_hash_bytes) != 32:
        raise BodyInvalid("the answer's signature has not 65 or its vk not 32 bytes")
    return proof


def _json(body: bytes) -> Any:
    try:
        return strict_json.loads(body)
    except ValueError:
        raise BodyInvalid("the body is not JSON") from None


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BodyInvalid(f"{what} is not a JSON object")
    return value


def _bytes(value: object, what: str) -> bytes:
    if isinstance(value, list):
        try:
            return bytes(value)
        except (ValueError, TypeError):
            pass
    raise BodyInvalid(f"{what} is not a list of numbers from 0 to 255")


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
