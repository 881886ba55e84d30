"""The daemon's requests about the signers of one slot."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from attestor.core.frame import Frame
from attestor.core.text import from_hex, to_hex


@dataclass(frozen=True)
class QuoteAnswer:
    """A quote's exact bytes, and the platform that made it."""

    raw: bytes
    provider: str
    simulated: bool


class SlotVerbs(ABC):
    """What is asked about the signers for one registry."""

    @abstractmethod
    def require_alive(self) -> None:
        """Raise `SignerGone` unless the signer process still runs."""

    @abstractmethod
    def _ask_slot(self, verb: str, **arguments: Any) -> Frame: ...

    def new_key(self, buckets: int = 0) -> bytes:
        """Make a signer, in one of these buckets if one is found (see `Keys.create`); its
        address."""
        return from_hex(self._ask_slot("new_key", buckets=hex(buckets)).header["address"])

    def quote(
        self,
        address: bytes,
        block_number: int,
        block_hash: bytes,
        template: bytes | None = None,
    ) -> QuoteAnswer:
        """A quote that binds the signer and the reference block: for a renewal under the admission
        of `template`, or for an admission without."""
        answer = self._ask_slot(
            "quote",
            address=to_hex(address),
            block_number=block_number,
            block_hash=to_hex(block_hash),
            template=to_hex(template) if template is not None else None,
        )
        return QuoteAnswer(
            raw=answer.blobs[0],
            provider=answer.header["provider"],
            simulated=bool(answer.header["simulated"]),
        )

    def possession(
        self, address: bytes, block_number: int, template: bytes, deadline: int
    ) -> bytes:
        """The signer's own signature (65 bytes) by which it shows the registry that it holds its
        key, and on which evidence it is to be admitted: that of `template`, until `deadline` (Unix
        seconds)."""
        answer = self._ask_slot(
            "possess",
            address=to_hex(address),
            block_number=block_number,
            template=to_hex(template),
            deadline=deadline,
        )
        return from_hex(answer.header["possession"])

    def activate(self, address: bytes, valid_until: int) -> None:
        """Sign proofs with that signer, until its registration ends."""
        self._ask_slot("activate", address=to_hex(address), valid_until=valid_until)

    def lease(self, chain_time: int, seconds: float) -> None:
        """The chain vouches for the active signer in a block of that time: let it sign for so many
        seconds, if nothing else is heard."""
        self._ask_slot("lease", chain_time=chain_time, seconds=seconds)

    def pause(self, address: bytes) -> None:
        """Sign nothing with that signer until it is activated again; its key stays."""
        self._ask_slot("pause", address=to_hex(address))

    def retire(self, address: bytes) -> None:
        """Destroy a signer's key."""
        self._ask_slot("retire", address=to_hex(address))

    def addresses(self) -> list[bytes]:
        """The signers whose keys the process holds."""
        return [from_hex(address) for address in self._ask_slot("status").header["addresses"]]
