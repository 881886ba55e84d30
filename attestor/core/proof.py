"""A proof as the signer process returns it."""

from dataclasses import dataclass
from typing import Any

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine, ExecutorBuild
from attestor.core.outcome import Outcome
from attestor.core.statement import SignedStatement
from attestor.core.text import from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey

SP1 = "sp1"
"""The kind of job that runs an SP1 program."""


@dataclass(frozen=True)
class Proof:
    """A signed statement: signature r ‖ s ‖ v over `digest`. `cross_check` is when SP1's engine
    repeats the run: with `BEFORE` it has. `statement` is the EIP-712 form's signature,
    where the signer process knows a MultiProof, `sp1_tee_signature` one over
    `core.sp1_tee_message`. `executor` says whether the programs that ran are
    those that were recorded when the executor was built; None where that is not known.

    The signer's registration ends at `valid_until` (Unix seconds). By `outcome_mac` the signer
    process that made it knows its own run again, and signs it anew."""

    signer: bytes
    verifying_key: VerifyingKey
    public_values: bytes
    digest: bytes
    signature: bytes
    cycles: int
    engine: Engine
    cross_check: Timing
    statement: SignedStatement | None = None
    executor: ExecutorBuild | None = None
    valid_until: int = 0
    outcome_mac: bytes = b""
    sp1_tee_signature: bytes | None = None

    def outcome(self, stdin: str) -> Outcome:
        """What was run, with its mark, for another signature; `stdin` is its `stdin_sha256`."""
        return Outcome(
            words=self.verifying_key.words,
            stdin_sha256=stdin,
            public_values=self.public_values,
            cycles=self.cycles,
            engine=self.engine,
            cross_check=self.cross_check,
            executor=self.executor,
            mac=self.outcome_mac,
        )

    def of(self, job: str, again: bool = False) -> "SignedProof":
        """What the history keeps of it."""
        return SignedProof(
            job=job,
            signer=self.signer,
            program_vkey=self.verifying_key.program_vkey,
            vk_hash_bytes=self.verifying_key.vk_hash_bytes,
            digest=self.digest,
            signature=self.signature,
            cycles=self.cycles,
            engine=self.engine,
            cross_check=self.cross_check,
            statement=self.statement,
            executor=self.executor,
            again=again,
            sp1_tee_signature=self.sp1_tee_signature,
        )


@dataclass(frozen=True)
class SignedProof:
    """A signature with what the history keeps of its run, which is all but the public values: the
    digest binds those. `again` marks another signature of a run that was signed before."""

    job: str
    signer: bytes
    program_vkey: bytes
    vk_hash_bytes: bytes
    digest: bytes
    signature: bytes
    cycles: int
    engine: Engine
    cross_check: Timing
    statement: SignedStatement | None = None
    executor: ExecutorBuild | None = None
    again: bool = False
    sp1_tee_signature: bytes | None = None

    def evidence(self) -> dict[str, Any]:
        """The columns of its row, but for the signer, in JSON's types."""
        return {
            "job": self.job,
            "kind": SP1,
            "program_vkey": to_hex(self.program_vkey),
            "vk_hash_bytes": to_hex(self.vk_hash_bytes),
            "digest": to_hex(self.digest),
            "signature": to_hex(self.signature),
            "cycles": self.cycles,
            "engine": self.engine,
            "executor": self.executor,
            "cross_check": self.cross_check,
            **statement_columns(self.statement),
            **sp1_tee_column(self.sp1_tee_signature),
        }

    def to_header(self) -> dict[str, Any]:
        """As the API process tells the daemon of it."""
        return {**self.evidence(), "signer": to_hex(self.signer), "again": self.again}

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "SignedProof":
        """The proof in a frame's header. Raises `LookupError`, `TypeError`, `ValueError`."""
        executor = header["executor"]
        statement = None
        if header.get("statement_signature") is not None:
            statement = SignedStatement(
                contract=from_hex(header["statement_contract"]),
                expires_at=int(header["statement_expires_at"]),
                signature=from_hex(header["statement_signature"]),
            )
        return cls(
            job=str(header["job"]),
            signer=from_hex(header["signer"]),
            program_vkey=from_hex(header["program_vkey"]),
            vk_hash_bytes=from_hex(header["vk_hash_bytes"]),
            digest=from_hex(header["digest"]),
            signature=from_hex(header["signature"]),
            cycles=int(header["cycles"]),
            engine=Engine(header["engine"]),
            cross_check=Timing(header["cross_check"]),
            statement=statement,
            executor=ExecutorBuild(executor) if executor is not None else None,
            again=bool(header["again"]),
            sp1_tee_signature=_optional(header.get("sp1_tee_signature")),
        )


def statement_columns(signed: SignedStatement | None) -> dict[str, Any]:
    """The columns of a signed statement; none where there is none."""
    if signed is None:
        return {}
    return {
        "statement_contract": to_hex(signed.contract),
        "statement_expires_at": signed.expires_at,
        "statement_signature": to_hex(signed.signature),
    }


def sp1_tee_column(signature: bytes | None) -> dict[str, Any]:
    """The column of a signature in sp1-tee's form; none where there is none."""
    return {"sp1_tee_signature": to_hex(signature)} if signature is not None else {}


def _optional(text: str | None) -> bytes | None:
    return from_hex(text) if text is not None else None
