// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";

/// @notice PEM certificates (RFC 7468) as quotes carry them: lines of 64 characters, ended by LF.
library Pem {
    bytes28 private constant BEGIN = "-----BEGIN CERTIFICATE-----\n";
    bytes26 private constant END = "-----END CERTIFICATE-----\n";
    uint256 private constant LINE = 64;
    bytes1 private constant LINE_FEED = 0x0a;
    bytes1 private constant DASH = "-";

    /// @notice The DER of the certificate whose text starts at `offset`, and where the text ends.
    /// @dev The text proves nothing: only the DER is signed, and other text may decode to it.
    function decode(bytes calldata text, uint256 offset)
        internal
        pure
        returns (bytes memory der, uint256 next)
    {
        uint256 start = offset + BEGIN.length;
        if (start > text.length || bytes28(text[offset:start]) != BEGIN) {
            revert IDcapErrors.PemInvalid(offset);
        }
        bytes memory characters;
        (characters, next) = _joinLines(text, start);
        // The decoder would ignore a lone character at the end.
        if (characters.length == 0 || characters.length % 4 != 0) {
            revert IDcapErrors.PemInvalid(next);
        }
        der = Base64.decode(string(characters));
        uint256 end = next + END.length;
        if (end > text.length || bytes26(text[next:end]) != END) {
            revert IDcapErrors.PemInvalid(next);
        }
        next = end;
    }

    /// @dev The characters of all lines up to the one that starts with a dash, which is at `next`.
    function _joinLines(bytes calldata text, uint256 start)
        private
        pure
        returns (bytes memory characters, uint256 next)
    {
        characters = new bytes(text.length - start);
        uint256 count;
        next = start;
        while (true) {
            uint256 length = _lineLength(text, next);
            if (length == 0) break;
            assembly ("memory-safe") {
                // The lines together are shorter than the text, so this stays inside.
                calldatacopy(add(add(characters, 32), count), add(text.offset, next), length)
            }
            count += length;
            next += length + 1;
        }
        assembly ("memory-safe") {
            mstore(characters, count)
        }
    }

    /// @dev How many characters stand before the LF; 0 when the line starts with a dash. Only the
    /// last line of a certificate may be shorter than 64.
    function _lineLength(bytes calldata text, uint256 start) private pure returns (uint256 length) {
        if (start >= text.length) revert IDcapErrors.PemInvalid(start);
        if (text[start] == DASH) return 0;
        uint256 full = start + LINE;
        if (full < text.length && text[full] == LINE_FEED) return LINE;
        while (length < LINE && start + length < text.length) {
            if (text[start + length] == LINE_FEED) break;
            ++length;
        }
        uint256 end = start + length;
        bool isLast = length != 0 && end + 1 < text.length && text[end + 1] == DASH;
        if (!isLast || text[end] != LINE_FEED) revert IDcapErrors.PemInvalid(start);
    }
}
