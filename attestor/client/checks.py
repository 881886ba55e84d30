"""What an answer of the service has to hold, given what was asked for. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from attestor.client.answers import SignedAnswer
from attestor.core.circuits import Circuit
from attestor.core.eip712 import Domain
from attestor.core.legacy_message import LegacyMessage
from attestor.core.signature import recover
from attestor.core.text import checksummed, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import ProofRefused, VerifyingKeyInvalid
from attestor.http.wire import TeeProof

OTHER = "the service signed something else than what it was asked for"


class Form(StrEnum):
    """What the service is asked to have signed."""

    STATEMENT = "statement"
    """The EIP-712 statement, which binds program, stdin, public values, exit code, chain, contract
    and expiry; the upstream form comes with it."""
    UPSTREAM = "upstream"
    """The message of Automata's sp1-tee-prover, which binds program and public values alone."""


class Point(StrEnum):
    """What can be checked of a proof."""

    PUBLIC_VALUES = "public values"
    PROGRAM = "program"
    STDIN = "stdin"
    EXPIRY = "expiry"
    CHAIN = "chain"
    CONTRACT = "contract"
    SIGNER = "signer"


@dataclass(frozen=True)
class Asked:
    """What was asked for, and what else is known; None where it is not.

    `circuit` is what the program is for. `program_vkey` and `stdin_hash` have 32 bytes, `contract`
    (the MultiProof) 20.
    """

    form: Form
    stdin_hash: bytes
    program_vkey: bytes | None = None
    chain_id: int | None = None
    contract: bytes | None = None
    circuit: Circuit = Circuit.V6


@dataclass(frozen=True)
class Answered:
    """What the service answered; nothing of it is believed yet."""

    proof_id: str
    proof: TeeProof
    statement: SignedAnswer | None = None


@dataclass(frozen=True)
class CheckedProof:
    """A proof in which nothing that was checked is wrong.

    `signature` is over `digest`, the upstream form's; `statement` has the other form. `unchecked`
    says for each point that was not checked what would have to be given.
    """

    proof_id: str
    signer: bytes
    verifying_key: VerifyingKey
    public_values: bytes
    signature: bytes
    digest: bytes
    statement: SignedAnswer | None = None
    statement_signer: bytes | None = None
    unchecked: Mapping[Point, str] = field(default_factory=dict)

    @property
    def signers(self) -> tuple[bytes, ...]:
        """All who signed: two when the service changed signers between its two answers."""
        both = (self.signer, self.statement_signer or self.signer)
        return tuple(dict.fromkeys(both))


def check(asked: Asked, answered: Answered, now: int) -> CheckedProof:
    """The proof, if it is of what was asked for, at the time `now` (Unix seconds).

    Raises `ProofRefused`. Whether anybody vouches for its signers is left to the caller.
    """
    proof, statement = answered.proof, answered.statement
    key = _key(asked, proof)
    if asked.form is Form.STATEMENT and statement is None:
        raise ProofRefused(
            "the service gave no statement",
            hint="its operator has set no MultiProof; the form upstream binds neither stdin, "
            "chain nor expiry",
        )
    digest = LegacyMessage(proof.vk_hash_bytes, proof.public_values).digest
    statement_signer = None
    if statement is not None:
        statement_signer = _statement_signer(asked, statement, key, proof.public_values, now)
    return CheckedProof(
        proof_id=answered.proof_id,
        signer=recover(digest, proof.signature),
        verifying_key=key,
        public_values=proof.public_values,
        signature=proof.signature,
        digest=digest,
        statement=statement,
        statement_signer=statement_signer,
        unchecked=_unchecked(asked, statement),
    )


def _key(asked: Asked, proof: TeeProof) -> VerifyingKey:
    try:
        key = VerifyingKey.from_vk_hash_bytes(proof.vk_hash_bytes)
    except VerifyingKeyInvalid as error:
        raise ProofRefused(f"the answer's vk is no verifying key: {error.message}") from None
    found, expected = key.program_vkey, asked.program_vkey
    if expected is not None and found != expected:
        raise ProofRefused(
            f"the answer is for program {to_hex(found)}, not {to_hex(expected)}", hint=OTHER
        )
    return key


def _unchecked(asked: Asked, statement: SignedAnswer | None) -> dict[Point, str]:
    """All but what the caller checks later leave this."""
    points = {Point.SIGNER: "give a node and the registry"}
    if asked.program_vkey is None:
        points[Point.PROGRAM] = "give its verifying key"
    if statement is None:
        unbound = (Point.STDIN, Point.EXPIRY, Point.CHAIN, Point.CONTRACT)
        return {**points, **dict.fromkeys(unbound, "the form upstream does not bind it")}
    if asked.chain_id is None:
        points[Point.CHAIN] = f"give a node; the statement names chain {statement.chain_id}"
    if asked.contract is None:
        named = checksummed(statement.contract)
        points[Point.CONTRACT] = f"give the MultiProof; the statement names {named}"
    return points


def _statement_signer(
    asked: Asked, answer: SignedAnswer, key: VerifyingKey, public_values: bytes, now: int
) -> bytes:
    """The signer of a statement that is of what was asked for."""
    told = answer.statement
    values_hash = hashlib.sha256(public_values).digest()
    _require("program", to_hex(told.program_vkey), to_hex(key.program_vkey))
    _require("public values", to_hex(told.public_values_hash), to_hex(values_hash))
    _require("stdin", to_hex(told.stdin_hash), to_hex(asked.stdin_hash))
    _require("exit code", told.exit_code, 0)
    _require("circuit version", told.circuit_version, asked.circuit)
    _require("chain", answer.chain_id, asked.chain_id)
    contract = None if asked.contract is None else checksummed(asked.contract)
    _require("MultiProof", checksummed(answer.contract), contract)
    if told.expires_at <= now:
        raise ProofRefused(
            f"the statement expired {now - told.expires_at} s ago, at {told.expires_at}",
            hint="ask again for a new one",
        )
    signer = recover(told.digest(Domain(answer.chain_id, answer.contract)), answer.signature)
    _require("signer", checksummed(answer.signer), checksummed(signer))
    return signer


def _require(what: str, found: object, expected: object | None) -> None:
    if expected is not None and found != expected:
        raise ProofRefused(
            f"the statement's {what} is {found!s:.80}, not {expected}",
            hint=OTHER,
        )
