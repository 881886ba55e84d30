"""The service's answers, decoded as untrusted input."""

import re
from dataclasses import dataclass
from typing import Any

from attestor.core import strict_json
from attestor.core.statement import Statement
from attestor.core.text import from_hex
from attestor.errors import BodyInvalid, ProofRefused
from attestor.http import wire

MAX_ID_CHARS = 128
_ID = re.compile(f"[A-Za-z0-9_-]{{1,{MAX_ID_CHARS}}}")


@dataclass(frozen=True)
class SignedAnswer:
    """A statement with where it is valid (chain id, and contract of 20 bytes), its signature
    (65 bytes), and who is said to have signed (20 bytes)."""

    statement: Statement
    chain_id: int
    contract: bytes
    signer: bytes
    signature: bytes


def proof_id(body: bytes) -> str:
    """The id that `/request_proof` answered."""
    text = body.decode("ascii", "replace")
    if not _ID.fullmatch(text):
        raise ProofRefused(f"the service answered no id of a proof: {text!r:.80}")
    return text


def proof(body: bytes) -> wire.TeeProof:
    """The proof that `/wait_proof` answered."""
    try:
        return wire.decode_proof(body)
    except BodyInvalid as error:
        raise ProofRefused(f"the service answered no proof: {error.message}") from None


def statement(body: bytes) -> SignedAnswer:
    """The statement that `/statement` answered."""
    try:
        answer = strict_json.loads(body)
    except ValueError as error:
        raise ProofRefused(f"the service answered no statement: {error!r:.120}") from None
    return statement_of(answer)


def statement_of(answer: Any) -> SignedAnswer:
    """The statement in an answer, in JSON's types."""
    try:
        fields = answer["statement"]
        return SignedAnswer(
            statement=Statement(
                program_vkey=from_hex(fields["programVKey"]),
                public_values_hash=from_hex(fields["publicValuesHash"]),
                exit_code=_number(fields["exitCode"]),
                stdin_hash=from_hex(fields["stdinHash"]),
                circuit_version=_text(fields["circuitVersion"]),
                expires_at=_number(fields["expiresAt"]),
            ),
            chain_id=_number(answer["chainId"]),
            contract=_address(answer["contract"]),
            signer=_address(answer["signer"]),
            signature=from_hex(answer["signature"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProofRefused(f"the service answered no statement: {error!r:.120}") from None


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 256:
        raise ValueError(f"{value!r:.40} is not a number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"{value!r:.40} is not text")
    return value


def _address(value: Any) -> bytes:
    address = from_hex(value)
    if len(address) != 20:
        raise ValueError(f"{value!r:.60} is not an address")
    return address
