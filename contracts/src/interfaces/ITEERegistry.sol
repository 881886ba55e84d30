// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "./IDcapErrors.sol";
import {IRegistryErrors} from "./registry/IRegistryErrors.sol";
import {IRegistryEvents} from "./registry/IRegistryEvents.sol";
import {
    Admission,
    Enclave,
    MeasurementPolicy,
    Registration,
    SignerStatus,
    UpstreamReportData,
    VerifierKind
} from "./registry/RegistryTypes.sol";

/// @title Which signers are vouched for by a quote of an Intel TEE
/// @notice A signer is a key that was made inside a trust domain (TDX) or an enclave (SGX). It
/// becomes valid by a quote that binds its address and a recent block, of a measurement that the
/// owner allows, on a platform that is up to date, and stays valid for a bounded time. Anybody may
/// send it: the quote binds the signer, not the sender. An admission can keep the quote's
/// attestation key, by which later signers of the same TEE cost one signature check.
/// @dev Every way to register also reverts with the errors of the verifier (IDcapErrors), so that a
/// static call tells beforehand whether and why it would fail.
interface ITEERegistry is IDcapErrors, IRegistryErrors, IRegistryEvents {
    /* --- ways to register ------------------------------------------------------------------ */

    /// @notice Upstream's way: a raw quote with upstream's report data. Keeps no attestation key.
    /// @dev Value is for the fee of Automata's verifier; what is left comes back to the sender.
    /// @param data what the quote binds
    /// @param quote exactly the quote, without padding
    function register(UpstreamReportData calldata data, bytes calldata quote) external payable;

    /// @notice Register a signer by a compact quote with our report data (ReportData.sol).
    /// @param compactQuote see IDcapVerifier.verify
    /// @param deadline the last second at which this may be sent
    /// @param possession the signer's EIP-712 signature (r ‖ s ‖ v) over
    /// Admit(address signer,uint64 referenceBlockNumber,uint256 deadline,bool keepKey)
    /// @param keepKey whether to keep the attestation key for renewals: costs some 190,000 gas the
    /// first time, and 13,000 as long as TEE, platform and certificate stay the same
    function admit(
        bytes calldata compactQuote,
        uint256 deadline,
        bytes calldata possession,
        bool keepKey
    ) external;

    /// @notice The same by a raw quote, which any kind of verifier takes.
    function admitRaw(
        bytes calldata quote,
        uint256 deadline,
        bytes calldata possession,
        bool keepKey
    ) external payable;

    /// @notice Register a next signer by the kept attestation key of an admission: `r` and `s` are
    /// the signature of a quote with the same header and body, but for the report data.
    function renew(bytes12 id, address signer, uint64 referenceBlockNumber, uint256 r, uint256 s)
        external;

    /// @notice Show a compact quote of an admission's TEE again, of any age: a good one extends
    /// the admission to a day from now; one whose status is no longer allowed, or whose
    /// certificate or TCB the verifier calls revoked, ends it. Any other refusal reverts.
    function recheck(bytes12 id, bytes calldata compactQuote) external;

    /// @notice The same with a raw quote, if the admission was made by a raw one. Automata's
    /// verifier can only end an admission by a status, because its refusals do not tell a
    /// revocation from expired collateral.
    function recheckRaw(bytes12 id, bytes calldata quote) external payable;

    /* --- signers --------------------------------------------------------------------------- */

    /// @notice Whether a signer is valid now: registered, not expired, not revoked; and since its
    /// registration neither the epoch, nor its measurement, nor its platform or admission ended.
    function verifyAttestedProver(address signer) external view returns (bool);

    /// @notice When a signer was registered, Unix seconds; 0 if never.
    function attestedProvers(address signer) external view returns (uint256 attestedTime);

    /// @notice The record of a signer.
    function registration(address signer) external view returns (Registration memory);

    /// @notice Whether a signer is valid now, and if not, why.
    function signerStatus(address signer) external view returns (SignerStatus);

    /// @notice Revert with the reason if this signer could not be registered now with this block,
    /// whatever the quote.
    /// @return referenceBlockHash what the quote must bind
    function checkRegistrable(address signer, uint64 referenceBlockNumber)
        external
        view
        returns (bytes32 referenceBlockHash);

    /// @notice The report data that `admit` and `renew` ask for, in two halves.
    function reportData(address signer, uint64 number, bytes32 blockHash)
        external
        view
        returns (bytes32 high, bytes32 low);

