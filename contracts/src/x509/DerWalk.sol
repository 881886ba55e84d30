// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "../libraries/Memory.sol";

/// @notice DER elements (X.690) in memory, by address. `origin` is where the certificate or list
/// starts: what is malformed reverts with the offset from there.
/// @dev Lengths are below 2^20, so sums of addresses cannot overflow. That an element ends inside of
/// the one around it is for the caller to see, which compares ends.
library DerWalk {
    uint256 internal constant INTEGER = 0x02;
    uint256 internal constant BIT_STRING = 0x03;
    uint256 internal constant OCTET_STRING = 0x04;
    uint256 internal constant OBJECT_IDENTIFIER = 0x06;
    uint256 internal constant SEQUENCE = 0x30;
    uint256 internal constant SET = 0x31;
    /// @dev More than a transaction can carry (EIP-7825, EIP-7623). Memory at the end of anything
    /// longer would cost all gas before the length is compared with what is there.
    uint256 private constant LONGEST = 0xfffff;

    /// @notice Where the content of the element at `cursor` starts and ends; the length must be in its
    /// shortest form (X.690, section 10.1).
    function content(uint256 cursor, uint256 tag, uint256 origin)
        internal
        pure
        returns (uint256 start, uint256 end)
    {
        unchecked {
            uint256 word = Memory.word(cursor);
            if (word >> 248 != tag) malformed(cursor, origin);
            uint256 length = (word >> 240) & 0xff;
            if (length < 0x80) return (cursor + 2, cursor + 2 + length);
            if (length == 0x81) {
                length = (word >> 232) & 0xff;
                if (length < 0x80) malformed(cursor, origin);
                return (cursor + 3, cursor + 3 + length);
            }
            if (length == 0x82) {
                length = (word >> 224) & 0xffff;
                if (length < 0x100) malformed(cursor, origin);
                return (cursor + 4, cursor + 4 + length);
            }
            // Only long revocation lists are so long.
            if (length != 0x83) malformed(cursor, origin);
            length = (word >> 216) & 0xffffff;
            if (length < 0x10000 || length > LONGEST) malformed(cursor, origin);
            return (cursor + 5, cursor + 5 + length);
        }
    }

    /// @notice As `content`, of an element that must end exactly at `end`.
    function contentTo(uint256 cursor, uint256 tag, uint256 end, uint256 origin)
        internal
        pure
        returns (uint256 start)
    {
        uint256 last;
        (start, last) = content(cursor, tag, origin);
        if (last != end) malformed(cursor, origin);
    }

    /// @notice A positive or zero INTEGER of at most 256 bits, and where it ends.
    function integer(uint256 cursor, uint256 origin)
        internal
        pure
        returns (uint256 value, uint256 end)
    {
        unchecked {
            uint256 start;
            (start, end) = content(cursor, INTEGER, origin);
            uint256 length = end - start;
            value = Memory.word(start);
            // Empty, negative, or with a leading zero that is not there for the sign.
            if (length == 0 || value >> 255 != 0) malformed(cursor, origin);
            if (length > 1 && value >> 247 == 0) malformed(cursor, origin);
            if (length == 33) {
                if (value >> 248 != 0) malformed(cursor, origin);
                return (Memory.word(start + 1), end);
            }
            if (length > 32) malformed(cursor, origin);
            value >>= 256 - 8 * length;
        }
    }

    /// @notice Refuse the certificate or list for what stands at `cursor`.
    function malformed(uint256 cursor, uint256 origin) internal pure {
        revert IDcapErrors.CertificateMalformed(cursor - origin);
    }
}
