// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {AdmissionEntry} from "../libraries/AdmissionEntry.sol";
import {QuoteTemplate} from "../libraries/QuoteTemplate.sol";
import {ReportData} from "../libraries/ReportData.sol";
import {SignerEntry} from "../libraries/SignerEntry.sol";
import {Terms} from "../libraries/Terms.sol";
import {Registrations} from "./Registrations.sol";

/// @notice Renewal by the attestation key of an admission.
abstract contract Renewals is Registrations {
    /// @dev A renewal may lack this part of its time, for what passes until it is mined.
    uint256 private constant SHORTEST_PART = 8;

    /// @inheritdoc ITEERegistry
    function renew(uint32 number, address signer, uint64 referenceBlockNumber, uint256 r, uint256 s)
        external
    {
        Terms terms = _terms;
        _requireNotPaused(terms);
        AdmissionEntry entry = _requireEnrolled(number, terms);
        SignerEntry bucket = _requireNewSigner(signer);
        bytes32 blockHash = _recentBlockHash(terms, referenceBlockNumber);
        address template = entry.template();
        (bytes32 high, bytes32 low) =
            ReportData.ofRenewal(signer, referenceBlockNumber, blockHash, template);
        (bool isGood, bytes32 platform, bytes6 fmspc) =
            QuoteTemplate.check(template, high, low, r, s);
        if (!isGood) revert RenewalSignatureInvalid(number);
        uint40 validUntil = _validUntil(terms, entry.validUntil());
        _requireLasting(terms, validUntil, number);
        _enter(signer, bucket, validUntil, number, entry);
        emit SignerRenewed(
            signer, platform, number, fmspc, entry.status(), referenceBlockNumber, validUntil
        );
    }

    /// @inheritdoc ITEERegistry
    function renewalReportData(address signer, uint64 number, bytes32 blockHash, address template)
        external
        view
        returns (bytes32 high, bytes32 low)
    {
        return ReportData.ofRenewal(signer, number, blockHash, template);
    }

    /// @dev Whoever has seen a renewal can send it at any time while its block is recent enough: not
    /// where the signer would be registered for the last seconds of its admission.
    function _requireLasting(Terms terms, uint256 validUntil, uint32 number) private view {
        uint256 validity = terms.attestValiditySeconds();
        uint256 needed = block.timestamp + validity - validity / SHORTEST_PART;
        if (validUntil < needed) revert AdmissionEndsSoon(number, validUntil, needed);
    }

    function _requireEnrolled(uint32 number, Terms terms)
        private
        view
        returns (AdmissionEntry entry)
    {
        entry = _admissionOf(number);
        if (entry.isEnrolled() && _holds(number, entry, terms)) {
            if (block.timestamp < entry.validUntil()) return entry;
            revert AdmissionExpired(number, entry.validUntil(), block.timestamp);
        }
        if (entry.isEnrolled() || entry.isEnded()) revert AdmissionEnded(number);
        revert AdmissionUnknown(number);
    }
}
