// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {Memory} from "../libraries/Memory.sol";

/// @notice A text that is being read. All three are addresses in memory.
/// @param start its first byte
/// @param end the byte after its last one
/// @param next the byte to be read next
struct Json {
    uint256 start;
    uint256 end;
    uint256 next;
}

/// @notice The JSON that Intel signs: no spaces, no escapes, no fractions. Whatever does not stand
/// exactly where it is expected reverts with its offset.
/// @dev Nothing outside of the text is ever taken for it: the text is followed by 32 zero bytes,
/// and a zero byte ends every string and number and is none of the signs of JSON. So `next` never
/// passes `end`.
library JsonReader {
    uint256 private constant QUOTE = 0x22;
    uint256 private constant COMMA = 0x2c;
    /// @dev Of each of the 32 bytes, all but the highest bit, into which sums may carry.
    uint256 private constant LOW_SEVEN_BITS =
        0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f;
    /// @dev 1 in each of the 32 bytes; times a byte, that byte in each.
    uint256 internal constant EACH_BYTE =
        0x0101010101010101010101010101010101010101010101010101010101010101;

    function open(bytes calldata text) internal pure returns (Json memory json) {
        bytes memory copy = bytes.concat(text, bytes32(0));
        uint256 start;
        assembly ("memory-safe") {
            start := add(copy, 32)
        }
        json.start = start;
        json.end = start + text.length;
        json.next = start;
    }

    /// @notice Nothing may follow.
    function close(Json memory json) internal pure {
        if (json.next != json.end) _malformed(json);
    }

    /// @notice How many bytes were read.
    function offset(Json memory json) internal pure returns (uint256) {
        return json.next - json.start;
    }

    /// @notice The sign that must stand here, such as an opening brace.
    function expect(Json memory json, bytes1 sign) internal pure {
        if (_peek(json) != uint8(sign)) _malformed(json);
        _advance(json, 1);
    }

    /// @notice Read these `length` characters, at most 32, if they are what follows; `text` has them
    /// first and zeros behind.
    function take(Json memory json, bytes32 text, uint256 length) internal pure returns (bool) {
        if ((Memory.word(json.next) ^ uint256(text)) >> (256 - 8 * length) != 0) return false;
        _advance(json, length);
        return true;
    }

    /// @notice Whether another member follows, or the object or array ends with this sign.
    function more(Json memory json, bytes1 ending) internal pure returns (bool) {
        uint256 sign = _peek(json);
        if (sign != COMMA && sign != uint8(ending)) _malformed(json);
        _advance(json, 1);
        return sign == COMMA;
    }

    /// @notice Enter an array; false when it is empty, and then it has been read.
    function enterArray(Json memory json) internal pure returns (bool) {
        expect(json, "[");
        // One byte.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (_peek(json) != uint8(bytes1("]"))) return true;
        _advance(json, 1);
        return false;
    }

    /// @notice A key and its colon. Longer ones than 32 bytes are unknown to all formats.
    function readKey(Json memory json) internal pure returns (bytes32 key) {
        uint256 place = offset(json);
        (uint256 text, uint256 length) = readString(json);
        key = bytes32(Memory.word(text));
        if (length > 32) revert ICollateralErrors.JsonKeyUnknown(place, key);
        if (length < 32) key &= ~bytes32(type(uint256).max >> (8 * length));
        expect(json, 0x3a);
    }

    /// @notice Note that a key was seen; each has its bit.
    function mark(Json memory json, uint256 seen, uint256 bit, bytes32 key)
        internal
        pure
        returns (uint256)
    {
        if (seen & bit != 0) revert ICollateralErrors.JsonKeyRepeated(offset(json), key);
        return seen | bit;
    }

    /// @notice Refuse a key.
    function unknown(Json memory json, bytes32 key) internal pure {
        revert ICollateralErrors.JsonKeyUnknown(offset(json), key);
    }

    /// @notice A string of printable ASCII without escapes: where it starts, and how long it is.
    function readString(Json memory json) internal pure returns (uint256 text, uint256 length) {
        expect(json, 0x22);
        text = json.next;
        uint256 end = text;
        uint256 stops = _stops(Memory.word(end));
        while (stops == 0) {
            unchecked {
                end += 32; // at most the text's end, for the zeros behind it stop
            }
            stops = _stops(Memory.word(end));
        }
        end += _bytesBefore(stops);
        json.next = end;
        length = end - text;
        expect(json, 0x22);
    }

    /// @notice keccak256 of a string.
    function readStringHash(Json memory json) internal pure returns (bytes32 hash) {
        (uint256 text, uint256 length) = readString(json);
        assembly ("memory-safe") {
            hash := keccak256(text, length)
        }
    }

    /// @notice A whole number without sign, at most `limit`, which has ten digits at most.
    function readNumber(Json memory json, uint256 limit) internal pure returns (uint256 number) {
        uint256 first = json.next;
        uint256 place = offset(json);
        unchecked {
            uint256 next = first;
            uint256 digit = Memory.byteAt(next) - 0x30;
            while (digit < 10) {
                number = number * 10 + digit;
                if (number > limit) revert ICollateralErrors.JsonNumberTooLarge(place, limit);
                digit = Memory.byteAt(++next) - 0x30;
            }
            bool hasLeadingZero = next > first + 1 && Memory.byteAt(first) == 0x30;
            if (next == first || hasLeadingZero) _malformed(json);
            json.next = next;
        }
    }

    /// @notice A number that has only one value.
    function expectNumber(Json memory json, uint256 expected) internal pure {
        uint256 place = offset(json);
        uint256 actual = readNumber(json, type(uint32).max);
        if (actual != expected) {
            revert ICollateralErrors.JsonVersionRefused(place, expected, actual);
        }
    }

    /// @dev The top bit of each byte that no string holds: a quote, a backslash, a control sign,
    /// or one outside of ASCII.
    function _stops(uint256 word) private pure returns (uint256) {
        unchecked {
            uint256 quote = word ^ (EACH_BYTE * QUOTE);
            uint256 backslash = word ^ (EACH_BYTE * 0x5c);
            quote = ((quote & LOW_SEVEN_BITS) + LOW_SEVEN_BITS) | quote;
            backslash = ((backslash & LOW_SEVEN_BITS) + LOW_SEVEN_BITS) | backslash;
            uint256 printable = (word << 1) | (word << 2);
            return (~(quote & backslash & printable) | word) & ~LOW_SEVEN_BITS;
        }
    }

    /// @dev How many bytes stand before the first whose top bit is set; one is, and no other bit. CLZ
    /// would say it at once, but chains before Osaka do not have it. So the first is spread to all
    /// bytes behind it, and these are counted: the product's highest byte is the sum of all.
    function _bytesBefore(uint256 stops) private pure returns (uint256) {
        unchecked {
            stops |= stops >> 8;
            stops |= stops >> 16;
            stops |= stops >> 32;
            stops |= stops >> 64;
            stops |= stops >> 128;
            return 32 - (((stops >> 7) * EACH_BYTE) >> 248);
        }
    }

    function _peek(Json memory json) private pure returns (uint256) {
        return Memory.byteAt(json.next);
    }

    function _advance(Json memory json, uint256 count) private pure {
        unchecked {
            json.next += count;
        }
    }

    function _malformed(Json memory json) private pure {
        revert ICollateralErrors.JsonMalformed(offset(json));
    }
}
