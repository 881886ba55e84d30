// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {Admission, Registration, SignerStatus} from "../interfaces/registry/RegistryTypes.sol";
import {RecentBlock} from "../libraries/RecentBlock.sol";
import {SignerRecord, SignerSlot} from "../libraries/SignerSlot.sol";
import {Terms} from "../libraries/Terms.sol";
import {Measurements} from "./Measurements.sol";

/// @notice The records of signers and of admissions, and what ends them.
/// @dev A use reads three slots: the signer's record, the terms, the admission.
abstract contract Signers is Measurements {
    using SignerSlot for uint256;
    using SignerSlot for SignerRecord;

    /// @dev One slot, of one policy index on one platform. `template` is zero when no attestation key
    /// is kept; the generation counts also then, for signers that were registered without one.
    struct AdmissionRecord {
        address template;
        uint40 validUntil;
        uint24 epoch;
        uint24 generation;
        uint8 policyIndex;
    }

    /// @dev See SignerSlot; zero when there is none.
    mapping(address signer => uint256 word) private _signers;
    mapping(bytes12 id => AdmissionRecord) internal _admissions;
    /// @inheritdoc ITEERegistry
    mapping(bytes32 platform => bool) public isPlatformRevoked;

    /* --- views ----------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function verifyAttestedProver(address signer) external view returns (bool) {
        return signerStatus(signer) == SignerStatus.Valid;
    }

    /// @inheritdoc ITEERegistry
    function attestedProvers(address signer) external view returns (uint256 attestedTime) {
        return _signers[signer].unpack().attestedAt;
    }

    /// @inheritdoc ITEERegistry
    function registration(address signer) external view returns (Registration memory) {
        SignerRecord memory record = _signers[signer].unpack();
        return Registration({
            attestedAt: record.attestedAt,
            validUntil: record.validUntil,
            measurement: record.attestedAt == 0
                ? bytes32(0)
                : _measurementAt(record.policyIndex, record.epoch),
            admission: record.admission,
            revoked: record.revoked
        });
    }

    /// @inheritdoc ITEERegistry
    function signerStatus(address signer) public view returns (SignerStatus) {
        SignerRecord memory record = _signers[signer].unpack();
        if (record.revoked) return SignerStatus.Revoked;
        if (record.attestedAt == 0) return SignerStatus.Unregistered;
        if (block.timestamp >= record.validUntil) return SignerStatus.Expired;
        Terms terms = _terms;
        if (record.epoch != terms.epoch()) return SignerStatus.EpochEnded;
        if (!terms.isAllowed(record.policyIndex)) return SignerStatus.MeasurementRemoved;
        if (_admissions[record.admission].generation != record.generation) {
            return SignerStatus.AdmissionEnded;
        }
        return SignerStatus.Valid;
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
    function admissionId(bytes32 platform, bytes32 measurement) external view returns (bytes12) {
        return _admissionId(platform, _policyOf(measurement).index);
    }

    /// @inheritdoc ITEERegistry
    function admission(bytes12 id) external view returns (Admission memory) {
        AdmissionRecord memory record = _admissions[id];
        Terms terms = _terms;
        bool isKept = record.template != address(0);
        return Admission({
            template: record.template,
            validUntil: record.validUntil,
            generation: record.generation,
            epoch: record.epoch,
            measurement: isKept ? _measurementAt(record.policyIndex, record.epoch) : bytes32(0),
            isLive: isKept && _isCurrent(record, terms) && block.timestamp < record.validUntil
        });
    }

    /* --- what ends them -------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function revokeSigner(address signer, string calldata reason) external onlyOwnerOrGuardian {
        uint256 word = _signers[signer];
        if (word.unpack().revoked) revert SignerIsRevoked(signer);
        _signers[signer] = word.revoke();
        emit SignerRevoked(signer, msg.sender, reason);
    }

    /// @inheritdoc ITEERegistry
    function revokeAdmission(bytes12 id, string calldata reason) external onlyOwnerOrGuardian {
        _endAdmission(id);
        emit AdmissionRevoked(id, msg.sender, reason);
    }

    /// @inheritdoc ITEERegistry
    /// @dev Ends the platform's admission of every allowed measurement; of the others nothing is
    /// valid anyway, and an index is not used again before the epoch ends.
    function revokePlatform(bytes32 platform, string calldata reason) external onlyOwnerOrGuardian {
        if (isPlatformRevoked[platform]) revert PlatformIsRevoked(platform);
        isPlatformRevoked[platform] = true;
        uint256 allowed = _terms.allowed();
        for (uint8 index = 0; allowed != 0; ++index) {
            if (allowed & 1 == 1) _endAdmission(_admissionId(platform, index));
            allowed >>= 1;
        }
        emit PlatformRevoked(platform, msg.sender, reason);
    }

    /// @inheritdoc ITEERegistry
    function restorePlatform(bytes32 platform, string calldata reason) external onlyOwner {
        if (!isPlatformRevoked[platform]) revert PlatformNotRevoked(platform);
        isPlatformRevoked[platform] = false;
        emit PlatformRestored(platform, reason);
    }

    function _endAdmission(bytes12 id) internal {
        AdmissionRecord storage record = _admissions[id];
        record.template = address(0);
        ++record.generation;
    }

    /* --- registering ----------------------------------------------------------------------- */

    function _requireNewSigner(address signer) internal view {
        if (signer == address(0)) revert SignerZero();
        uint256 word = _signers[signer];
        if (word == 0) return;
        SignerRecord memory record = word.unpack();
        if (record.revoked) revert SignerIsRevoked(signer);
        revert SignerAlreadyRegistered(signer, record.attestedAt);
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

    /// @dev Make a signer valid that is known to be new, no longer than what vouches for it.
    function _register(
        address signer,
        bytes12 id,
        uint8 policyIndex,
        uint24 generation,
        Terms terms,
        uint256 vouchedUntil
    ) internal returns (uint256 validUntil) {
        validUntil = block.timestamp + terms.attestValiditySeconds();
        if (vouchedUntil < validUntil) validUntil = vouchedUntil;
        SignerRecord memory record = SignerRecord({
            attestedAt: uint40(block.timestamp),
            // At most a day from now.
            // forge-lint: disable-next-line(unsafe-typecast)
            validUntil: uint40(validUntil),
            epoch: terms.epoch(),
            generation: generation,
            policyIndex: policyIndex,
            revoked: false,
            admission: id
        });
        _signers[signer] = record.pack();
    }

    /// @dev Whether epoch and measurement of an admission still hold.
    function _isCurrent(AdmissionRecord memory record, Terms terms) internal pure returns (bool) {
        return record.epoch == terms.epoch() && terms.isAllowed(record.policyIndex);
    }

    function _admissionId(bytes32 platform, uint8 policyIndex) internal pure returns (bytes12) {
        return bytes12(keccak256(abi.encode(platform, policyIndex)));
    }

    /// @dev An index means something else after its epoch.
    function _measurementAt(uint8 policyIndex, uint24 ofEpoch) private view returns (bytes32) {
        return ofEpoch == _terms.epoch() ? _measurements[policyIndex] : bytes32(0);
    }
}
