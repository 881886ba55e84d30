// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";

/// @notice The word that the store keeps of a piece of collateral; see ICollateralStore.
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

    /// @notice Keep a blob of JSON collateral, with the number of its TCB evaluation and its
    /// keccak256 behind it.
    function writeBlob(bytes memory blob, uint256 evaluationNumber, bytes32 digest)
        internal
        returns (address)
    {
        // An evaluation number was read as two bytes.
        // forge-lint: disable-next-line(unsafe-typecast)
        return SSTORE2.write(abi.encodePacked(blob, uint16(evaluationNumber), digest));
    }

    /// @notice What `writeBlob` put behind the blob.
    function readTail(address pointer)
        internal
        view
        returns (uint256 evaluationNumber, bytes32 digest)
    {
        uint256 tail = blobLength(pointer);
        evaluationNumber = uint256(readWord(pointer, tail)) >> 240;
        digest = readWord(pointer, tail + NUMBER_LENGTH);
    }

    /// @notice How long a blob of JSON collateral is, without what is behind it.
    function blobLength(address pointer) internal view returns (uint256) {
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
