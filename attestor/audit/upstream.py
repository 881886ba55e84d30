"""The registrations of the history against upstream's registry, which emits no events.

It keeps one number per signer: the time of the block that registered it. So what was sent is
compared with the transaction on chain, byte for byte, and the time with that block's. What cannot
be compared is said (`UNSEEN`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attestor.core.text import from_hex, to_hex
from attestor.store.database import Store

UNSEEN = (
    "registrations that the history lacks: the registry has no events, and no list of its signers",
    "until when a signer was registered: its owner may change attestValiditySeconds for all",
    "measurements, and changes of policy: it keeps none",
)
"""What no look at the chain can show here."""

_ROWS = """
SELECT registrations.signer, transactions.hash, transactions.outcome, transactions.block_number,
    transactions.block_hash, quotes.raw, quotes.reference_block, quotes.reference_block_hash
FROM registrations JOIN quotes ON quotes.hash = registrations.quote
JOIN transactions ON transactions.hash = registrations.transaction_hash
ORDER BY transactions.block_number
"""


@dataclass(frozen=True)
class Mined:
    """A transaction as the chain has it, and the time of its block in Unix seconds."""

    to: bytes | None
    calldata: bytes
    block_hash: bytes
    timestamp: int


@dataclass(frozen=True)
class Chain:
    """What is asked of the chain. `mined` is None where it does not have the transaction,
    `attested_at` 0 where the registry does not know the signer, `hash_at` None where the chain is
    shorter."""

    registry: bytes
    mined: Callable[[bytes], Mined | None]
    attested_at: Callable[[bytes], int]
    hash_at: Callable[[int], bytes | None]
    calldata: Callable[[bytes, int, bytes, bytes], bytes]
    """(signer, reference block, its hash, quote) → calldata of `register`."""


def chain_faults(store: Store, chain: Chain) -> list[str]:
    """Registrations that the chain has otherwise, or not at all. A reorganization is no fault."""
    return [
        f"registration of {row['signer']}: {fault}"
        for row in store.rows(_ROWS)
        if (fault := _fault(row, chain)) is not None
    ]


def _fault(row: dict[str, Any], chain: Chain) -> str | None:
    if _is_replaced(row, chain):
        return None
    attested_at = chain.attested_at(from_hex(row["signer"]))
    if not attested_at:
        return "the registry does not know the signer"
    if row["outcome"] != "succeeded":
        # Somebody else sent the same registration first: there is no transaction of ours.
        return None
    mined = chain.mined(from_hex(row["hash"]))
    if mined is None:
        return f"the chain does not have its transaction {row['hash']}"
    if mined.to != chain.registry:
        sent_to = to_hex(mined.to) if mined.to else "no contract"
        return f"its transaction was sent to {sent_to}, not to the registry"
    quoted = (row["reference_block"], from_hex(row["reference_block_hash"]), row["raw"])
    if mined.calldata != chain.calldata(from_hex(row["signer"]), *quoted):
        return "its transaction has another signer, reference block or quote than the history"
    if mined.block_hash != from_hex(row["block_hash"]):
        return f"its transaction is in block {to_hex(mined.block_hash)}, not {row['block_hash']}"
    if attested_at != mined.timestamp:
        return (
            f"the registry says that it was registered at {attested_at}, its block is of "
            f"{mined.timestamp}"
        )
    return None


def _is_replaced(row: dict[str, Any], chain: Chain) -> bool:
    """Whether a reorganization has taken the block that the history names."""
    if row["block_hash"] is None:
        return bool(row["outcome"] == "pending")
    stands = chain.hash_at(row["block_number"])
    return stands is not None and stands != from_hex(row["block_hash"])
