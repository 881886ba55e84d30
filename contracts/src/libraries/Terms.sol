// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice All of a registry's settings that every registration and every use reads, in one word.
/// From the lowest bit on: attestValiditySeconds 24, maxBlockNumberDiff 16, era 24, epoch 24, paused
/// 8, allowed 160.
///
/// An era begins whenever a platform is revoked or the epoch is raised; the epoch is the era in which
/// it was raised last. An admission carries the era in which it was vouched for: in the present one,
/// nothing can have ended it that does not stand in its own word; before the epoch, all has.
/// @dev A word and not a struct: a struct in memory costs each renewal several hundred gas.
type Terms is uint256;

using TermsWord for Terms global;

/// @notice Reads and changes a Terms. Every change takes a value of the field's own width.
library TermsWord {
    uint256 private constant BLOCKS = 24;
    uint256 private constant ERA = 40;
    uint256 private constant EPOCH = 64;
    uint256 private constant PAUSED = 88;
    uint256 private constant ALLOWED = 96;

    function make(uint24 validitySeconds, uint16 blocks) internal pure returns (Terms) {
        return Terms.wrap(uint256(validitySeconds) | uint256(blocks) << BLOCKS);
    }

    /* --- fields ---------------------------------------------------------------------------- */

    // Each cast takes the field's own bits.
    // forge-lint: disable-start(unsafe-typecast)

    function attestValiditySeconds(Terms terms) internal pure returns (uint24) {
        return uint24(Terms.unwrap(terms));
    }

    function maxBlockNumberDiff(Terms terms) internal pure returns (uint16) {
        return uint16(Terms.unwrap(terms) >> BLOCKS);
    }

    function era(Terms terms) internal pure returns (uint24) {
        return uint24(Terms.unwrap(terms) >> ERA);
    }

    /// @notice What was vouched for in an earlier era holds no more.
    function epoch(Terms terms) internal pure returns (uint24) {
        return uint24(Terms.unwrap(terms) >> EPOCH);
    }

    function isPaused(Terms terms) internal pure returns (bool) {
        return uint8(Terms.unwrap(terms) >> PAUSED) != 0;
    }

    /// @notice Bit n: the measurement of policy index n is allowed.
    function allowed(Terms terms) internal pure returns (uint160) {
        return uint160(Terms.unwrap(terms) >> ALLOWED);
    }

    // forge-lint: disable-end(unsafe-typecast)

    function isAllowed(Terms terms, uint8 policyIndex) internal pure returns (bool) {
        return (allowed(terms) >> policyIndex) & 1 == 1;
    }

    /* --- changes --------------------------------------------------------------------------- */

    function withAttestValiditySeconds(Terms terms, uint24 value) internal pure returns (Terms) {
        return _with(terms, 0, type(uint24).max, value);
    }

    function withMaxBlockNumberDiff(Terms terms, uint16 value) internal pure returns (Terms) {
        return _with(terms, BLOCKS, type(uint16).max, value);
    }

    function withEra(Terms terms, uint24 value) internal pure returns (Terms) {
        return _with(terms, ERA, type(uint24).max, value);
    }

    function withEpoch(Terms terms, uint24 value) internal pure returns (Terms) {
        return _with(terms, EPOCH, type(uint24).max, value);
    }

    function withPaused(Terms terms, bool value) internal pure returns (Terms) {
        return _with(terms, PAUSED, type(uint8).max, value ? 1 : 0);
    }

    function withAllowed(Terms terms, uint160 value) internal pure returns (Terms) {
        return _with(terms, ALLOWED, type(uint160).max, value);
    }

    function _with(Terms terms, uint256 place, uint256 mask, uint256 value)
        private
        pure
        returns (Terms)
    {
        return Terms.wrap((Terms.unwrap(terms) & ~(mask << place)) | value << place);
    }
}
