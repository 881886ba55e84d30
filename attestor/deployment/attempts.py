"""Attempts of transactions as the deployment file has them."""

from typing import Any

from attestor.core.fees import Fees
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Attempt, Outcome, Purpose, SignedTransaction


def creation_of(contract: str) -> str:
    """What the names of the intents to create a contract begin with."""
    return f"creation:{contract}:"


def to_json(attempt: Attempt) -> dict[str, Any]:
    """One attempt. The bytes of one that is settled are of no use any more."""
    sent = attempt.transaction
    out = attempt.outcome is Outcome.PENDING
    return {
        "intent": attempt.intent,
        "attempt": attempt.number,
        "hash": to_hex(sent.hash),
        "payer": to_hex(sent.payer),
        "nonce": sent.nonce,
        "gas_limit": sent.gas_limit,
        "max_fee_per_gas": sent.fees.max_fee,
        "max_priority_fee_per_gas": sent.fees.priority_fee,
        "outcome": attempt.outcome,
        "raw": to_hex(sent.raw) if out else "0x",
    }


def from_json(fields: dict[str, Any]) -> Attempt:
    """Raises `ValueError`, `KeyError` and `TypeError` for what `to_json` did not write."""
    sent = SignedTransaction(
        hash=from_hex(fields["hash"]),
        raw=from_hex(fields["raw"]),
        payer=from_hex(fields["payer"]),
        nonce=int(fields["nonce"]),
        gas_limit=int(fields["gas_limit"]),
        fees=Fees(int(fields["max_fee_per_gas"]), int(fields["max_priority_fee_per_gas"])),
    )
    number, outcome = int(fields["attempt"]), Outcome(fields["outcome"])
    return Attempt(str(fields["intent"]), Purpose.DEPLOYMENT, number, sent, outcome)


def of_version_1(pending: dict[str, Any]) -> tuple[Attempt, ...]:
    """Version 1 of the file named contracts with the hash of the transaction that was sent."""
    return tuple(
        Attempt(
            creation_of(str(contract)),
            Purpose.DEPLOYMENT,
            1,
            SignedTransaction(from_hex(name), b"", b"", 0, 0, Fees(0, 0)),
        )
        for contract, name in pending.items()
    )
