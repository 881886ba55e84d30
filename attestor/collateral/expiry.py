"""When the collateral on chain for our own machine expires."""

from dataclasses import dataclass

from attestor.chain.collateral_store import CollateralRecord, CollateralStore
from attestor.collateral.items import TEE_TYPES
from attestor.core.expiry import CollateralExpiry
from attestor.quote import qvl
from attestor.quote.collateral import MachineKind
from attestor.quote.format import parse
from attestor.quote.issuers import pck_authority


@dataclass(frozen=True)
class OwnMachine:
    """The machine that we run on, as its quotes identify it; `authority` is the key identifier of
    the CA that certified it."""

    kind: MachineKind
    authority: int

    @classmethod
    def of(cls, raw: bytes) -> "OwnMachine":
        """From a quote. Raises `QuoteInvalid`, `QuoteRefused` or `QuoteNotCompactable`."""
        return cls(qvl.machine_kind(raw), pck_authority(parse(raw)))

    @property
    def tcb_key(self) -> int:
        """The key of its TCB info in the store: TEE type << 48 | FMSPC."""
        tee_type = TEE_TYPES[self.kind.tee.upper()]
        return tee_type << 48 | int.from_bytes(self.kind.fmspc, "big")


def expiry_on_chain(store: CollateralStore, machine: OwnMachine, fault: str) -> CollateralExpiry:
    """When the first of the machine's records on chain ends; `fault` as in
    `CollateralExpiry`."""
    records, epoch = store.records(machine.authority, machine.tcb_key), store.signing_epoch()
    ends = {
        "PCK CA or one of its revocation lists": records.authority.until,
        "TCB info": _end(records.tcb_info, epoch),
        "QE identity": _end(records.qe_identity, epoch),
    }
    first = min(ends, key=lambda part: ends[part])
    return CollateralExpiry(ends[first], first, fault)


def _end(record: CollateralRecord, epoch: int) -> int:
    """What was signed in another epoch was signed by a certificate that is revoked."""
    return record.until if record.epoch == epoch else 0
