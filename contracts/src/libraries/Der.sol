// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {DateTimeLib} from "solady/utils/DateTimeLib.sol";
import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

/// @notice The DER encoding of ASN.1 (X.690), as far as certificates need it. Elements are named by
/// the offsets of their content: from `start`, before `end`. All offsets count from `der`'s first
/// byte, and whatever is malformed reverts with the offset at which it was noticed.
library Der {
    uint8 internal constant BOOLEAN = 0x01;
    uint8 internal constant INTEGER = 0x02;
    uint8 internal constant BIT_STRING = 0x03;
    uint8 internal constant OCTET_STRING = 0x04;
    uint8 internal constant OBJECT_IDENTIFIER = 0x06;
    uint8 internal constant UTC_TIME = 0x17;
    uint8 internal constant GENERALIZED_TIME = 0x18;
    uint8 internal constant SEQUENCE = 0x30;
    uint8 internal constant SET = 0x31;

    /// @notice The element at `offset`, which must have this tag and end at or before `limit`.
    function enter(bytes memory der, uint256 offset, uint256 limit, uint8 tag)
        internal
        pure
        returns (uint256 start, uint256 end)
    {
        if (tagAt(der, offset, limit) != tag) revert IDcapErrors.CertificateMalformed(offset);
        (start, end) = skip(der, offset, limit);
    }

    /// @notice As `enter`, of the only element before `limit`.
    function enterOnly(bytes memory der, uint256 offset, uint256 limit, uint8 tag)
        internal
        pure
        returns (uint256 start, uint256 end)
    {
        (start, end) = enter(der, offset, limit, tag);
        if (end != limit) revert IDcapErrors.CertificateMalformed(end);
    }

    /// @notice The tag of the element at `offset`.
    function tagAt(bytes memory der, uint256 offset, uint256 limit) internal pure returns (uint8) {
        if (offset >= limit || limit > der.length) revert IDcapErrors.CertificateMalformed(offset);
        return uint8(der[offset]);
    }

    /// @notice The content of the element at `offset`, whatever its tag. Lengths are in the
    /// shortest form (X.690, section 10.1) and below 2^24.
    function skip(bytes memory der, uint256 offset, uint256 limit)
        internal
        pure
        returns (uint256 start, uint256 end)
    {
        bool isGood = limit <= der.length && offset < limit;
        uint256 head = uint256(word(der, offset)) << 8; // without the tag
        uint256 length = head >> 248;
        // The offset is within the bytes, and a length is below 2^24.
        unchecked {
            start = offset + 2;
            if (length >= 0x80) {
                uint256 lengthBytes = length - 0x80;
                length = (head << 8) >> (256 - 8 * lengthBytes);
                // A shorter form would hold a length below 0x80, or with a leading zero byte.
                bool isShortest = length >= 0x80 && length >> (8 * lengthBytes - 8) != 0;
                isGood = isGood && lengthBytes <= 3 && isShortest;
                start += lengthBytes;
            }
            end = start + length;
        }
        if (!isGood || end > limit) revert IDcapErrors.CertificateMalformed(offset);
    }

    /// @notice A non-negative INTEGER of at most 256 bits at `offset`.
    function readUint256(bytes memory der, uint256 offset, uint256 limit)
        internal
        pure
        returns (uint256 number, uint256 end)
    {
        uint256 start;
        (start, end) = enter(der, offset, limit, INTEGER);
        uint256 length = end - start;
        uint256 firstTwo = uint256(word(der, start)) >> 240;
        // Not negative, and a leading zero stands only before a byte that would read as a sign.
        bool hasLeadingZero = length > 1 && firstTwo < 0x100;
        if (length == 0 || firstTwo >= 0x8000 || (hasLeadingZero && firstTwo < 0x80)) {
            revert IDcapErrors.CertificateMalformed(start);
        }
        if (hasLeadingZero) {
            ++start;
            --length;
        }
        if (length > 32) revert IDcapErrors.CertificateMalformed(start);
        number = uint256(word(der, start) >> (256 - 8 * length));
    }

    /// @notice A UTCTime or GeneralizedTime at `offset`, in Unix seconds (RFC 5280, 4.1.2.5).
    function readTime(bytes memory der, uint256 offset, uint256 limit)
        internal
        pure
        returns (uint64 time, uint256 end)
    {
        uint256 position;
        (position, end) = skip(der, offset, limit);
        uint256 year;
        uint8 tag = uint8(der[offset]);
        if (tag == UTC_TIME && end - position == 13) {
            year = _twoDigits(der, position);
            year += year < 50 ? 2000 : 1900;
            position += 2;
        } else if (tag == GENERALIZED_TIME && end - position == 15) {
            year = _twoDigits(der, position) * 100 + _twoDigits(der, position + 2);
            position += 4;
        } else {
            revert IDcapErrors.CertificateMalformed(offset);
        }
        uint256 month = _twoDigits(der, position);
        uint256 day = _twoDigits(der, position + 2);
        uint256 hour = _twoDigits(der, position + 4);
        uint256 minute = _twoDigits(der, position + 6);
        uint256 second = _twoDigits(der, position + 8);
        bool isDate = DateTimeLib.isSupportedDateTime(year, month, day, hour, minute, second);
        if (!isDate || der[end - 1] != "Z") revert IDcapErrors.CertificateMalformed(offset);
        // A date before the year 10000 is far below 2^64 seconds.
        // forge-lint: disable-next-line(unsafe-typecast)
        time = uint64(DateTimeLib.dateTimeToTimestamp(year, month, day, hour, minute, second));
    }

    /// @notice keccak256 of some of the bytes.
    function hash(bytes memory der, uint256 start, uint256 end) internal pure returns (bytes32) {
        return EfficientHashLib.hash(der, start, end);
    }

    /// @notice The 32 bytes at `offset`; those after the end of `der` are read as zero.
    function word(bytes memory der, uint256 offset) internal pure returns (bytes32 result) {
        if (offset >= der.length) return 0;
        uint256 rest = der.length - offset;
        assembly ("memory-safe") {
            result := mload(add(add(der, 32), offset))
        }
        if (rest < 32) result &= ~bytes32(type(uint256).max >> (8 * rest));
    }

    function _twoDigits(bytes memory der, uint256 offset) private pure returns (uint256) {
        uint256 pair = uint256(word(der, offset)) >> 240;
        // What is no digit becomes more than 9, as what is below "0" wraps around.
        unchecked {
            uint256 high = (pair >> 8) - 0x30;
            uint256 low = (pair & 0xff) - 0x30;
            if (high > 9 || low > 9) revert IDcapErrors.CertificateMalformed(offset);
            return high * 10 + low;
        }
    }
}
