// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Numbers read in big-endian order, given back in little-endian order.
library ByteOrder {
    /// @notice Two bytes; what stands above them is ignored.
    function swap16(uint256 value) internal pure returns (uint256) {
        return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
    }

    /// @notice Four bytes; what stands above them is ignored.
    function swap32(uint256 value) internal pure returns (uint256) {
        return (swap16(value) << 16) | swap16(value >> 16);
    }

    /// @notice Eight bytes; what stands above them is ignored.
    function swap64(uint256 value) internal pure returns (uint256) {
        return (swap32(value) << 32) | swap32(value >> 32);
    }
}
