// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {Json, JsonReader} from "./JsonReader.sol";

/// @notice Bytes that stand as hex in a string.
library JsonHex {
    using JsonReader for Json;

    /// @notice Hex of exactly so many bytes, at most 32, in either case.
    function readHex(Json memory json, uint256 size) internal pure returns (uint256 number) {
        (uint256 high, uint256 low) = readLongHex(json, 0, size);
        return high | low;
    }

    /// @notice Hex of exactly so many bytes, as two numbers of at most 32 bytes each.
    function readLongHex(Json memory json, uint256 highSize, uint256 lowSize)
        internal
        pure
        returns (uint256 high, uint256 low)
    {
        uint256 place = json.offset();
        (uint256 text, uint256 length) = json.readString();
        uint256 size = highSize + lowSize;
        if (length != 2 * size) revert ICollateralErrors.JsonHexRefused(place, size);
        bool good = true;
        (high, good) = _fromHex(text, 2 * highSize, good);
        (low, good) = _fromHex(text + 2 * highSize, 2 * lowSize, good);
        if (!good) revert ICollateralErrors.JsonHexRefused(place, size);
    }

    /// @notice A string of a prefix and hex of so many bytes after it, or `good` is false.
    function readPrefixedHex(Json memory json, uint256 prefix, uint256 prefixLength, uint256 size)
        internal
        pure
        returns (uint256 number, bool good)
    {
        (uint256 text, uint256 length) = json.readString();
        if (length != prefixLength + 2 * size) return (0, false);
        good = Memory.word(text) >> (256 - 8 * prefixLength) == prefix;
        (number, good) = _fromHex(text + prefixLength, 2 * size, good);
    }

    function _fromHex(uint256 text, uint256 digits, bool good)
        private
        pure
        returns (uint256 number, bool)
    {
        unchecked {
            for (uint256 end = text + digits; text < end; ++text) {
                uint256 sign = Memory.byteAt(text);
                uint256 digit = sign - 0x30;
                if (digit > 9) {
                    digit = (sign | 0x20) - 0x57; // "a" is 0x61, and lower case has bit 5
                    if (digit < 10 || digit > 15) good = false;
                }
                number = (number << 4) | digit;
            }
        }
        return (number, good);
    }
}
