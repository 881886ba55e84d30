// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Numbers read in big-endian order, given back in little-endian order or as bytes.
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

    // The casts cut on purpose: what stands above the bytes that are asked for is ignored.
    // forge-lint: disable-start(unsafe-typecast)

    /// @notice The low 4 bytes.
    function toBytes4(uint256 value) internal pure returns (bytes4) {
        return bytes4(uint32(value));
    }

    /// @notice The low 8 bytes.
    function toBytes8(uint256 value) internal pure returns (bytes8) {
        return bytes8(uint64(value));
    }

    /// @notice The low 16 bytes.
    function toBytes16(uint256 value) internal pure returns (bytes16) {
        return bytes16(uint128(value));
    }

    // forge-lint: disable-end(unsafe-typecast)
}
