"""What a context says of a block beside header and transactions. No hash of the chain covers it, so
nothing rests on it; where it differs from what came out, the context is of something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from attestor.core.scroll.eras import FEE_VAULT
from attestor.core.text import from_hex, to_hex
from attestor.errors.scroll import ScrollContextRefused
from attestor.executor.scroll import ExecutedBlock
from attestor.signer.answering import whole

NOT_SAID = bytes(32)
"""A withdraw root of a context that was made without executing the block."""


@dataclass(frozen=True)
class Claim:
    """Of one block. `coinbase` is None where it is not said."""

    chain_id: int
    coinbase: bytes | None
    pre_state_root: bytes
    withdraw_root: bytes = NOT_SAID

    def to_header(self) -> dict[str, Any]:
        """As part of a frame's header."""
        return {
            "chain_id": self.chain_id,
            "coinbase": None if self.coinbase is None else to_hex(self.coinbase),
            "pre_state_root": to_hex(self.pre_state_root),
            "withdraw_root": to_hex(self.withdraw_root),
        }

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "Claim":
        """From part of a frame's header."""
        coinbase = header["coinbase"]
        return cls(
            whole(header["chain_id"]),
            None if coinbase is None else from_hex(coinbase),
            from_hex(header["pre_state_root"]),
            from_hex(header["withdraw_root"]),
        )


def require_ours(claims: Sequence[Claim], chain_id: int) -> None:
    """Before execution: raise `ScrollContextRefused` for blocks of another chain, or executed
    with another coinbase than the fee vault."""
    for place, claim in enumerate(claims):
        if claim.chain_id != chain_id:
            raise ScrollContextRefused(
                f"the context's block {place} is of chain id {claim.chain_id}, this prover is for "
                f"{chain_id}",
                hint="bring a context of this chain, or set scroll_chain_id",
            )
        if claim.coinbase not in (None, FEE_VAULT):
            raise ScrollContextRefused(
                f"the context's block {place} names the coinbase {to_hex(claim.coinbase or b'')}: "
                f"Scroll's is the fee vault, {to_hex(FEE_VAULT)}"
            )


def require_same(claims: Sequence[Claim], executed: Sequence[ExecutedBlock]) -> None:
    """After execution: raise `ScrollContextRefused` for states that did not come out."""
    for claim, block in zip(claims, executed, strict=True):
        for name, said, found in (
            ("state root before", claim.pre_state_root, block.pre_state_root),
            ("withdraw root of", claim.withdraw_root, block.withdraw_root),
        ):
            if said != found and not (name.startswith("withdraw") and said == NOT_SAID):
                raise ScrollContextRefused(
                    f"the context says that the {name} block {block.number} is {to_hex(said)}; "
                    f"execution gave {to_hex(found)}",
                    block=block.number,
                )
