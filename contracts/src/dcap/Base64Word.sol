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

    /// @notice The 24 bytes that 32 characters stand for, and whether all are of the alphabet.
    function decode(uint256 characters) internal pure returns (uint256 value, bool isValid) {
        unchecked {
            if (characters & HIGH != 0) return (0, false);
            uint256 plus = _from(characters, 0x2b) - _from(characters, 0x2c);
            uint256 slash = _from(characters, 0x2f);
            uint256 digits = _from(characters, 0x30);
            slash -= digits;
            digits -= _from(characters, 0x3a);
            uint256 upper = _from(characters, 0x41) - _from(characters, 0x5b);
            uint256 lower = _from(characters, 0x61) - _from(characters, 0x7b);
            isValid = plus + slash + digits + upper + lower == ONES;
            // 62, 63, 52.., 0.. and 26.. : every lane stays between 0 and 255 on the way.
            value = characters + 19 * plus + 16 * slash + 4 * digits - 65 * upper - 71 * lower;
            value = _pack(value);
        }
    }

    /// @dev 1 in each lane that holds `least` or more.
    function _from(uint256 characters, uint256 least) private pure returns (uint256) {
        unchecked {
            return ((characters + (0x80 - least) * ONES) >> 7) & ONES;
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
