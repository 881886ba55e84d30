// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Memory} from "./Memory.sol";
import {SSTORE2} from "solady/utils/SSTORE2.sol";

/// @notice The word that the store keeps of a piece of collateral; see ICollateralStore:
///
///     signing epoch (16) ‖ notAfter (40) ‖ notBefore (40) ‖ pointer (160)
///
/// The pointer is a contract whose code is STOP and then the blob. Behind the blob of JSON collateral
/// stands the number of its TCB evaluation (2), and the digest of the issue that it was written for
/// (32).
library CollateralRecord {
    uint256 private constant NOT_BEFORE_BIT = 160;
    uint256 private constant NOT_AFTER_BIT = 200;
    uint256 private constant EPOCH_BIT = 240;
    uint256 private constant STOP_LENGTH = 1;
    uint256 private constant NUMBER_LENGTH = 2;
    uint256 private constant DIGEST_LENGTH = 32;

    /// @notice Times are below 2^40, as all of years of four digits are.
    function pack(address pointer, uint256 from, uint256 until, uint256 epoch_)
        internal
        pure
        returns (uint256)
    {
        return uint160(pointer) | (from << NOT_BEFORE_BIT) | (until << NOT_AFTER_BIT)
            | (epoch_ << EPOCH_BIT);
    }

    function pointerOf(uint256 record) internal pure returns (address) {
        // The low 160 bits are the address.
        // forge-lint: disable-next-line(unsafe-typecast)
        return address(uint160(record));
    }

    function notBefore(uint256 record) internal pure returns (uint40) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(record >> NOT_BEFORE_BIT);
    }

    function notAfter(uint256 record) internal pure returns (uint40) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(record >> NOT_AFTER_BIT);
    }

    function epochOf(uint256 record) internal pure returns (uint256) {
        return record >> EPOCH_BIT;
    }

    /// @notice Keep a blob of JSON collateral with its number behind it, and a digest.
    function write(bytes memory blob, bytes32 digest) internal returns (address) {
        return SSTORE2.write(bytes.concat(blob, digest));
    }

    /// @notice Whether just this blob, with its number behind it, is kept there.
    function holds(address pointer, bytes memory blob) internal view returns (bool) {
        if (pointer.code.length != STOP_LENGTH + blob.length + DIGEST_LENGTH) return false;
        uint256 kept = Memory.codeBehindStop(pointer);
        return Memory.hash(kept, blob.length) == keccak256(blob);
    }

    /// @notice The digest that was written with the blob.
    function digestOf(address pointer) internal view returns (bytes32) {
        return readWord(pointer, dataLength(pointer) + NUMBER_LENGTH);
    }

    /// @notice The number of the TCB evaluation, behind the blob of JSON collateral.
    function evaluationNumber(address pointer) internal view returns (uint256) {
        return uint256(readWord(pointer, dataLength(pointer))) >> 240;
    }

    /// @notice How long a blob of JSON collateral is, without what stands behind it.
    function dataLength(address pointer) internal view returns (uint256) {
        return pointer.code.length - STOP_LENGTH - NUMBER_LENGTH - DIGEST_LENGTH;
    }

    /// @notice The 32 bytes at `offset` of what is kept there; zeros after its end.
    function readWord(address pointer, uint256 offset) internal view returns (bytes32 word) {
        // The word goes through scratch space.
        assembly ("memory-safe") {
            extcodecopy(pointer, 0, add(offset, STOP_LENGTH), 32)
            word := mload(0)
        }
    }
}
