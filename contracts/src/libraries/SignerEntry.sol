// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What is kept of a signer, in one word. From the lowest bit on:
///
///     mark         1   in a bucket: some signer of this bucket is in the overflow, look there too;
///                      in the overflow: this signer is revoked
///     generation   8   the admission's, when the signer was registered
///     admission   32   its number
///     window      12   see isFree
///     lasts       17   seconds from registration to validUntil
///     validUntil  36   Unix seconds; zero for no entry
///     rest       150   the address without its low bits, which are the bucket
///
/// @dev A word and not a struct, for what a use costs.
type SignerEntry is uint256;

using SignerEntries for SignerEntry global;

/// @notice Makes and reads a SignerEntry.
library SignerEntries {
    uint256 internal constant BUCKETS = 1024;
    uint256 private constant BUCKET_BITS = 10;

    uint256 private constant MARK = 1;
    uint256 private constant GENERATION = 1;
    uint256 private constant ADMISSION = 9;
    uint256 private constant WINDOW = 41;
    uint256 private constant LASTS = 53;
    uint256 private constant VALID_UNTIL = 70;
    uint256 private constant REST = 106;

    uint256 private constant WINDOW_MASK = (1 << 12) - 1;
    uint256 private constant LASTS_MASK = (1 << 17) - 1;
    uint256 private constant VALID_UNTIL_MASK = (1 << 36) - 1;

    /// @dev A quote that was taken names an older block, and none is taken at 256 blocks of age.
    uint256 private constant REPLAY_BLOCKS = 255;
    /// @dev Windows are counted in units of 128 blocks.
    uint256 private constant UNIT_BITS = 7;
    /// @dev How many units a window that was just written can lie ahead.
    uint256 private constant LONGEST_WINDOW = 3;

    /// @param validUntil_ at most a day from now
    /// @param number of its admission
    /// @param ofGeneration of its admission
    function make(address signer, uint256 validUntil_, uint32 number, uint8 ofGeneration)
        internal
        view
        returns (SignerEntry)
    {
        unchecked {
            uint256 lasts = validUntil_ - block.timestamp;
            uint256 window = ((block.number + REPLAY_BLOCKS) >> UNIT_BITS) + 1;
            return SignerEntry.wrap(
                uint256(ofGeneration) << GENERATION | uint256(number) << ADMISSION
                    | (window & WINDOW_MASK) << WINDOW | lasts << LASTS | validUntil_ << VALID_UNTIL
                    | (uint256(uint160(signer)) >> BUCKET_BITS) << REST
            );
        }
    }

    /// @notice Which bucket a signer belongs into.
    function bucketOf(address signer) internal pure returns (uint256) {
        return uint256(uint160(signer)) % BUCKETS;
    }

    /* --- fields ---------------------------------------------------------------------------- */

    // Each cast takes the field's own bits.
    // forge-lint: disable-start(unsafe-typecast)

    function generation(SignerEntry entry) internal pure returns (uint8) {
        return uint8(SignerEntry.unwrap(entry) >> GENERATION);
    }

    function admission(SignerEntry entry) internal pure returns (uint32) {
        return uint32(SignerEntry.unwrap(entry) >> ADMISSION);
    }

    /// @notice The first second at which it is no longer valid; zero when there is no entry.
    function validUntil(SignerEntry entry) internal pure returns (uint64) {
        return uint64((SignerEntry.unwrap(entry) >> VALID_UNTIL) & VALID_UNTIL_MASK);
    }

    /// @notice When it was registered.
    function attestedAt(SignerEntry entry) internal pure returns (uint64) {
        return validUntil(entry) - uint64((SignerEntry.unwrap(entry) >> LASTS) & LASTS_MASK);
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @notice Whether a bucket's entry is this signer's.
    function isOf(SignerEntry entry, address signer) internal pure returns (bool) {
        return SignerEntry.unwrap(entry) >> REST == uint256(uint160(signer)) >> BUCKET_BITS
            && validUntil(entry) != 0;
    }

    function isMarked(SignerEntry entry) internal pure returns (bool) {
        return SignerEntry.unwrap(entry) & MARK != 0;
    }

    /// @notice Whether another signer may take the bucket: when nobody has, or when its entry has
    /// expired and every quote by which that signer could be registered again names too old a block.
    /// @dev The window is the unit of blocks from which on that is so, modulo 2^12: a bucket that was
    /// left alone looks taken for 384 blocks of every 524,288, which only makes somebody avoid it.
    function isFree(SignerEntry entry) internal view returns (bool) {
        unchecked {
            uint256 end = validUntil(entry);
            if (end == 0) return true;
            if (block.timestamp < end) return false;
            uint256 window = SignerEntry.unwrap(entry) >> WINDOW;
            uint256 ahead = (window - (block.number >> UNIT_BITS)) & WINDOW_MASK;
            return ahead == 0 || ahead > LONGEST_WINDOW;
        }
    }

    /* --- changes --------------------------------------------------------------------------- */

    function marked(SignerEntry entry) internal pure returns (SignerEntry) {
        return SignerEntry.wrap(SignerEntry.unwrap(entry) | MARK);
    }

    /// @notice The entry, with the mark of the one that it replaces.
    function inPlaceOf(SignerEntry entry, SignerEntry previous)
        internal
        pure
        returns (SignerEntry)
    {
        return SignerEntry.wrap(SignerEntry.unwrap(entry) | SignerEntry.unwrap(previous) & MARK);
    }
}
