// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";

/// @notice The word that the store keeps of a piece of collateral; see ICollateralStore:
///
///     signing epoch (16) ‖ notAfter (40) ‖ notBefore (40) ‖ pointer (160)
///
/// The pointer is a contract whose code is STOP and then the blob. The blob of JSON collateral ends
/// with the number of its TCB evaluation, of two bytes.
library CollateralRecord {
    uint256 private constant NOT_BEFORE_BIT = 160;
    uint256 private constant NOT_AFTER_BIT = 200;
    uint256 private constant EPOCH_BIT = 240;
    uint256 private constant STOP_LENGTH = 1;
    uint256 private constant NUMBER_LENGTH = 2;

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

    /// @notice Where a blob is kept: at `old` when that keeps the same one, so that a new issue of
    /// unchanged collateral writes no code, otherwise in a contract of its own.
    function keep(address old, bytes memory blob) internal returns (address) {
        if (old.codehash == keccak256(bytes.concat(hex"00", blob))) return old;
        return SSTORE2.write(blob);
    }

    /// @notice The number of the TCB evaluation, behind the blob of JSON collateral.
    function evaluationNumber(address pointer) internal view returns (uint256) {
        return uint256(readWord(pointer, dataLength(pointer))) >> 240;
    }

    /// @notice How long a blob of JSON collateral is, without the number behind it.
    function dataLength(address pointer) internal view returns (uint256) {
        return pointer.code.length - STOP_LENGTH - NUMBER_LENGTH;
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
