// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {Registration, SignerStatus} from "../interfaces/registry/RegistryTypes.sol";
import {AdmissionEntry} from "../libraries/AdmissionEntry.sol";
import {RecentBlock} from "../libraries/RecentBlock.sol";
import {SignerEntries, SignerEntry} from "../libraries/SignerEntry.sol";
import {Terms} from "../libraries/Terms.sol";
import {AdmissionTable} from "./AdmissionTable.sol";

/// @notice The entries of signers: whether one is valid, and what ends it.
/// @dev A table of buckets with one entry each, found by the low bits of the signer's address, so that
/// a signer takes the slot of one that has ended. Where the bucket is still taken, the entry goes to
/// the overflow, which has a slot for each address. A use reads three slots: bucket, admission, terms.
abstract contract Signers is AdmissionTable {
    mapping(uint256 bucket => SignerEntry) private _buckets;
    mapping(address signer => SignerEntry) private _overflow;

    /* --- views ----------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function verifyAttestedProver(address signer) external view returns (bool) {
        return signerStatus(signer) == SignerStatus.Valid;
    }

    /// @inheritdoc ITEERegistry
    function attestedProvers(address signer) external view returns (uint256 attestedTime) {
        (SignerEntry entry,) = _find(signer);
        return entry.attestedAt();
    }

    /// @inheritdoc ITEERegistry
    function attestationOf(address signer)
        external
        view
        returns (bool isValid, bytes32 platform, bytes32 measurement)
    {
        (SignerEntry entry, bool isRevoked) = _find(signer);
        if (_statusOf(entry, isRevoked) != SignerStatus.Valid) return (false, 0, 0);
        AdmissionEntry admission_ = _admissionOf(entry.admission());
        platform = admission_.isIdentified() ? _platformOf(entry.admission()) : bytes32(0);
        return (true, platform, _measurementOf(admission_));
    }

    /// @inheritdoc ITEERegistry
    function registration(address signer) external view returns (Registration memory record) {
        (SignerEntry entry, bool isRevoked) = _find(signer);
        record.revoked = isRevoked;
        if (entry.validUntil() == 0) return record;
        record.attestedAt = entry.attestedAt();
        record.validUntil = entry.validUntil();
        record.admission = entry.admission();
        AdmissionEntry admission_ = _admissionOf(record.admission);
        // Else the number is another's by now.
        if (admission_.generation() == entry.generation()) {
            record.measurement = _measurementOf(admission_);
            record.platform = _platformOf(record.admission);
        }
    }

    /// @inheritdoc ITEERegistry
    function checkRegistrable(address signer, uint64 referenceBlockNumber)
        external
        view
        returns (bytes32)
    {
        Terms terms = _terms;
        _requireNotPaused(terms);
        _requireNewSigner(signer);
        return _recentBlockHash(terms, referenceBlockNumber);
    }

    /// @inheritdoc ITEERegistry
    function reusableBuckets() external view returns (uint256[4] memory map) {
        for (uint256 bucket = 0; bucket < SignerEntries.BUCKETS; ++bucket) {
            SignerEntry entry = _buckets[bucket];
            bool isReusable = entry.validUntil() != 0 && !entry.isMarked() && entry.isFree();
            // forge-lint: disable-next-line(incorrect-shift)
            if (isReusable) map[bucket / 256] |= 1 << (bucket % 256);
        }
    }

    /* --- what ends one --------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    /// @dev Kept in the overflow, which nobody else's entry replaces, with what was known of it.
    function revokeSigner(address signer, string calldata reason) external onlyOwnerOrGuardian {
        (SignerEntry entry, bool isRevoked) = _find(signer);
        if (isRevoked) revert SignerIsRevoked(signer);
        _overflow[signer] = entry.marked();
        uint256 bucket = SignerEntries.bucketOf(signer);
        _buckets[bucket] = _buckets[bucket].marked();
        emit SignerRevoked(signer, msg.sender, reason);
    }

    /// @inheritdoc ITEERegistry
    function signerStatus(address signer) public view returns (SignerStatus) {
        (SignerEntry entry, bool isRevoked) = _find(signer);
        return _statusOf(entry, isRevoked);
    }

    /* --- registering ----------------------------------------------------------------------- */

    /// @dev Gives back what stands in the signer's bucket.
    function _requireNewSigner(address signer) internal view returns (SignerEntry bucket) {
        if (signer == address(0)) revert SignerZero();
        bucket = _buckets[SignerEntries.bucketOf(signer)];
        if (!bucket.isMarked() && !bucket.isOf(signer)) return bucket;
        (SignerEntry entry, bool isRevoked) = _find(signer);
        if (isRevoked) revert SignerIsRevoked(signer);
        if (entry.validUntil() != 0) revert SignerAlreadyRegistered(signer, entry.attestedAt());
    }

    /// @dev The hash of a block inside of the window, never zero.
    function _recentBlockHash(Terms terms, uint256 number) internal view returns (bytes32 hash) {
        if (number >= block.number) revert ReferenceBlockNotPast(number, block.number);
        if (block.number - number >= terms.maxBlockNumberDiff()) {
            revert ReferenceBlockTooOld(number, block.number, terms.maxBlockNumberDiff());
        }
        hash = RecentBlock.hashOf(number);
        if (hash == 0) revert ReferenceBlockUnknown(number);
    }

    /// @dev Until when a signer that is registered now is valid: no longer than what vouches for it.
    function _validUntil(Terms terms, uint256 vouchedUntil) internal view returns (uint40) {
        uint256 until = block.timestamp + terms.attestValiditySeconds();
        // At most a day from now.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(vouchedUntil < until ? vouchedUntil : until);
    }

    /// @dev Make a signer valid that is known to be new.
    /// @param bucket what stands in its bucket, by _requireNewSigner
    function _enter(
        address signer,
        SignerEntry bucket,
        uint256 validUntil,
        uint32 number,
        AdmissionEntry admission_
    ) internal {
        SignerEntry entry = SignerEntries.make(signer, validUntil, number, admission_.generation());
        uint256 index = SignerEntries.bucketOf(signer);
        if (bucket.isFree()) {
            _buckets[index] = entry.inPlaceOf(bucket);
        } else {
            _overflow[signer] = entry;
            if (!bucket.isMarked()) _buckets[index] = bucket.marked();
        }
    }

    /* --- looking up ------------------------------------------------------------------------ */

    /// @dev An unmarked bucket says all that is known of its signers.
    function _find(address signer) private view returns (SignerEntry entry, bool isRevoked) {
        entry = _buckets[SignerEntries.bucketOf(signer)];
        bool isOf = entry.isOf(signer);
        if (!entry.isMarked()) return (isOf ? entry : SignerEntry.wrap(0), false);
        SignerEntry other = _overflow[signer];
        return (isOf ? entry : other, other.isMarked());
    }

    function _statusOf(SignerEntry entry, bool isRevoked) private view returns (SignerStatus) {
        if (isRevoked) return SignerStatus.Revoked;
        uint256 end = entry.validUntil();
        if (end == 0) return SignerStatus.Unregistered;
        if (block.timestamp >= end) return SignerStatus.Expired;
        Terms terms = _terms;
        uint32 number = entry.admission();
        AdmissionEntry admission_ = _admissionOf(number);
        if (admission_.generation() != entry.generation()) return SignerStatus.AdmissionEnded;
        if (admission_.era() < terms.epoch()) return SignerStatus.EpochEnded;
        if (!terms.isAllowed(admission_.policyIndex())) return SignerStatus.MeasurementRemoved;
        if (admission_.isEnded() || _lostPlatform(number, admission_, terms)) {
            return SignerStatus.AdmissionEnded;
        }
        return SignerStatus.Valid;
    }
}
