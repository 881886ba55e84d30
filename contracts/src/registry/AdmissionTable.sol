// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "../interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {Admission} from "../interfaces/registry/RegistryTypes.sol";
import {AdmissionEntries, AdmissionEntry} from "../libraries/AdmissionEntry.sol";
import {Terms} from "../libraries/Terms.sol";
import {Measurements} from "./Measurements.sol";

/// @notice What vouches for signers, and what ends that: admissions and platforms.
/// @dev An admission is of one evidence: one attestation key of one TEE, with the quoting enclave and
/// the PCK certificate behind it. It has a number, under which its signers know it: a hash of platform
/// and measurement, or one of the next few where that place is taken by an admission that still counts.
/// When no signer under an admission can be valid any more, another may take its place.
///
/// Nothing that the host of a machine chooses is in that hash. Of the evidence it chooses some: the QE
/// ID in the header, and the authentication data. So who has a genuine machine could make evidences
/// until eight of them had their places where another machine's evidence has its own.
abstract contract AdmissionTable is Measurements {
    /// @param era in which it was revoked last: what was vouched for before holds no more
    struct PlatformRecord {
        bool isRevoked;
        uint24 era;
    }

    /// @dev What names an admission, and what its signers are measured by.
    struct AdmissionKey {
        address template;
        bytes32 platform;
        bytes32 measurement;
        uint8 policyIndex;
        bool isIdentified;
    }

    uint256 private constant PLACES = 8;

    mapping(uint32 number => AdmissionEntry) private _admissions;
    mapping(uint32 number => bytes32 platform) private _admittedPlatforms;
    mapping(bytes32 platform => PlatformRecord) private _platforms;

    /* --- views ----------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function admission(uint32 number) external view returns (Admission memory) {
        AdmissionEntry entry = _admissions[number];
        bool holds = _holds(number, entry, _terms);
        return Admission({
            template: entry.template(),
            validUntil: entry.validUntil(),
            generation: entry.generation(),
            status: entry.status(),
            measurement: _measurementOf(entry),
            platform: _admittedPlatforms[number],
            isEnrolled: entry.isEnrolled(),
            isLive: holds && entry.isEnrolled() && block.timestamp < entry.validUntil()
        });
    }

    /* --- what ends them -------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function revokeAdmission(uint32 number, string calldata reason) external onlyOwnerOrGuardian {
        AdmissionEntry entry = _admissions[number];
        if (entry.template() == address(0)) revert AdmissionUnknown(number);
        if (entry.isEnded()) revert AdmissionEnded(number);
        _admissions[number] = entry.ended();
        emit AdmissionRevoked(number, _admittedPlatforms[number], msg.sender, reason);
    }

    /// @inheritdoc ITEERegistry
    function revokePlatform(bytes32 platform, string calldata reason) external onlyOwnerOrGuardian {
        if (isPlatformRevoked(platform)) revert PlatformIsRevoked(platform);
        uint24 raised = _terms.era() + 1;
        _terms = _terms.withEra(raised);
        _platforms[platform] = PlatformRecord(true, raised);
        emit PlatformRevoked(platform, msg.sender, reason);
    }

    /// @inheritdoc ITEERegistry
    function restorePlatform(bytes32 platform, string calldata reason) external onlyOwner {
        if (!isPlatformRevoked(platform)) revert PlatformNotRevoked(platform);
        _platforms[platform].isRevoked = false;
        emit PlatformRestored(platform, reason);
    }

    /// @inheritdoc ITEERegistry
    function isPlatformRevoked(bytes32 platform) public view returns (bool) {
        return _platforms[platform].isRevoked;
    }

    /* --- for those who register ------------------------------------------------------------ */

    function _admissionOf(uint32 number) internal view returns (AdmissionEntry) {
        return _admissions[number];
    }

    function _platformOf(uint32 number) internal view returns (bytes32) {
        return _admittedPlatforms[number];
    }

    /// @dev The measurement that an admission is of, while its index means the same.
    function _measurementOf(AdmissionEntry entry) internal view returns (bytes32) {
        if (entry.template() == address(0) || entry.era() < _terms.epoch()) return 0;
        return _measurementAt(entry.policyIndex());
    }

    /// @dev Whether nothing has ended an admission. Reads the platform only if some platform has been
    /// revoked since the admission was vouched for.
    function _holds(uint32 number, AdmissionEntry entry, Terms terms) internal view returns (bool) {
        return !entry.isEnded() && entry.isCurrent(terms) && !_lostPlatform(number, entry, terms);
    }

    function _lostPlatform(uint32 number, AdmissionEntry entry, Terms terms)
        internal
        view
        returns (bool)
    {
        if (entry.era() == terms.era()) return false;
        return _platforms[_admittedPlatforms[number]].era > entry.era();
    }

    /// @dev Vouch for a quote's evidence by its verdict: open its admission, or go on with it.
    /// @param until what the signer is valid until, or the enrolment
    function _vouch(
        AdmissionKey memory key,
        Verdict memory verdict,
        Terms terms,
        uint40 until,
        bool isEnrolled
    ) internal returns (uint32 number, AdmissionEntry entry) {
        bool isFound;
        (number, entry, isFound) = _locate(key.template, key.platform, key.measurement);
        AdmissionEntry previous = entry;
        if (!isFound || entry.policyIndex() != key.policyIndex || !_holds(number, entry, terms)) {
            entry = _opened(number, entry, key, isFound);
        }
        entry = entry.vouched(until, terms.era(), verdict.status);
        if (isEnrolled) entry = entry.enrolled();
        if (AdmissionEntry.unwrap(entry) != AdmissionEntry.unwrap(previous)) {
            _admissions[number] = entry;
        }
    }

    /// @dev The admission of an evidence on which something was registered, and which holds.
    function _requireAdmission(address template, bytes32 platform, bytes32 measurement)
        internal
        view
        returns (uint32 number, AdmissionEntry entry)
    {
        bool isFound;
        (number, entry, isFound) = _locate(template, platform, measurement);
        if (!isFound) revert EvidenceUnknown(template);
        if (!_holds(number, entry, _terms)) revert AdmissionEnded(number);
    }

    function _extend(uint32 number, AdmissionEntry entry, Verdict memory verdict, uint40 until)
        internal
    {
        entry = entry.vouched(until, _terms.era(), verdict.status);
        _admissions[number] = entry;
        emit AdmissionExtended(
            number, _admittedPlatforms[number], verdict.status, entry.validUntil()
        );
    }

    function _end(uint32 number, AdmissionEntry entry) internal {
        _admissions[number] = entry.ended();
    }

    /// @dev A new generation, so that no signer of an earlier one is valid again.
    function _opened(uint32 number, AdmissionEntry previous, AdmissionKey memory key, bool isFound)
        private
        returns (AdmissionEntry)
    {
        if (!isFound) _admittedPlatforms[number] = key.platform;
        uint8 generation = _generationAfter(number, previous);
        return AdmissionEntries.make(
            previous, key.template, key.policyIndex, generation, key.isIdentified
        );
    }

    /// @dev Generations are counted around, and only while no signer of any of them is valid.
    function _generationAfter(uint32 number, AdmissionEntry previous) private view returns (uint8) {
        uint8 generation = previous.generation();
        if (generation != type(uint8).max) return generation + 1;
        if (!previous.isFree()) revert AdmissionEndedTooOften(number, previous.validUntil());
        return 0;
    }

    /// @dev Where the admission of an evidence stands, or may. A place is never emptied, so what stands
    /// behind an empty one is nothing.
    function _locate(address template, bytes32 platform, bytes32 measurement)
        private
        view
        returns (uint32 number, AdmissionEntry entry, bool isFound)
    {
        uint32 free;
        bool hasFree;
        uint256 first = uint256(keccak256(abi.encode(platform, measurement)));
        for (uint256 i = 0; i < PLACES; ++i) {
            unchecked {
                // The lowest 32 bits of a hash, and around from the last number to the first.
                // forge-lint: disable-next-line(unsafe-typecast)
                number = uint32(first + i);
            }
            entry = _admissions[number];
            if (entry.template() == template) return (number, entry, true);
            if (!hasFree && entry.isFree()) (free, hasFree) = (number, true);
            if (entry.template() == address(0)) break;
        }
        if (!hasFree) revert AdmissionPlacesTaken(template);
        return (free, _admissions[free], false);
    }
}
