// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice base64 (RFC 4648, section 4), 32 characters at a time, one in each byte of a word.
/// @dev Lanes never carry into each other: characters are below 0x80, and what is added to a lane
/// to compare it keeps it below 0x100.
library Base64Word {
    /// @notice 32 times the character that stands for zero.
    uint256 internal constant ZEROS = 0x41 * ONES;

    uint256 private constant ONES = type(uint256).max / 0xff;
    uint256 private constant HIGH = 0x80 * ONES;

    // Added to a lane, these set its highest bit from that character on.
    uint256 private constant FROM_PLUS = (0x80 - 0x2b) * ONES;
    uint256 private constant BEHIND_PLUS = (0x80 - 0x2c) * ONES;
    uint256 private constant FROM_SLASH = (0x80 - 0x2f) * ONES;
    uint256 private constant FROM_0 = (0x80 - 0x30) * ONES;
    uint256 private constant BEHIND_9 = (0x80 - 0x3a) * ONES;
    uint256 private constant FROM_A = (0x80 - 0x41) * ONES;
    uint256 private constant BEHIND_Z = (0x80 - 0x5b) * ONES;
    uint256 private constant FROM_SMALL_A = (0x80 - 0x61) * ONES;
    uint256 private constant BEHIND_SMALL_Z = (0x80 - 0x7b) * ONES;

    /// @notice The 24 bytes that 32 characters stand for; `wrong` is zero exactly when all are of
    /// the alphabet.
    function decode(uint256 characters) internal pure returns (uint256 value, uint256 wrong) {
        unchecked {
            // Class by class: the highest bit of a lane says whether its character is in it, and the
            // class says what lies between character and value.
            uint256 zero = characters + FROM_0;
            uint256 found = (characters + FROM_PLUS) ^ (characters + BEHIND_PLUS);
            uint256 known = found;
            value = characters + 19 * ((found >> 7) & ONES);
            found = (characters + FROM_SLASH) ^ zero;
            known |= found;
            value += 16 * ((found >> 7) & ONES);
            found = zero ^ (characters + BEHIND_9);
            known |= found;
            value += 4 * ((found >> 7) & ONES);
            found = (characters + FROM_A) ^ (characters + BEHIND_Z);
            known |= found;
            value -= 65 * ((found >> 7) & ONES);
            found = (characters + FROM_SMALL_A) ^ (characters + BEHIND_SMALL_Z);
            known |= found;
            value = _pack(value - 71 * ((found >> 7) & ONES));
            wrong = (characters | ~known) & HIGH;
        }
    }

    /// @dev 32 lanes of 6 bits to 192 bits: neighbours join, then pairs, then fours, and so on. In
    /// a wider lane, high * 2^n + low becomes high * 2^m + low by taking high * (2^n - 2^m) away.
    function _pack(uint256 v) private pure returns (uint256) {
        unchecked {
            v -= (2 ** 8 - 2 ** 6) * ((v >> 8) & (type(uint256).max / (2 ** 8 + 1)));
            v -= (2 ** 16 - 2 ** 12) * ((v >> 16) & (type(uint256).max / (2 ** 16 + 1)));
            v -= (2 ** 32 - 2 ** 24) * ((v >> 32) & (type(uint256).max / (2 ** 32 + 1)));
            v -= (2 ** 64 - 2 ** 48) * ((v >> 64) & (type(uint256).max / (2 ** 64 + 1)));
            return v - (2 ** 128 - 2 ** 96) * (v >> 128);
        }
    }
}
