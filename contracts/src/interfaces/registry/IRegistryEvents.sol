// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {TcbStatus} from "../IDcapVerifier.sol";
import {Enclave, VerifierKind} from "./RegistryTypes.sol";

/// @title What the registry tells of every change
interface IRegistryEvents {
    /// @notice A signer became valid by a quote. `signedHash` is keccak256 of what the attestation
    /// key signed, header and body, which is the same for every encoding of the quote.
    event SignerRegistered(
        address indexed signer,
        bytes32 indexed platform,
        bytes32 indexed measurement,
        uint32 admission,
        bytes6 fmspc,
        TcbStatus status,
        uint256 referenceBlockNumber,
        bytes32 referenceBlockHash,
        bytes32 signedHash,
        uint256 validUntil
    );

    /// @notice A signer became valid by an enrolled attestation key. `status` is what was found of
    /// the platform last.
    event SignerRenewed(
        address indexed signer,
        bytes32 indexed platform,
        uint32 indexed admission,
        bytes6 fmspc,
        TcbStatus status,
        uint256 referenceBlockNumber,
        uint256 validUntil
    );

    /// @notice An attestation key is enrolled for renewals. The number is this admission's until
    /// an event names another platform or template for it.
    event AdmissionKept(
        uint32 indexed admission,
        bytes32 indexed platform,
        bytes32 indexed measurement,
        TcbStatus status,
        bytes6 fmspc,
        address template,
        uint256 validUntil
    );

    /// @notice A quote on the same evidence showed that the platform is still good enough: by a
    /// recheck, or by a registration that enrols no key on an admission with an enrolled one.
    event AdmissionExtended(
        uint32 indexed admission, bytes32 indexed platform, TcbStatus status, uint256 validUntil
    );

    /// @notice A quote showed that the evidence is no longer good enough: by its status, or by the
    /// verifier's error; then `status` is Revoked for what Intel took back, else Unrecognized. All
    /// signers of the admission are invalid from now on.
    event AdmissionEvicted(
        uint32 indexed admission, bytes32 indexed platform, TcbStatus status, bytes4 verifierError
    );

    /// @notice All signers of the admission are invalid from now on.
    event AdmissionRevoked(
        uint32 indexed admission, bytes32 indexed platform, address indexed by, string reason
    );

    /// @notice All signers of the platform are invalid from now on, and it gets no others.
    event PlatformRevoked(bytes32 indexed platform, address indexed by, string reason);

    /// @notice Quotes of the platform are taken again; no signer is revived.
    event PlatformRestored(bytes32 indexed platform, string reason);

    /// @notice A signer is not valid any more, or never will be.
    event SignerRevoked(address indexed signer, address indexed by, string reason);

    /// @notice Quotes of the measurement are taken from now on. `enclave` is zero for a trust domain.
    event MeasurementAllowed(
        bytes32 indexed measurement, bool isEnclave, uint16 allowedStatuses, Enclave enclave
    );

    /// @notice No signer of the measurement is valid from now on.
    event MeasurementRemoved(bytes32 indexed measurement, address indexed by, string reason);

    /// @notice All signers and admissions of earlier epochs are invalid from now on.
    event EpochRaised(uint256 epoch, address indexed by, string reason);

    /// @notice Nobody can register from now on; who is registered stays valid.
    event Paused(address indexed by, string reason);

    /// @notice Signers can register again.
    event Unpaused(string reason);

    /// @notice Quotes are verified by another contract from now on.
    event VerifierChanged(address indexed previous, address indexed current, VerifierKind kind);

    /// @notice Somebody else may take away beside the owner; zero for nobody.
    event GuardianChanged(address indexed previous, address indexed current);

    /// @notice Later registrations are valid for another time.
    event AttestValiditySecondsChanged(uint256 previous, uint256 current);

    /// @notice Later registrations must name a block of another age.
    event MaxBlockNumberDiffChanged(uint256 previous, uint256 current);
}
