// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {TcbStatus} from "../IDcapVerifier.sol";

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

/// @notice The record of a signer; all zero when there is none, or when another signer has taken its
/// bucket since: the events have the whole history. Times are Unix seconds.
/// @param attestedAt when it was registered
/// @param validUntil the first second at which it is no longer valid
/// @param measurement what made the signer; zero if that is no longer known
/// @param platform on which machine, as IDcapVerifier's Verdict has it, or with Automata's verifier
/// keccak256 of the attestation key; zero if that is no longer known
/// @param admission number of its admission
/// @param revoked whether the signer itself has been revoked
struct Registration {
    uint64 attestedAt;
    uint64 validUntil;
    bytes32 measurement;
    bytes32 platform;
    uint32 admission;
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

/// @notice What vouches for signers: one attestation key of one TEE on one platform.
/// @param template names the evidence; where the enrolled key's template is kept (QuoteTemplate.sol)
/// @param validUntil the first second at which it serves no more; Unix seconds
/// @param generation changes whenever it is ended, modulo 256
/// @param status what was found of the platform last
/// @param measurement what runs there; zero if an epoch has ended since
/// @param platform as in Registration
/// @param isEnrolled whether its attestation key serves for renewals
/// @param isLive whether a renewal would be taken now, as far as the admission goes
struct Admission {
    address template;
    uint64 validUntil;
    uint8 generation;
    TcbStatus status;
    bytes32 measurement;
    bytes32 platform;
    bool isEnrolled;
    bool isLive;
}

/// @notice Which SGX enclave is allowed. Security versions from `minimumSvn` on are. One with a
/// CONFIGID, CONFIGSVN, ISVEXTPRODID or ISVFAMILYID never is: all of them must be zero.
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
