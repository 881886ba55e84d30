// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "./IDcapErrors.sol";
import {IDcapVerifier} from "./IDcapVerifier.sol";

/// @title Which signers are vouched for by a TDX quote
/// @notice A signer is a key that was made inside a trust domain. It becomes valid by a quote that
/// binds its address and a recent block, of a measurement that the owner allows, and stays valid
/// for a bounded time. Anybody may send a registration: the quote binds the signer, not the sender.
/// @dev `register` also reverts with the errors of the verifier, which are IDcapErrors.
interface ITEERegistry is IDcapErrors {
    /// @notice What a quote binds. Its report data is 12 zero bytes, the signer's address, and
    /// keccak256(abi.encode(ReportData)).
    /// @param referenceBlockNumber a block before the current one
    /// @param referenceBlockHash that block's hash
    /// @param proverAddress the signer
    struct ReportData {
        uint256 referenceBlockNumber;
        bytes32 referenceBlockHash;
        address proverAddress;
    }

    /// @notice The record of a signer; all zero when there is none. Times are Unix seconds.
    /// @param attestedAt when it was registered
    /// @param validUntil the first second at which it is no longer valid
    /// @param measurementEpoch the measurement's epoch at that time
    /// @param revoked whether the owner has revoked it
    /// @param measurement what made the signer
    struct Registration {
        uint64 attestedAt;
        uint64 validUntil;
        uint64 measurementEpoch;
        bool revoked;
        bytes32 measurement;
    }

    /// @notice Whether a signer is valid, and if not, the first reason why.
    enum SignerStatus {
        Unregistered,
        Valid,
        Expired,
        Revoked,
        MeasurementRemoved
    }

    /* --- events ---------------------------------------------------------------------------- */

    /// @notice A signer became valid. `quoteHash` is keccak256 of the quote.
    event SignerRegistered(
        address indexed signer,
        bytes32 indexed measurement,
        uint256 referenceBlockNumber,
        bytes32 referenceBlockHash,
        bytes32 quoteHash,
        uint256 validUntil
    );

    /// @notice A signer is not valid any more, or never will be.
    event SignerRevoked(address indexed signer);

    /// @notice Quotes of the measurement are taken from now on.
    event MeasurementAllowed(bytes32 indexed measurement, uint64 epoch);

    /// @notice No signer of the measurement is valid from now on.
    event MeasurementRemoved(bytes32 indexed measurement, uint64 epoch);

    /// @notice Quotes are verified by another contract from now on.
    event VerifierChanged(address indexed previous, address indexed current);

    /// @notice Later registrations are valid for another time.
    event AttestValiditySecondsChanged(uint256 previous, uint256 current);

    /// @notice Later registrations must name a block of another age.
    event MaxBlockNumberDiffChanged(uint256 previous, uint256 current);

    /* --- errors ---------------------------------------------------------------------------- */

    /// @notice The zero address cannot be a signer.
    error SignerZero();

    /// @notice A signer is registered once, ever.
    error SignerAlreadyRegistered(address signer, uint64 attestedAt);

    /// @notice The owner has revoked the signer.
    error SignerIsRevoked(address signer);

    /// @notice The reference block is the current one or in the future.
    error ReferenceBlockNotPast(uint256 number, uint256 current);

    /// @notice The reference block is `maxDiff` or more blocks old.
    error ReferenceBlockTooOld(uint256 number, uint256 current, uint256 maxDiff);

    /// @notice The reference block has another hash on this chain (zero: not known to it).
    error ReferenceBlockHashMismatch(uint256 number, bytes32 expected, bytes32 actual);

    /// @notice The quote was made for another signer.
    error ReportDataSignerMismatch(bytes32 expected, bytes32 actual);

    /// @notice The quote was made for another reference block.
    error ReportDataDigestMismatch(bytes32 expected, bytes32 actual);

    /// @notice What was quoted is not allowed.
    error MeasurementNotAllowed(bytes32 measurement);

    /// @notice The measurement is allowed already.
    error MeasurementAlreadyAllowed(bytes32 measurement);

    /// @notice A certificate behind the quote ends now.
    error QuoteExpired(uint64 validUntil, uint256 timestamp);

    /// @notice The verifier's address holds no code.
    error VerifierWithoutCode(address verifier);

    /// @notice A setting is outside of its bounds.
    error SettingOutOfBounds(uint256 value, uint256 minimum, uint256 maximum);

    /// @notice Without an owner nobody could revoke.
    error OwnershipNotRenounceable();

    /* --- registration ---------------------------------------------------------------------- */

    /// @notice Make a signer valid. Reverts with the reason when it cannot be.
    /// @param data what the quote binds
    /// @param quote exactly the quote, without padding
    function register(ReportData calldata data, bytes calldata quote) external;

    /// @notice Whether a signer is valid now: registered, not expired, not revoked, and of a
    /// measurement that has been allowed without a break since its registration.
    function verifyAttestedProver(address signer) external view returns (bool);

    /// @notice When a signer was registered, Unix seconds; 0 if never.
    function attestedProvers(address signer) external view returns (uint256 attestedTime);

    /// @notice The record of a signer.
    function registration(address signer) external view returns (Registration memory);

    /// @notice Whether a signer is valid now, and if not, why.
    function signerStatus(address signer) external view returns (SignerStatus);

    /* --- settings -------------------------------------------------------------------------- */

    /// @notice For how many seconds a registration is valid, unless a certificate ends before.
    function attestValiditySeconds() external view returns (uint256);

    /// @notice A reference block must be less than this many blocks old.
    function maxBlockNumberDiff() external view returns (uint256);

    /// @notice What verifies quotes.
    function verifier() external view returns (IDcapVerifier);

    /// @notice Whether quotes of the measurement are taken.
    function isMeasurementAllowed(bytes32 measurement) external view returns (bool);

    /// @notice How often the measurement was allowed or removed: odd while it is allowed.
    function measurementEpoch(bytes32 measurement) external view returns (uint64);

    /* --- the owner's ----------------------------------------------------------------------- */

    /// @notice Take quotes of a measurement. Registrations from before a removal stay invalid.
    function allowMeasurement(bytes32 measurement) external;

    /// @notice Take no more quotes of a measurement, and end all of its registrations at once.
    function removeMeasurement(bytes32 measurement) external;

    /// @notice End a signer's registration at once, or refuse a signer before it is registered.
    function revokeSigner(address signer) external;

    /// @notice Use another verifier, for later registrations only. To end the registrations that a
    /// faulty verifier let in, remove their measurements; allowing them again revives none.
    function setVerifier(IDcapVerifier verifier_) external;

    /// @notice 1 second to 1 day. Changes no registration that exists.
    function setAttestValiditySeconds(uint256 value) external;

    /// @notice 2 to 256 blocks: below, no block would do; above, the chain knows no hash.
    function setMaxBlockNumberDiff(uint256 value) external;
}
