// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What upstream's quote binds. Its report data is 12 zero bytes, the signer's address, and
/// keccak256(abi.encode(ReportData)).
/// @param referenceBlockNumber a block before the current one
/// @param referenceBlockHash that block's hash
/// @param proverAddress the signer
struct UpstreamReportData {
    uint256 referenceBlockNumber;
    bytes32 referenceBlockHash;
    address proverAddress;
}

/// @notice The record of a signer; all zero when there is none. Times are Unix seconds.
/// @param attestedAt when it was registered
/// @param validUntil the first second at which it is no longer valid
/// @param measurement what made the signer; zero if an epoch has ended since
/// @param admission by which platform and measurement; see ITEERegistry.admissionId
/// @param revoked whether the signer itself has been revoked
struct Registration {
    uint64 attestedAt;
    uint64 validUntil;
    bytes32 measurement;
    bytes12 admission;
    bool revoked;
}

/// @notice Whether a signer is valid, and if not, the first reason why.
enum SignerStatus {
    Unregistered,
    Valid,
    Expired,
    Revoked,
    MeasurementRemoved,
    EpochEnded,
    AdmissionEnded
}

/// @notice A kept attestation key, by which signers can be renewed.
/// @param template the contract whose code is 0x00 and the template; zero when nothing is kept
/// @param validUntil the first second at which it serves no more; Unix seconds
/// @param generation how often it has been ended
/// @param epoch the registry's epoch when it was made
/// @param measurement what runs there; zero if an epoch has ended since
/// @param isLive whether a renewal would be taken now, as far as the admission goes
struct Admission {
    address template;
    uint64 validUntil;
    uint32 generation;
    uint32 epoch;
    bytes32 measurement;
    bool isLive;
}

/// @notice Which SGX enclave is allowed. Security versions from `minimumSvn` on are.
/// @param mrEnclave the enclave's code
/// @param mrSigner who signed it
/// @param isvProdId which of the author's products
/// @param minimumSvn the lowest security version
/// @param attributes what the report's attributes must be where the mask has ones
/// @param attributesMask as in the report: flags (8 bytes, little-endian), then XFRM (8)
struct Enclave {
    bytes32 mrEnclave;
    bytes32 mrSigner;
    uint16 isvProdId;
    uint16 minimumSvn;
    bytes16 attributes;
    bytes16 attributesMask;
}

/// @notice What is allowed of a measurement.
/// @param isAllowed whether its quotes are taken
/// @param isEnclave whether it is an SGX enclave's
/// @param allowedStatuses bit n: TCB status n is good enough
/// @param minimumSvn of an enclave
/// @param attributes of an enclave
/// @param attributesMask of an enclave
struct MeasurementPolicy {
    bool isAllowed;
    bool isEnclave;
    uint16 allowedStatuses;
    uint16 minimumSvn;
    bytes16 attributes;
    bytes16 attributesMask;
}

/// @notice How a verifier is spoken to: ours, or Automata's in one of its two output layouts.
enum VerifierKind {
    Own,
    AutomataV10,
    AutomataV11
}
