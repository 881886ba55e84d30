"""Upstream's JSON, both ways (sp1-tee-prover, `RequestProofBody` and `TEEProof`).

    request  {"elf":[u8…],"stdin":{"buffer":[[u8…],…],"ptr":0,"proofs":[]},"proof_mode":"TEE"}
    proof    {"signature":[u8 times 65],"vk":[u8 times 32],"public_values":[u8…]}

`vk` is the vk hash bytes form; `ptr` and `proof_mode` are read and not used, as there.

A request is judged by serde's rules, as upstream judges it, in the process that decodes large ones
(`executor/decode`). The one form that is decoded here is what encoders write when the request is
small: every key once and in upstream's order, numbers without anything that needs a rule.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from attestor.core import strict_json
from attestor.errors import BodyInvalid

PROOF_MODES = frozenset({"Unspecified", "Core", "Compressed", "Plonk", "Groth16", "TEE"})
MAX_STDIN_ENTRIES = 4096
"""As in `executor/decode/src/bytes.rs`."""
SMALL_BODY_BYTES = 128 << 10
"""Up to here decoding takes less than a process does: some milliseconds."""

DecodeLarge = Callable[[bytes], tuple[bytes, ...]]
"""From a body to the program and the entries of stdin: `executor.bodies.BodyDecoder.decode`."""


def _spaced(*tokens: bytes) -> bytes:
    """A pattern of these tokens, with JSON's white space between them."""
    return rb"[ \t\n\r]*+".join(tokens)


_BYTE = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_LIST = _spaced(rb"\[", rb"(?:" + _BYTE + _spaced(b"", rb"(?:,", _BYTE, rb")*+)?+"), rb"\]")
_LISTS = _spaced(rb"\[", rb"(?:" + _LIST + _spaced(b"", rb"(?:,", _LIST, rb")*+)?+"), rb"\]")
_PTR = rb"(?:0|[1-9][0-9]{0,18})"
_MODE = b'"(?:' + "|".join(sorted(PROOF_MODES)).encode() + b')"'
_REQUEST = re.compile(
    _spaced(
        *(b"", rb"\{", b'"elf"', b":", b"(" + _LIST + b")"),
        *(b",", b'"stdin"', b":", rb"\{", b'"buffer"', b":", b"(" + _LISTS + b")"),
        *(b",", b'"ptr"', b":", _PTR, b",", b'"proofs"', b":", rb"\[", rb"\]", rb"\}"),
        *(b",", b'"proof_mode"', b":", _MODE, rb"\}", b""),
    )
)
_ENTRY = re.compile(rb"\[([^\[\]]*+)\]")


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


def decode_request(body: bytes, decode_large: DecodeLarge) -> ProofRequest:
    """The request in a body. Raises `BodyInvalid`, and what `decode_large` raises."""
    known = _REQUEST.fullmatch(body) if len(body) <= SMALL_BODY_BYTES else None
    if known is None:
        program, *entries = decode_large(body)
        return ProofRequest(program, tuple(entries))
    elf, buffer = known.groups()
    lists = _ENTRY.findall(buffer, 1)
    if len(lists) > MAX_STDIN_ENTRIES:
        raise BodyInvalid(f"stdin.buffer has more than {MAX_STDIN_ENTRIES} entries")
    return ProofRequest(_numbers(elf[1:-1]), tuple(_numbers(one) for one in lists))


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
    try:
        fields = strict_json.loads(body)
    except ValueError:
        raise BodyInvalid("the answer is not JSON") from None
    if not isinstance(fields, dict):
        raise BodyInvalid("the answer is not a JSON object")
    proof = TeeProof(
        signature=_bytes(fields.get("signature"), "signature"),
        vk_hash_bytes=_bytes(fields.get("vk"), "vk"),
        public_values=_bytes(fields.get("public_values"), "public_values"),
    )
    if len(proof.signature) != 65 or len(proof.vk_hash_bytes) != 32:
        raise BodyInvalid("the answer's signature has not 65 or its vk not 32 bytes")
    return proof


def _numbers(text: bytes) -> bytes:
    """The bytes of numbers with commas between them."""
    return bytes(map(int, text.split(b","))) if text.strip() else b""


def _bytes(value: object, what: str) -> bytes:
    # Python's bytes() takes true for 1.
    if isinstance(value, list) and {type(number) for number in value} <= {int}:
        try:
            return bytes(value)
        except ValueError:
            pass
    raise BodyInvalid(f"{what} is not a list of numbers from 0 to 255")


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
