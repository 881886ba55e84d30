// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier, VerifiedQuote} from "./interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "./interfaces/ITEERegistry.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title Which signers are vouched for by a TDX quote; see ITEERegistry.
contract TEERegistry is ITEERegistry, Ownable2Step {
    uint256 private constant HIGHEST_VALIDITY_SECONDS = 1 days;
    /// @dev A block is less than this many old, and the newest that can be named is 1 old.
    uint256 private constant LOWEST_BLOCK_NUMBER_DIFF = 2;
    /// @dev BLOCKHASH knows the last 256 blocks.
    uint256 private constant HIGHEST_BLOCK_NUMBER_DIFF = 256;

    /* --- storage --------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    IDcapVerifier public verifier;
    uint32 private _attestValiditySeconds = 3600;
    uint32 private _maxBlockNumberDiff = 100;

    /// @dev Odd while the measurement is allowed; each removal and each new allowance adds 1, so
    /// that a registration holds only in the epoch in which it was made.
    mapping(bytes32 measurement => uint64) private _epochs;
    mapping(address signer => Registration) private _registrations;

    constructor(IDcapVerifier verifier_, address owner_) Ownable(owner_) {
        _setVerifier(verifier_);
    }

    /* --- registration ---------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    /// @dev The only call out is to the verifier's view function, a STATICCALL, and it comes before
    /// any write: nothing can be entered again.
    function register(ReportData calldata data, bytes calldata quote) external {
        address signer = data.proverAddress;
        _checkSigner(signer);
        _checkFreshness(data.referenceBlockNumber, data.referenceBlockHash);
        VerifiedQuote memory verified = verifier.verify(quote);
        _checkReportData(data, verified);
        uint64 epoch = _epochs[verified.measurement];
        if (!_isAllowed(epoch)) revert MeasurementNotAllowed(verified.measurement);
        uint64 validUntil = _validUntil(verified.validUntil);
        _registrations[signer] = Registration({
            attestedAt: uint64(block.timestamp),
            validUntil: validUntil,
            measurementEpoch: epoch,
            revoked: false,
            measurement: verified.measurement
        });
        emit SignerRegistered(
            signer,
            verified.measurement,
            data.referenceBlockNumber,
            data.referenceBlockHash,
            keccak256(quote),
            validUntil
        );
    }

    /// @inheritdoc ITEERegistry
    function verifyAttestedProver(address signer) external view returns (bool) {
        return signerStatus(signer) == SignerStatus.Valid;
    }

    /// @inheritdoc ITEERegistry
    function attestedProvers(address signer) external view returns (uint256 attestedTime) {
        return _registrations[signer].attestedAt;
    }

    /// @inheritdoc ITEERegistry
    function registration(address signer) external view returns (Registration memory) {
        return _registrations[signer];
    }

    /// @inheritdoc ITEERegistry
    function signerStatus(address signer) public view returns (SignerStatus) {
        Registration storage record = _registrations[signer];
        if (record.revoked) return SignerStatus.Revoked;
        if (record.attestedAt == 0) return SignerStatus.Unregistered;
        if (block.timestamp >= record.validUntil) return SignerStatus.Expired;
        if (_epochs[record.measurement] != record.measurementEpoch) {
            return SignerStatus.MeasurementRemoved;
        }
        return SignerStatus.Valid;
    }

    /* --- settings -------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function attestValiditySeconds() external view returns (uint256) {
        return _attestValiditySeconds;
    }

    /// @inheritdoc ITEERegistry
    function maxBlockNumberDiff() external view returns (uint256) {
        return _maxBlockNumberDiff;
    }

    /// @inheritdoc ITEERegistry
    function isMeasurementAllowed(bytes32 measurement) external view returns (bool) {
        return _isAllowed(_epochs[measurement]);
    }

    /// @inheritdoc ITEERegistry
    function measurementEpoch(bytes32 measurement) external view returns (uint64) {
        return _epochs[measurement];
    }

    /* --- the owner's ----------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function allowMeasurement(bytes32 measurement) external onlyOwner {
        uint64 epoch = _epochs[measurement];
        if (_isAllowed(epoch)) revert MeasurementAlreadyAllowed(measurement);
        _epochs[measurement] = ++epoch;
        emit MeasurementAllowed(measurement, epoch);
    }

    /// @inheritdoc ITEERegistry
    function removeMeasurement(bytes32 measurement) external onlyOwner {
        uint64 epoch = _epochs[measurement];
        if (!_isAllowed(epoch)) revert MeasurementNotAllowed(measurement);
        _epochs[measurement] = ++epoch;
        emit MeasurementRemoved(measurement, epoch);
    }

    /// @inheritdoc ITEERegistry
    function revokeSigner(address signer) external onlyOwner {
        Registration storage record = _registrations[signer];
        if (record.revoked) revert SignerIsRevoked(signer);
        record.revoked = true;
        emit SignerRevoked(signer);
    }

    /// @inheritdoc ITEERegistry
    function setVerifier(IDcapVerifier verifier_) external onlyOwner {
        _setVerifier(verifier_);
    }

    /// @inheritdoc ITEERegistry
    function setAttestValiditySeconds(uint256 value) external onlyOwner {
        _checkBounds(value, 1, HIGHEST_VALIDITY_SECONDS);
        emit AttestValiditySecondsChanged(_attestValiditySeconds, value);
        // Bounded to a day.
        // forge-lint: disable-next-line(unsafe-typecast)
        _attestValiditySeconds = uint32(value);
    }

    /// @inheritdoc ITEERegistry
    function setMaxBlockNumberDiff(uint256 value) external onlyOwner {
        _checkBounds(value, LOWEST_BLOCK_NUMBER_DIFF, HIGHEST_BLOCK_NUMBER_DIFF);
        emit MaxBlockNumberDiffChanged(_maxBlockNumberDiff, value);
        // Bounded to 256.
        // forge-lint: disable-next-line(unsafe-typecast)
        _maxBlockNumberDiff = uint32(value);
    }

    /// @notice Refused: without an owner nobody could revoke. Hand the ownership over instead.
    function renounceOwnership() public view override onlyOwner {
        revert OwnershipNotRenounceable();
    }

    /* --- checks ---------------------------------------------------------------------------- */

    function _setVerifier(IDcapVerifier verifier_) private {
        if (address(verifier_).code.length == 0) revert VerifierWithoutCode(address(verifier_));
        emit VerifierChanged(address(verifier), address(verifier_));
        verifier = verifier_;
    }

    function _checkSigner(address signer) private view {
        if (signer == address(0)) revert SignerZero();
        Registration storage record = _registrations[signer];
        if (record.revoked) revert SignerIsRevoked(signer);
        if (record.attestedAt != 0) revert SignerAlreadyRegistered(signer, record.attestedAt);
    }

    function _checkFreshness(uint256 number, bytes32 claimed) private view {
        if (number >= block.number) revert ReferenceBlockNotPast(number, block.number);
        uint256 maxDiff = _maxBlockNumberDiff;
        if (block.number - number >= maxDiff) {
            revert ReferenceBlockTooOld(number, block.number, maxDiff);
        }
        bytes32 known = blockhash(number);
        if (known == 0 || known != claimed) {
            revert ReferenceBlockHashMismatch(number, known, claimed);
        }
    }

    function _checkReportData(ReportData calldata data, VerifiedQuote memory verified)
        private
        pure
    {
        bytes32 signer = bytes32(uint256(uint160(data.proverAddress)));
        if (verified.reportDataHigh != signer) {
            revert ReportDataSignerMismatch(signer, verified.reportDataHigh);
        }
        bytes32 digest = keccak256(abi.encode(data));
        if (verified.reportDataLow != digest) {
            revert ReportDataDigestMismatch(digest, verified.reportDataLow);
        }
    }

    function _validUntil(uint64 certified) private view returns (uint64) {
        if (certified <= block.timestamp) revert QuoteExpired(certified, block.timestamp);
        uint64 configured = uint64(block.timestamp + _attestValiditySeconds);
        return configured < certified ? configured : certified;
    }

    function _isAllowed(uint64 epoch) private pure returns (bool) {
        return epoch % 2 == 1;
    }

    function _checkBounds(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) {
            revert SettingOutOfBounds(value, minimum, maximum);
        }
    }
}
