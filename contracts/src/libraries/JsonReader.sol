// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors} from "../interfaces/ICollateralErrors.sol";
import {DateTimeLib} from "solady/utils/DateTimeLib.sol";

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
    uint256 private constant EACH_BYTE =
        0x0101010101010101010101010101010101010101010101010101010101010101;
    uint256 private constant DATE_LENGTH = 20;
    /// @dev YYYY-MM-DDTHH:MM:SSZ with zeros for the digits, one byte per sign, the last the lowest.
    uint256 private constant DATE_SIGNS = 0x00000000002d00002d00005400003a00003a00005a;
    /// @dev Where in it the signs are that are no digits.
    uint256 private constant DATE_SIGNS_MASK = 0x0000000000ff0000ff0000ff0000ff0000ff0000ff;

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
        if ((_word(json.next) ^ uint256(text)) >> (256 - 8 * length) != 0) return false;
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
        key = bytes32(_word(text));
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
        uint256 stops = _stops(_word(end));
        while (stops == 0) {
            unchecked {
                end += 32; // at most the text's end, for the zeros behind it stop
            }
            stops = _stops(_word(end));
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
            uint256 digit = _byte(next) - 0x30;
            while (digit < 10) {
                number = number * 10 + digit;
                if (number > limit) revert ICollateralErrors.JsonNumberTooLarge(place, limit);
                digit = _byte(++next) - 0x30;
            }
            bool hasLeadingZero = next > first + 1 && _byte(first) == 0x30;
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
        uint256 place = offset(json);
        (uint256 text, uint256 length) = readString(json);
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
        (uint256 text, uint256 length) = readString(json);
        if (length != prefixLength + 2 * size) return (0, false);
        good = _word(text) >> (256 - 8 * prefixLength) == prefix;
        (number, good) = _fromHex(text + prefixLength, 2 * size, good);
    }

    /// @notice A date as YYYY-MM-DDThh:mm:ssZ, in Unix seconds.
    function readDate(Json memory json) internal pure returns (uint256) {
        uint256 place = offset(json);
        (uint256 text, uint256 length) = readString(json);
        uint256 date = _word(text) >> 96;
        if (length != DATE_LENGTH || date & DATE_SIGNS_MASK != DATE_SIGNS) {
            revert ICollateralErrors.JsonDateRefused(place);
        }
        // Digits only, between the signs: no byte below "0", none above "9".
        uint256 digits = (date & ~DATE_SIGNS_MASK) | (DATE_SIGNS_MASK & (EACH_BYTE * 0x30));
        uint256 tooLow = (digits | (EACH_BYTE << 7)) - ((EACH_BYTE >> 96) * 0x30);
        uint256 tooHigh = digits + (EACH_BYTE >> 96) * 0x46;
        uint256 tops = (EACH_BYTE >> 96) << 7;
        if (tooLow & tops != tops || tooHigh & tops != 0) {
            revert ICollateralErrors.JsonDateRefused(place);
        }
        return _toTimestamp(date, place);
    }

    function _toTimestamp(uint256 date, uint256 place) private pure returns (uint256) {
        uint256 year = _twoDigits(date, 19) * 100 + _twoDigits(date, 17);
        uint256 month = _twoDigits(date, 14);
        uint256 day = _twoDigits(date, 11);
        uint256 hour = _twoDigits(date, 8);
        uint256 minute = _twoDigits(date, 5);
        uint256 second = _twoDigits(date, 2);
        if (!DateTimeLib.isSupportedDateTime(year, month, day, hour, minute, second)) {
            revert ICollateralErrors.JsonDateRefused(place);
        }
        return DateTimeLib.dateTimeToTimestamp(year, month, day, hour, minute, second);
    }

    /// @dev The two digits of which the first is byte `place` of the date, counted from its end.
    function _twoDigits(uint256 date, uint256 place) private pure returns (uint256) {
        unchecked {
            uint256 tens = (date >> (8 * place)) & 0x0f;
            return tens * 10 + ((date >> (8 * (place - 1))) & 0x0f);
        }
    }

    function _fromHex(uint256 text, uint256 digits, bool good)
        private
        pure
        returns (uint256 number, bool)
    {
        unchecked {
            for (uint256 end = text + digits; text < end; ++text) {
                uint256 sign = _byte(text);
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
        return _byte(json.next);
    }

    function _advance(Json memory json, uint256 count) private pure {
        unchecked {
            json.next += count;
        }
    }

    function _byte(uint256 place) private pure returns (uint256 result) {
        // Reads memory of the text or of the zeros behind it.
        assembly ("memory-safe") {
            result := byte(0, mload(place))
        }
    }

    function _word(uint256 place) private pure returns (uint256 result) {
        // Reads memory of the text or of the zeros behind it.
        assembly ("memory-safe") {
            result := mload(place)
        }
    }

    function _malformed(Json memory json) private pure {
        revert ICollateralErrors.JsonMalformed(offset(json));
    }
}
