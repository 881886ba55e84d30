// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Base64Word} from "./Base64Word.sol";

/// @notice One certificate as PEM text (RFC 7468): lines of 64 characters, ended by LF.
/// @dev The length comes from the DER itself, whose first characters are "MII" for a SEQUENCE of
/// 256 to 65,535 bytes. The text proves nothing and is not to be hashed: what is signed is the DER.
library PemCertificate {
    bytes28 private constant BEGIN = "-----BEGIN CERTIFICATE-----\n";
    bytes25 private constant END = "-----END CERTIFICATE-----";
    uint256 private constant LINE_FEED = 0x0a;
    uint256 private constant LINE = 64;
    uint256 private constant DER_HEADER = 4;

    /// @notice How long the certificate is whose text starts at `offset`, by its DER header.
    function derLength(bytes calldata text, uint256 offset) internal pure returns (uint256 length) {
        uint256 start = offset + BEGIN.length;
        if (start + 32 > text.length || bytes28(text[offset:start]) != BEGIN) {
            revert IDcapErrors.PemInvalid(offset);
        }
        // Eight characters are six bytes: 30 82, the content's length, and two bytes of content.
        (uint256 value, uint256 wrong) = Base64Word.decode(_word(text, start));
        if (wrong != 0 || value >> 176 != 0x3082) revert IDcapErrors.PemInvalid(start);
        length = ((value >> 160) & 0xffff) + DER_HEADER;
    }

    /// @notice Decode the certificate whose text starts at `offset` to the address `to`, where there
    /// must be room for `length` bytes and 32 more. Nothing behind its END line's dashes is read.
    function decode(bytes calldata text, uint256 offset, uint256 to, uint256 length) internal pure {
        uint256 start = offset + BEGIN.length;
        // Four characters for three bytes, begun ones too.
        // forge-lint: disable-next-line(divide-before-multiply)
        uint256 characters = ((length + 2) / 3) * 4;
        uint256 end = start + characters + (characters + LINE - 1) / LINE;
        if (end + END.length > text.length || bytes25(text[end:end + END.length]) != END) {
            revert IDcapErrors.PemInvalid(end);
        }
        uint256 whole = characters / LINE;
        // The last line is taken on its own when it is short or padded.
        if (characters == whole * LINE && characters * 3 != length * 4) --whole;
        (start, to) = _decodeLines(text, start, whole, to);
        uint256 rest = characters - whole * LINE;
        if (rest != 0) _decodeRest(text, start, rest - _padding(text, start, rest, length), to);
    }

    /// @dev Whole lines of 64 characters, 48 bytes each.
    function _decodeLines(bytes calldata text, uint256 start, uint256 lines, uint256 to)
        private
        pure
        returns (uint256, uint256)
    {
        unchecked {
            uint256 bad;
            uint256 line = start;
            for (uint256 end = start + lines * (LINE + 1); line < end; line += LINE + 1) {
                (uint256 first, uint256 wrong) = Base64Word.decode(_word(text, line));
                bad |= wrong;
                uint256 second;
                (second, wrong) = Base64Word.decode(_word(text, line + 32));
                bad |= wrong | ((_word(text, line + LINE) >> 248) ^ LINE_FEED);
                assembly ("memory-safe") {
                    // 24 bytes each, and 8 bytes that the next write or the slack takes.
                    mstore(to, shl(64, first))
                    mstore(add(to, 24), shl(64, second))
                }
                to += 48;
            }
            if (bad != 0) revert IDcapErrors.PemInvalid(start);
            return (line, to);
        }
    }

    /// @dev The last line, short or padded, without bits set that decode to nothing.
    function _decodeRest(bytes calldata text, uint256 start, uint256 left, uint256 to)
        private
        pure
    {
        uint256 lost;
        for (uint256 cursor = start; left != 0; cursor += 32) {
            uint256 count = left < 32 ? left : 32;
            (uint256 value, uint256 wrong) = Base64Word.decode(_filled(_word(text, cursor), count));
            if (wrong != 0) revert IDcapErrors.PemInvalid(cursor);
            assembly ("memory-safe") {
                // As above; the zero bits of the filling fall into the slack.
                mstore(to, shl(64, value))
            }
            to += 24;
            left -= count;
            // Whatever is left of the characters' bits behind the last whole byte.
            if (count != 32) lost = value << (64 + 8 * (6 * count / 8));
        }
        if (lost != 0) revert IDcapErrors.PemInvalid(start);
    }

    /// @dev How many "=" end the `characters` at `start`, before a line feed; `length` tells how many
    /// must.
    function _padding(bytes calldata text, uint256 start, uint256 characters, uint256 length)
        private
        pure
        returns (uint256 padding)
    {
        padding = (3 - (length % 3)) % 3;
        uint256 end = start + characters;
        bool isWhole = uint8(text[end]) == LINE_FEED;
        for (uint256 i = 1; i <= padding; ++i) {
            isWhole = isWhole && text[end - i] == "=";
        }
        if (!isWhole) revert IDcapErrors.PemInvalid(start);
    }

    /// @dev The first `count` characters, and "A" (which is zero) for the others.
    function _filled(uint256 word, uint256 count) private pure returns (uint256) {
        uint256 others = count == 32 ? 0 : type(uint256).max >> (8 * count);
        return (word & ~others) | (others & Base64Word.ZEROS);
    }

    /// @dev The text goes on behind every line, but the last word may end after it.
    function _word(bytes calldata text, uint256 cursor) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            // Reads only; calldata behind its end reads as zero.
            value := calldataload(add(text.offset, cursor))
        }
    }
}