    /// @notice What the signer signs to show that it holds its key.
    function possessionDigest(
        address signer,
        uint64 referenceBlockNumber,
        uint256 deadline,
        bool keepKey
    ) external view returns (bytes32);

    /* --- admissions ------------------------------------------------------------------------ */

    /// @notice The id of what an allowed measurement runs on a platform. It stays the same until
    /// the measurement is removed. Reverts unless the measurement is allowed.
    function admissionId(bytes32 platform, bytes32 measurement) external view returns (bytes12);

    /// @notice The kept attestation key of an admission.
    function admission(bytes12 id) external view returns (Admission memory);

    /* --- settings -------------------------------------------------------------------------- */

    /// @notice For how many seconds a registration is valid, unless what vouches for it ends before.
    function attestValiditySeconds() external view returns (uint256);

    /// @notice A reference block must be less than this many blocks old.
    function maxBlockNumberDiff() external view returns (uint256);

    /// @notice How often everything was ended.
    function epoch() external view returns (uint256);

    /// @notice Whether nobody can register now.
    function paused() external view returns (bool);

    /// @notice Who may take away beside the owner.
    function guardian() external view returns (address);

    /// @notice What verifies quotes.
    function verifier() external view returns (address);

    /// @notice How it is spoken to.
    function verifierKind() external view returns (VerifierKind);

    /// @notice Whether quotes of the measurement are taken.
    function isMeasurementAllowed(bytes32 measurement) external view returns (bool);

    /// @notice What is allowed of a measurement.
    function measurementPolicy(bytes32 measurement) external view returns (MeasurementPolicy memory);

    /// @notice The measurement of an SGX enclave.
    function enclaveMeasurement(bytes32 mrEnclave, bytes32 mrSigner, uint16 isvProdId)
        external
        pure
        returns (bytes32);

    /// @notice Whether a platform has been revoked.
    function isPlatformRevoked(bytes32 platform) external view returns (bool);

    /* --- the owner's ----------------------------------------------------------------------- */

    /// @notice Take quotes of a trust domain on platforms that are up to date. Registrations from
    /// before a removal stay invalid. The measurement is keccak256 of the TD report's 400 bytes
    /// tdAttributes, xfam, mrTd, mrConfigId, mrOwner, mrOwnerConfig, rtmr0..3.
    function allowMeasurement(bytes32 measurement) external;

    /// @notice The same with other statuses: bit n allows TCB status n. To change them later,
    /// remove the measurement and allow it again, which ends its registrations.
    function allowTrustDomain(bytes32 measurement, uint16 allowedStatuses) external;

    /// @notice Take quotes of an SGX enclave.
    function allowEnclave(Enclave calldata enclave, uint16 allowedStatuses) external;

    /// @notice Take quotes of a revoked platform again.
    function restorePlatform(bytes32 platform, string calldata reason) external;

    /// @notice Let signers register again.
    function unpause(string calldata reason) external;

    /// @notice Use another verifier, for later quotes only. To end what a faulty one let in, raise
    /// the epoch.
    function setVerifier(address verifier_, VerifierKind kind) external;

    /// @notice Who may take away beside the owner; zero for nobody.
    function setGuardian(address guardian_) external;

    /// @notice 1 second to 1 day. Changes no registration that exists.
    function setAttestValiditySeconds(uint256 value) external;

    /// @notice 2 to 256 blocks: with 1, no block would do, for the newest that can be named is 1
    /// old; 0 and what is above are refused because BLOCKHASH reaches 256 blocks.
    function setMaxBlockNumberDiff(uint256 value) external;

    /* --- the owner's and the guardian's ---------------------------------------------------- */

    /// @notice Take no more quotes of a measurement, and end all of its registrations at once.
    function removeMeasurement(bytes32 measurement, string calldata reason) external;

    /// @notice End a signer's registration at once, or refuse a signer before it is registered.
    function revokeSigner(address signer, string calldata reason) external;

    /// @notice End an admission and all registrations under it at once. A full quote can make it
    /// again: revoke the platform to prevent that.
    function revokeAdmission(bytes12 id, string calldata reason) external;

    /// @notice End all admissions and registrations of a platform at once, and take none.
    function revokePlatform(bytes32 platform, string calldata reason) external;

    /// @notice End all admissions and registrations at once. What is allowed stays allowed.
    function raiseEpoch(string calldata reason) external;

    /// @notice Let nobody register. Only the owner can end it.
    function pause(string calldata reason) external;
}
