"""The CollateralStore contract: reading it, and calldata of uploads."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.core.text import checksummed, to_hex
from attestor.errors import CollateralStoreInvalid, RpcAnswerInvalid, RpcError, UploadRejected


class CollateralKind(IntEnum):
    """The kinds of collateral, numbered as the contract's enum Collateral."""

    PCK_CA = 0
    TCB_SIGNING = 1
    ROOT_CRL = 2
    PCK_CRL = 3
    TCB_INFO = 4
    QE_IDENTITY = 5
    EVALUATION_NUMBERS = 6


@dataclass(frozen=True)
class Held:
    """One item in the contract (its struct Held). `since` and `until` are Unix seconds, `digest` is
    sha256 of what its issuer signed; `usable` is False once it or its issuer is revoked.
    """

    since: int
    until: int
    number: int
    digest: bytes
    usable: bool


@dataclass(frozen=True)
class CollateralRecord:
    """A packed record of the contract: its expiry (Unix seconds) and its signing epoch. Both are 0
    for what was never uploaded."""

    until: int
    epoch: int

    @classmethod
    def unpack(cls, word: int) -> "CollateralRecord":
        """From the word as ICollateralStore describes it."""
        return cls(until=word >> 200 & (1 << 40) - 1, epoch=word >> 240)


@dataclass(frozen=True)
class CollateralRecords:
    """The three records that verifying a quote needs."""

    authority: CollateralRecord
    tcb_info: CollateralRecord
    qe_identity: CollateralRecord


class CollateralStore:
    """A CollateralStore at `address`, read through `node`."""

    def __init__(self, node: Node, address: bytes) -> None:
        self.node = node
        self.address = address
        self._contract = Contract.named("CollateralStore")

    def root_key_id(self) -> int:
        """Key identifier of the pinned root. Raises `CollateralStoreInvalid` when there is no such
        contract at the address."""
        try:
            return int(self._read("rootKeyId"))
        except (RpcError, RpcAnswerInvalid) as error:
            raise CollateralStoreInvalid(
                f"no CollateralStore answers at {checksummed(self.address)}: {error.message}",
                hint="use the address that attestor deploy printed",
            ) from None

    def evaluation_delay_seconds(self) -> int:
        """The age at which a TCB recovery event counts; 0 when no evaluation numbers are used."""
        return int(self._read("evaluationDelaySeconds"))

    def standard_evaluation(self, tee_type: int) -> int:
        """The only TCB evaluation that the store takes now for SGX (0) or TDX (0x81); 0 if none."""
        return int(self._read("standardEvaluation", tee_type))

    def held(self, kind: CollateralKind, key: int) -> Held | None:
        """The item under that kind and key, or None when it was never uploaded."""
        found = self._read("held", kind, key)
        if not any(found["digest"]):
            return None
        return Held(
            since=found["notBefore"],
            until=found["notAfter"],
            number=found["number"],
            digest=found["digest"],
            usable=found["usable"],
        )

    def records(self, authority: int, tcb_key: int) -> CollateralRecords:
        """The records that quotes of one machine type are verified with: `authority` is the key
        identifier of its PCK CA, `tcb_key` TEE type << 48 | FMSPC."""
        return CollateralRecords(
            authority=CollateralRecord.unpack(self._read("caRecord", authority)),
            tcb_info=CollateralRecord.unpack(self._read("tcbRecord", tcb_key)),
            qe_identity=CollateralRecord.unpack(self._read("qeRecord", tcb_key >> 48)),
        )

    def signing_epoch(self) -> int:
        """Records of another epoch were signed by a certificate that is revoked by now."""
        return int(self._read("signingEpoch"))

    def new_revocations(self, der: bytes, first: int, count: int) -> int:
        """How many of `count` entries of a CRL, after the `first` ones, the store does not know
        yet. Raises `UploadRejected` when it does not take the CRL at all."""
        calldata = self.revocations_calldata(der, first, count)
        return int(self._contract.decode("uploadRevocations", self.simulate(calldata)))

    def der_calldata(self, function: str, der: bytes) -> bytes:
        """Calldata of an upload of a certificate or a CRL."""
        return self._contract.encode(function, der)

    def json_calldata(self, function: str, text: bytes, signature: bytes) -> bytes:
        """Calldata of an upload of a signed text; the signature is r ‖ s, 64 bytes."""
        return self._contract.encode(function, text, signature[:32], signature[32:])

    def revocations_calldata(self, der: bytes, first: int, count: int) -> bytes:
        """Calldata that revokes what `count` entries of a CRL name, after the `first` ones."""
        return self._contract.encode("uploadRevocations", der, first, count)

    def simulate(self, calldata: bytes, sender: bytes | None = None) -> bytes:
        """What an upload would return now. Raises `UploadRejected` with the contract's reason."""
        try:
            return self.node.call(self.address, calldata, sender)
        except RpcError as error:
            reason = self._contract.error(error.data) or error.message
            raise UploadRejected(f"the store refuses it: {reason}") from None

    def _read(self, function: str, *arguments: object) -> Any:
        result = self.node.call(self.address, self._contract.encode(function, *arguments))
        if not result:
            raise RpcAnswerInvalid(f"{to_hex(self.address)} has no function {function}")
        return self._contract.decode(function, result)
