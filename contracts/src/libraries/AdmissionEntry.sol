// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../interfaces/IDcapVerifier.sol";
import {Terms} from "./Terms.sol";

/// @notice What is kept of an admission, in one word. From the lowest bit on:
///
///     template    160   names the evidence: where its QuoteTemplate is, or would be
///     validUntil   40   Unix seconds; no signer under it is valid longer
///     era          24   the registry's, when it was last vouched for
///     policyIndex   8   of its measurement
///     generation    8   changes when it is ended, so that its signers are
///     status        8   the TcbStatus that was last found
///     flags         8   1 enrolled, 2 ended, 4 the platform is known by its PPID
type AdmissionEntry is uint256;

using AdmissionEntries for AdmissionEntry global;

/// @notice Makes and reads an AdmissionEntry.
library AdmissionEntries {
    uint256 private constant VALID_UNTIL = 160;
    uint256 private constant ERA = 200;
    uint256 private constant POLICY_INDEX = 224;
    uint256 private constant GENERATION = 232;
    uint256 private constant STATUS = 240;
    uint256 private constant FLAGS = 248;
    // forge-lint: disable-start(incorrect-shift)
    uint256 private constant ENROLLED = 1 << FLAGS;
    uint256 private constant ENDED = 2 << FLAGS;
    uint256 private constant IDENTIFIED = 4 << FLAGS;

    // forge-lint: disable-end(incorrect-shift)

    /// @notice An entry in place of `previous`, which may be an earlier one of the same evidence. It
    /// is held at least as long: no signer under any entry of this place is valid longer.
    function make(
        AdmissionEntry previous,
        address template_,
        uint8 policyIndex_,
        uint8 generation_,
        bool isIdentified_
    ) internal pure returns (AdmissionEntry) {
        return AdmissionEntry.wrap(
            uint256(uint160(template_)) | uint256(validUntil(previous)) << VALID_UNTIL
                | uint256(policyIndex_) << POLICY_INDEX | uint256(generation_) << GENERATION
                | (isIdentified_ ? IDENTIFIED : 0)
        );
    }

    /* --- fields ---------------------------------------------------------------------------- */

    // Each cast takes the field's own bits.
    // forge-lint: disable-start(unsafe-typecast)

    function template(AdmissionEntry entry) internal pure returns (address) {
        return address(uint160(AdmissionEntry.unwrap(entry)));
    }

    function validUntil(AdmissionEntry entry) internal pure returns (uint40) {
        return uint40(AdmissionEntry.unwrap(entry) >> VALID_UNTIL);
    }

    function era(AdmissionEntry entry) internal pure returns (uint24) {
        return uint24(AdmissionEntry.unwrap(entry) >> ERA);
    }

    function policyIndex(AdmissionEntry entry) internal pure returns (uint8) {
        return uint8(AdmissionEntry.unwrap(entry) >> POLICY_INDEX);
    }

    function generation(AdmissionEntry entry) internal pure returns (uint8) {
        return uint8(AdmissionEntry.unwrap(entry) >> GENERATION);
    }

    function status(AdmissionEntry entry) internal pure returns (TcbStatus) {
        return TcbStatus(uint8(AdmissionEntry.unwrap(entry) >> STATUS));
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @notice Whether its attestation key serves for renewals.
    function isEnrolled(AdmissionEntry entry) internal pure returns (bool) {
        return AdmissionEntry.unwrap(entry) & ENROLLED != 0;
    }

    function isEnded(AdmissionEntry entry) internal pure returns (bool) {
        return AdmissionEntry.unwrap(entry) & ENDED != 0;
    }

    function isIdentified(AdmissionEntry entry) internal pure returns (bool) {
        return AdmissionEntry.unwrap(entry) & IDENTIFIED != 0;
    }

    /// @notice Whether another admission may take the place: no signer under this one is valid, nor
    /// under any before it.
    function isFree(AdmissionEntry entry) internal view returns (bool) {
        return block.timestamp >= validUntil(entry);
    }

    /// @notice Whether epoch and measurement still hold.
    function isCurrent(AdmissionEntry entry, Terms terms) internal pure returns (bool) {
        return era(entry) >= terms.epoch() && terms.isAllowed(policyIndex(entry));
    }

    /* --- changes --------------------------------------------------------------------------- */

    /// @notice Vouched for once more. Never makes an admission end earlier.
    function vouched(AdmissionEntry entry, uint40 until, uint24 era_, TcbStatus status_)
        internal
        pure
        returns (AdmissionEntry)
    {
        uint256 word = AdmissionEntry.unwrap(entry);
        if (until < validUntil(entry)) until = validUntil(entry);
        word &= ~(uint256(type(uint64).max) << VALID_UNTIL | uint256(type(uint8).max) << STATUS);
        return AdmissionEntry.wrap(
            word | uint256(until) << VALID_UNTIL | uint256(era_) << ERA | uint256(status_) << STATUS
        );
    }

    function enrolled(AdmissionEntry entry) internal pure returns (AdmissionEntry) {
        return AdmissionEntry.wrap(AdmissionEntry.unwrap(entry) | ENROLLED);
    }

    /// @notice Ended, with all signers under it. It still holds its place until they had expired.
    function ended(AdmissionEntry entry) internal pure returns (AdmissionEntry) {
        return AdmissionEntry.wrap(AdmissionEntry.unwrap(entry) & ~ENROLLED | ENDED);
    }
}
