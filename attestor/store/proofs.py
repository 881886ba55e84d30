"""Proofs and statements as the database has them."""

from dataclasses import dataclass

from attestor.core.statement import Statement


@dataclass(frozen=True)
class StoredProof:
    """What a finished job answers with; `finding` is None where nothing is repeated."""

    signature: bytes
    vk_hash_bytes: bytes
    public_values: bytes
    engine: str
    cycles: int
    cross_check: str
    finding: str | None
    executor: str | None = None
    """None for proofs of a version that did not note it."""


@dataclass(frozen=True)
class CrossCheckCount:
    """How many proofs of an engine were checked alike; `finding` as in `StoredProof`."""

    engine: str
    cross_check: str
    finding: str | None
    count: int


@dataclass(frozen=True)
class StoredStatement:
    """A typed statement with its signature, its signer, and the MultiProof that it is for."""

    signer: bytes
    statement: Statement
    contract: bytes
    signature: bytes
    executor: str | None = None
