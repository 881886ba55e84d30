// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "./P256.sol";
import {Region} from "./SignedRegion.sol";

/// @notice What stays the same in all quotes of one TEE on one platform, kept as a contract's code.
/// @dev A template is the signed region of a quote, in which the attestation key stands in the place
/// of the report data: both are 64 bytes. The code is 0x00 (STOP) ‖ template. The code's
/// address is made by CREATE2 from the template and a salt, the hash of what backs the
/// attestation key, so that the address alone tells whether both are the same.
library QuoteTemplate {
    uint256 private constant SIGNATURE = 64;
    uint256 private constant KEY = 64;
    uint256 private constant QE_REPORT = 384;
    /// @dev The longest form, TD 1.5: its report data is not the last thing in the body.
    uint256 private constant TD_15_REGION = 702;
    uint256 private constant TD_15_REPORT_DATA = 574;
    /// @dev Creation code that returns what follows it: PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE,
    /// CODECOPY, RETURNDATASIZE, RETURN. The last zero is the first byte of the code.
    uint256 private constant CREATION = 0x61000080600a3d393df300;
    uint256 private constant CREATION_LENGTH = 11;

    /// @notice The chain did not create the contract that holds the template.
    error TemplateNotStored();

    /// @notice Keep a template, unless it is kept already.
    /// @param keyOffset where the attestation key stands in the quote
    /// @param qeReport where the QE report stands in the quote
    function store(bytes calldata quote, Region memory region, uint256 keyOffset, uint256 qeReport)
        internal
        returns (address template)
    {
        bytes32 salt = backingOf(quote, qeReport);
        bytes memory creation = _creationOf(quote, region, keyOffset);
        template = _addressOf(creation, salt);
        if (template.code.length != 0) return template;
        address created;
        assembly ("memory-safe") {
            created := create2(0, add(creation, 32), mload(creation), salt)
        }
        if (created == address(0)) revert TemplateNotStored();
    }

    /// @notice Where the template of a quote is kept, if it is.
    function locate(bytes calldata quote, Region memory region, uint256 keyOffset, uint256 qeReport)
        internal
        view
        returns (address)
    {
        return _addressOf(_creationOf(quote, region, keyOffset), backingOf(quote, qeReport));
    }

    /// @notice What the verdict on an attestation key rests on beside Intel's collateral: the QE
    /// report, and all after its signature (authentication data, PCK certificate).
    function backingOf(bytes calldata quote, uint256 qeReport) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256(quote[qeReport:qeReport + QE_REPORT]),
                keccak256(quote[qeReport + QE_REPORT + SIGNATURE:])
            )
        );
    }

    /// @notice Whether the template's attestation key signed its region with this report data.
    /// @dev r and s out of range are no signature; either s of a pair is one.
    function isSigned(address template, bytes32 high, bytes32 low, uint256 r, uint256 s)
        internal
        view
        returns (bool isGood)
    {
        uint256 length = template.code.length - 1;
        uint256 offset = length == TD_15_REGION ? TD_15_REPORT_DATA : length - KEY;
        address precompile = P256.PRECOMPILE;
        assembly ("memory-safe") {
            // Works in free memory and keeps none of it. The precompile takes digest, r, s, x, y
            // and answers 1, or nothing for a bad signature; SHA-256 is the one at 2.
            let region := mload(0x40)
            extcodecopy(template, region, 1, length)
            let place := add(region, offset)
            let x := mload(place)
            let y := mload(add(place, 32))
            mstore(place, high)
            mstore(add(place, 32), low)
            isGood := staticcall(gas(), 2, region, length, region, 32)
            mstore(add(region, 32), r)
            mstore(add(region, 64), s)
            mstore(add(region, 96), x)
            mstore(add(region, 128), y)
            mstore(0, 0)
            isGood := and(isGood, staticcall(gas(), precompile, region, 160, 0, 32))
            isGood := and(isGood, eq(mload(0), 1))
        }
    }

    function _creationOf(bytes calldata quote, Region memory region, uint256 keyOffset)
        private
        pure
        returns (bytes memory)
    {
        uint256 head = CREATION | ((region.length + 1) << 64);
        return bytes.concat(
            // Eleven bytes.
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes11(uint88(head)),
            quote[:region.reportData],
            quote[keyOffset:keyOffset + KEY],
            quote[region.reportData + KEY:region.length]
        );
    }

    function _addressOf(bytes memory creation, bytes32 salt) private view returns (address) {
        bytes32 digest = keccak256(
            bytes.concat(bytes1(0xff), bytes20(address(this)), salt, keccak256(creation))
        );
        return address(uint160(uint256(digest)));
    }
}
