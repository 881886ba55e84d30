"""Outcomes that may be signed: what is signed of them, and the proof that comes of it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attestor.core import circuits
from attestor.core.eip712 import Domain
from attestor.core.frame import Frame
from attestor.core.legacy_message import LegacyMessage
from attestor.core.outcome import Outcome
from attestor.core.sp1_tee_message import Sp1TeeMessage
from attestor.core.statement import Statement
from attestor.core.text import to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.signer.keys import Signatures


@dataclass(frozen=True)
class SignableOutcome:
    """An outcome that may be signed: as the legacy message, as sp1-tee's, and as a statement where
    there is a domain. `follow_up` is called after signing."""

    outcome: Outcome
    domain: Domain | None
    follow_up: Callable[[], None] | None = None

    def digests(self, valid_until: int) -> tuple[bytes, ...]:
        """The digests of the legacy message, of sp1-tee's, and of the statement until
        `valid_until`."""
        tee = Sp1TeeMessage(self._key.program_vkey, self.outcome.public_values)
        if self.domain is None:
            return (self._message.digest, tee.digest)
        statement = self._statement(valid_until).digest(self.domain)
        return (self._message.digest, tee.digest, statement)

    def answer(self, signed: Signatures) -> Frame:
        """The proof, with the public values as its one blob."""
        if self.follow_up is not None:
            self.follow_up()
        outcome = self.outcome
        proof = {
            "signer": to_hex(signed.signer),
            "signature": to_hex(signed.signatures[0]),
            "sp1_tee_signature": to_hex(signed.signatures[1]),
            "valid_until": signed.valid_until,
            "digest": to_hex(self._message.digest),
            "words": list(outcome.words),
            "cycles": outcome.cycles,
            "engine": outcome.engine,
            "executor": outcome.executor,
            "cross_check": outcome.cross_check,
            "statement": self._signed_statement(signed),
            "outcome_mac": to_hex(outcome.mac),
        }
        return Frame(proof, (outcome.public_values,))

    @property
    def _key(self) -> VerifyingKey:
        return VerifyingKey(self.outcome.words)

    @property
    def _message(self) -> LegacyMessage:
        return LegacyMessage(self._key.vk_hash_bytes, self.outcome.public_values)

    def _statement(self, valid_until: int) -> Statement:
        return Statement(
            program_vkey=self._key.program_vkey,
            public_values_hash=hashlib.sha256(self.outcome.public_values).digest(),
            exit_code=0,
            stdin_hash=bytes.fromhex(self.outcome.stdin_sha256),
            circuit_version=circuits.of_engine(self.outcome.engine),
            expires_at=valid_until,
        )

    def _signed_statement(self, signed: Signatures) -> dict[str, Any] | None:
        if self.domain is None:
            return None
        return {
            "contract": to_hex(self.domain.contract),
            "expires_at": signed.valid_until,
            "signature": to_hex(signed.signatures[2]),
        }
