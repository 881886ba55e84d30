// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

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
    /// Admit(address signer,uint64 referenceBlockNumber,address template,uint256 deadline,bool keepKey),
    /// where the template names the quote's evidence (QuoteTemplate.sol)
    /// @param keepKey whether to enrol the attestation key for renewals: costs some 200,000 gas the
    /// first time, and a few thousand as long as TEE, platform and certificate stay the same
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

    /// @notice Register a next signer by the enrolled attestation key of an admission: `r` and `s`
    /// are the signature of a quote with the same header and body, but for the report data, which is
    /// a renewal's under this admission. The quote of an admission does not serve, nor this one for an
    /// admission, nor under another one. Refused where the admission ends before seven eighths of
    /// attestValiditySeconds have passed.
    /// @param number of the admission
    function renew(uint32 number, address signer, uint64 referenceBlockNumber, uint256 r, uint256 s)
        external;

    /// @notice Show a compact quote on whose evidence signers were registered. One of any age that
    /// shows that the evidence is no longer good ends the admission, and all its signers. That is every
    /// status that the policy does not allow, and every refusal of the verifier for what Intel says of
    /// platform, certificate, quoting enclave or TDX module. A good one that binds a recent block by our
    /// report data, for an admission or a renewal, extends the admission to a day from now. What only
    /// says that no judgement was possible reverts, and so does a good one that is not recent.
    function recheck(bytes calldata compactQuote) external;

    /// @notice The same with a raw quote. Automata's verifier can only end an admission by a status,
    /// because its refusals do not tell a revocation from expired collateral.
    function recheckRaw(bytes calldata quote) external payable;

    /* --- signers --------------------------------------------------------------------------- */

    /// @notice Whether a signer is valid now: registered, not expired, not revoked; and since its
    /// registration neither the epoch, nor its measurement, nor its platform or admission ended.
    function verifyAttestedProver(address signer) external view returns (bool);

    /// @notice When a signer was registered, Unix seconds; 0 if never, or if it has ended and another
    /// signer has taken its bucket since.
    function attestedProvers(address signer) external view returns (uint256 attestedTime);

    /// @notice The record of a signer.
    function registration(address signer) external view returns (Registration memory);

    /// @notice Which machine and program stand behind a signer.
    /// @return isValid as verifyAttestedProver
    /// @return platform the same for all signers of one machine; zero when the signer is not valid,
    /// or when the verifier (Automata's) does not tell machines apart
    /// @return measurement what made it; zero when the signer is not valid
    function attestationOf(address signer)
        external
        view
        returns (bool isValid, bytes32 platform, bytes32 measurement);

    /// @notice Whether a signer is valid now, and if not, why.
    function signerStatus(address signer) external view returns (SignerStatus);

    /// @notice Revert with the reason if this signer could not be registered now with this block,
    /// whatever the quote.
    /// @return referenceBlockHash what the quote must bind
    function checkRegistrable(address signer, uint64 referenceBlockNumber)
        external
        view
        returns (bytes32 referenceBlockHash);

    /// @notice In which buckets a registration writes no new storage, by the lowest 10 bits of the
    /// signer's address: bit n of the map, word n / 256, bit n % 256, is bucket n. These had an entry
    /// that has ended, and none of their signers stands elsewhere or was revoked.
    /// @dev Reads the whole table, some 2,400,000 gas: for calls off chain.
    function reusableBuckets() external view returns (uint256[4] memory map);

    /// @notice The report data that `admit` asks for, in two halves.
    function reportData(address signer, uint64 number, bytes32 blockHash)
        external
        view
        returns (bytes32 high, bytes32 low);

    /// @notice The report data that `renew` asks for, in two halves.
    /// @param template of the admission
    function renewalReportData(address signer, uint64 number, bytes32 blockHash, address template)
        external
        view
        returns (bytes32 high, bytes32 low);

    /// @notice What the signer signs to show that it holds its key, and on which evidence.
    /// @param template names the evidence (QuoteTemplate.sol)
    function possessionDigest(
        address signer,
        uint64 referenceBlockNumber,
        address template,
        uint256 deadline,
        bool keepKey
    ) external view returns (bytes32);

    /* --- admissions ------------------------------------------------------------------------ */

    /// @notice An admission by its number, which the events and `registration` tell; zero when there
    /// is none.
    function admission(uint32 number) external view returns (Admission memory);

    /* --- settings -------------------------------------------------------------------------- */

    /// @notice For how many seconds a registration is valid, unless what vouches for it ends before.
    function attestValiditySeconds() external view returns (uint256);

    /// @notice A reference block must be less than this many blocks old.
    function maxBlockNumberDiff() external view returns (uint256);

    /// @notice Grows whenever all admissions and registrations are ended.
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
    function revokeAdmission(uint32 number, string calldata reason) external;

    /// @notice End all admissions and registrations of a platform at once, and take none.
    /// @param platform the machine, as `SignerRegistered` and `SignerRenewed` have it in their topic
    /// `platform` and `attestationOf` gives it: keccak256 of the PPID in its PCK certificate, or of the
    /// attestation key behind Automata's verifier
    function revokePlatform(bytes32 platform, string calldata reason) external;

    /// @notice End all admissions and registrations at once. What is allowed stays allowed.
    function raiseEpoch(string calldata reason) external;

    /// @notice Let nobody register. Only the owner can end it.
    function pause(string calldata reason) external;
}
