// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Memory by address, for parsers that look at the same bytes many times. Reading past what
/// was written is harmless to memory; that it never decides anything is the parsers' duty.
library Memory {
    /// @notice A region of its own, with a word of slack so that the last bytes can be read whole.
    function allocate(uint256 length) internal pure returns (uint256 location) {
        assembly ("memory-safe") {
            // Moves the free pointer past the region, in whole words.
            location := mload(0x40)
            mstore(0x40, add(location, and(add(length, 63), not(31))))
        }
    }

    /// @notice A copy of calldata in a region of its own.
    function copy(bytes calldata data) internal pure returns (uint256 location) {
        location = allocate(data.length);
        put(location, data);
    }

    /// @notice Where the first byte stands.
    function contentOf(bytes memory data) internal pure returns (uint256 location) {
        assembly ("memory-safe") {
            // Behind the length.
            location := add(data, 32)
        }
    }

    /// @notice The 32 bytes at an address, as a big-endian number.
    function word(uint256 location) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            // Reads only.
            value := mload(location)
        }
    }

    /// @notice The byte at an address.
    function byteAt(uint256 location) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            // Reads only.
            value := byte(0, mload(location))
        }
    }

    /// @notice Copy calldata into a region made by `allocate`, which must have the room.
    function put(uint256 location, bytes calldata data) internal pure {
        assembly ("memory-safe") {
            // Inside of the caller's region.
            calldatacopy(location, data.offset, data.length)
        }
    }

    /// @notice keccak256 of a region.
    function hash(uint256 location, uint256 length) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            // Reads only.
            digest := keccak256(location, length)
        }
    }

    /// @notice sha256 of a region.
    function sha2(uint256 location, uint256 length) internal view returns (bytes32 digest) {
        assembly ("memory-safe") {
            // The precompile writes to scratch space; it fails only when gas runs out.
            if iszero(staticcall(gas(), 2, location, length, 0, 32)) { revert(0, 0) }
            digest := mload(0)
        }
    }

    /// @notice The code of a contract behind its first byte, in a region of its own.
    function codeBehindStop(address source) internal view returns (uint256 location) {
        uint256 length = source.code.length - 1;
        location = allocate(length);
        assembly ("memory-safe") {
            // Inside of the region just made.
            extcodecopy(source, location, 1, length)
        }
    }
}
