// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../interfaces/IDcapVerifier.sol";
import {Region} from "./SignedRegion.sol";

/// @notice What Automata's verifier returns for a good quote, in its two layouts.
/// @dev Both are abi.encodePacked, big-endian; advisory IDs may follow the body.
///
///     version 1.0: quote version u16, TEE type 4, status u8, FMSPC 6, body
///     version 1.1: quote version u16, body type u16, status u8, FMSPC 6, body
///
/// Success alone says little: a revoked SGX platform gets success with the four bytes "TCBR".
library AutomataOutput {
    uint256 private constant V10_HEADER = 13;
    uint256 private constant V11_HEADER = 11;
    uint256 private constant TD_10_LENGTH = 584;

    /// @notice Shorter than the header and the quote's body.
    error AutomataOutputTooShort(uint256 expected, uint256 actual);
    /// @notice The first four bytes name another kind of quote.
    error AutomataOutputOfOtherQuote(bytes4 expected, bytes4 actual);
    /// @notice Another body than the quote's was verified; both are keccak256.
    error AutomataBodyMismatch(bytes32 expected, bytes32 actual);
    /// @notice A status number that Automata does not have.
    error AutomataStatusUnknown(uint8 status);

    /// @notice Status and FMSPC of `output`, which must be of exactly this quote.
    function read(bytes memory output, bool isV10, bytes calldata quote, Region memory region)
        internal
        pure
        returns (TcbStatus status, bytes6 fmspc)
    {
        uint256 header = isV10 ? V10_HEADER : V11_HEADER;
        uint256 bodyLength = region.length - region.body;
        if (output.length < header + bodyLength) {
            revert AutomataOutputTooShort(header + bodyLength, output.length);
        }
        bytes32 start;
        bytes32 actual;
        assembly ("memory-safe") {
            // Both lie inside of output, by the length checked above.
            start := mload(add(output, 32))
            actual := keccak256(add(add(output, 32), header), bodyLength)
        }
        _checkKind(start, isV10, quote, region);
        bytes32 expected = keccak256(quote[region.body:region.length]);
        if (actual != expected) revert AutomataBodyMismatch(expected, actual);
        // Status and FMSPC are the header's last seven bytes.
        uint8 number = uint8(start[header - 7]);
        if (number > uint8(type(TcbStatus).max)) revert AutomataStatusUnknown(number);
        status = TcbStatus(number);
        // forge-lint: disable-next-line(unsafe-typecast)
        fmspc = bytes6(start << (8 * (header - 6)));
    }

    /// @dev Version 1.0 has the version and half of the TEE type there, and the rest after it.
    function _checkKind(bytes32 start, bool isV10, bytes calldata quote, Region memory region)
        private
        pure
    {
        bytes2 version = bytes2(uint16(region.version));
        bytes4 expected = isV10
            ? bytes4(bytes.concat(version, quote[4:6]))
            : bytes4(bytes.concat(version, bytes2(_bodyType(region))));
        // forge-lint: disable-start(unsafe-typecast)
        bool isSame = bytes4(start) == expected;
        if (isV10) isSame = isSame && bytes2(start << 32) == bytes2(quote[6:8]);
        if (!isSame) revert AutomataOutputOfOtherQuote(expected, bytes4(start));
        // forge-lint: disable-end(unsafe-typecast)
    }

    function _bodyType(Region memory region) private pure returns (uint16) {
        if (region.isEnclave) return 1;
        return region.length - region.body == TD_10_LENGTH ? 2 : 3;
    }
}
