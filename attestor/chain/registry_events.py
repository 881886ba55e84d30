"""The registry's events: what registered signers, and what changed its policy."""

from attestor.chain.abi import Contract
from attestor.core.registration import PolicyEvent, RegistrationEvent
from attestor.core.text import from_hex
from attestor.core.transaction import Log
from attestor.errors import RpcAnswerInvalid

POLICY_EVENTS = frozenset(
    {
        "AdmissionEvicted",
        "AdmissionRevoked",
        "AttestValiditySecondsChanged",
        "EpochRaised",
        "GuardianChanged",
        "MaxBlockNumberDiffChanged",
        "MeasurementAllowed",
        "MeasurementRemoved",
        "OwnershipTransferStarted",
        "OwnershipTransferred",
        "Paused",
        "PlatformRestored",
        "PlatformRevoked",
        "SignerRevoked",
        "Unpaused",
        "VerifierChanged",
    }
)
"""All of the registry's events that are not the everyday ones of signers and their admissions."""


def policy_event(contract: Contract, log: Log) -> PolicyEvent | None:
    """The change of policy that a log is, if it is one."""
    event = contract.event(log)
    if event is None or event[0] not in POLICY_EVENTS:
        return None
    if log.index is None:
        raise RpcAnswerInvalid(f"event {event[0]} of the node has no logIndex")
    place = log.block_number, log.transaction_hash
    return PolicyEvent(*event, *place, log.block_hash, log.index)


def registration_event(contract: Contract, log: Log) -> RegistrationEvent | None:
    """The registration that a log is, if it is one."""
    event = contract.event(log)
    if event is None or event[0] not in ("SignerRegistered", "SignerRenewed"):
        return None
    values = event[1]
    return RegistrationEvent(
        signer=from_hex(values["signer"].lower()),
        reference_block=values["referenceBlockNumber"],
        valid_until=values["validUntil"],
        block_number=log.block_number,
        transaction_hash=log.transaction_hash,
        platform=values["platform"],
        admission=values["admission"],
        fmspc=values["fmspc"],
        measurement=values.get("measurement"),
        signed_hash=values.get("signedHash"),
        reference_hash=values.get("referenceBlockHash"),
    )
