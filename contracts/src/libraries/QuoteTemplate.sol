// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "./P256.sol";
import {Region} from "./SignedRegion.sol";

/// @notice What is the same in all quotes of one TEE on one platform, kept as a contract's code.
/// @dev The code, whose first byte is STOP:
///
///     0x00 ‖ platform (32) ‖ FMSPC (6) ‖ signed region of a quote
///
/// in which the attestation key has the place of the report data: both are 64 bytes. The contract's
/// address is made by CREATE2 from the code and, as the salt, the evidence for the attestation key
/// (see IDcapVerifier). So the address names what was verified, whichever bytes carried it, and whether
/// or not the contract exists.
library QuoteTemplate {
    /// @notice The chain did not create the contract that holds the template.
    error TemplateNotStored();

    uint256 private constant KEY = 64;
    /// @dev Platform and FMSPC.
    uint256 private constant HEAD = 38;
    /// @dev The longest form, TD 1.5: its report data is not the last thing in the body.
    uint256 private constant TD_15_REGION = 702;
    uint256 private constant TD_15_REPORT_DATA = 574;
    /// @dev Creation code that returns what follows it: PUSH2 size (61 0000), DUP1 (80), PUSH1 10 (60
    /// 0a), RETURNDATASIZE (3d), CODECOPY (39), RETURNDATASIZE (3d), RETURN (f3). The last zero is the
    /// first byte of the code. The size, which counts it, is put in at bit 64.
    uint256 private constant CREATION = 0x61000080600a3d393df300;
    uint256 private constant CREATION_SIZE = 64;

    /// @notice The creation code of a quote's template.
    /// @param keyOffset where the attestation key stands in the quote
    function creationOf(
        bytes calldata quote,
        Region memory region,
        uint256 keyOffset,
        bytes32 platform,
        bytes6 fmspc
    ) internal pure returns (bytes memory) {
        uint256 start = CREATION | ((1 + HEAD + region.length) << CREATION_SIZE);
        return bytes.concat(
            // Eleven bytes.
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes11(uint88(start)),
            platform,
            fmspc,
            quote[:region.reportData],
            quote[keyOffset:keyOffset + KEY],
            quote[region.reportData + KEY:region.length]
        );
    }

    /// @notice Where a template is kept, if it is.
    function addressOf(bytes memory creation, bytes32 evidence) internal view returns (address) {
        bytes32 digest =
            keccak256(abi.encodePacked(bytes1(0xff), address(this), evidence, keccak256(creation)));
        return address(uint160(uint256(digest)));
    }

    /// @notice Keep a template at its address, unless it is kept already.
    function store(address template, bytes memory creation, bytes32 evidence) internal {
        if (template.code.length != 0) return;
        address created;
        assembly ("memory-safe") {
            created := create2(0, add(creation, 32), mload(creation), evidence)
        }
        if (created == address(0)) revert TemplateNotStored();
    }

    /// @notice Whether the template's attestation key signed its region with this report data, and
    /// the platform that it is of.
    /// @dev r and s out of range are no signature; either s of a pair is one.
    function check(address template, bytes32 high, bytes32 low, uint256 r, uint256 s)
        internal
        view
        returns (bool isGood, bytes32 platform, bytes6 fmspc)
    {
        uint256 length = template.code.length - 1 - HEAD;
        uint256 offset = length == TD_15_REGION ? TD_15_REPORT_DATA : length - KEY;
        address precompile = P256.PRECOMPILE;
        assembly ("memory-safe") {
            // Works in free memory and keeps none of it. The precompile takes digest, r, s, x, y
            // and answers 1, or nothing for a bad signature; SHA-256 is the one at 2.
            let head := mload(0x40)
            extcodecopy(template, head, 1, add(length, HEAD))
            platform := mload(head)
            fmspc := and(mload(add(head, 32)), shl(208, 0xffffffffffff))
            let region := add(head, HEAD)
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
}
