// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Little-endian integers in calldata. The caller has checked that they are inside.
library LittleEndian {
    function readUint16(bytes calldata data, uint256 offset) internal pure returns (uint16) {
        return uint16(uint8(data[offset])) | (uint16(uint8(data[offset + 1])) << 8);
    }

    function readUint32(bytes calldata data, uint256 offset) internal pure returns (uint32) {
        return uint32(readUint16(data, offset)) | (uint32(readUint16(data, offset + 2)) << 16);
    }
}
