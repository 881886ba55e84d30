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
            // The highest bit of each lane says whether it belongs to the class.
            uint256 plus = ((characters + FROM_PLUS) ^ (characters + BEHIND_PLUS)) & HIGH;
            uint256 digits = ((characters + FROM_0) ^ (characters + BEHIND_9)) & HIGH;
            uint256 slash = ((characters + FROM_SLASH) ^ (characters + FROM_0)) & HIGH;
            uint256 upper = ((characters + FROM_A) ^ (characters + BEHIND_Z)) & HIGH;
            uint256 lower = ((characters + FROM_SMALL_A) ^ (characters + BEHIND_SMALL_Z)) & HIGH;
            wrong = (characters & HIGH) | (HIGH ^ (plus | digits | slash | upper | lower));
            // 62, 63, 52.., 0.. and 26.. : every lane stays between 0 and 255 on the way.
            value = characters + 19 * (plus >> 7) + 16 * (slash >> 7) + (digits >> 5) - 65
                * (upper >> 7) - 71 * (lower >> 7);
            value = _pack(value);
        }
    }

    /// @dev 32 lanes of 6 bits to 192 bits: neighbours join, then pairs, then fours, and so on.
    function _pack(uint256 v) private pure returns (uint256) {
        unchecked {
            // high * 256 + low becomes high * 64 + low, and likewise with wider lanes.
            v -= 0xc0 * ((v >> 8) & (type(uint256).max / 0x101));
            v -= 0xf000 * ((v >> 16) & (type(uint256).max / 0x10001));
            uint256 even = type(uint256).max / 0x100000001;
            v = (v & even) | ((v >> 8) & (even << 24));
            even = type(uint256).max / 0x10000000000000001;
            v = (v & even) | ((v >> 16) & (even << 48));
            return (v & type(uint128).max) | ((v >> 128) << 96);
        }
    }
}
