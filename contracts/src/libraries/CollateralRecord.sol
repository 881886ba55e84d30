// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SSTORE2} from "solady/utils/SSTORE2.sol";

/// @notice The word that the store keeps of a piece of collateral; see ICollateralStore.
library CollateralRecord {
    uint256 private constant NOT_BEFORE_BIT = 160;
    uint256 private constant NOT_AFTER_BIT = 200;
    uint256 private constant EPOCH_BIT = 240;
    uint256 private constant STOP_LENGTH = 1;
    uint256 internal constant TAIL_LENGTH = 34;

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
    function readTail(uint256 record)
        internal
        view
        returns (uint256 evaluationNumber, bytes32 digest)
    {
        address pointer = pointerOf(record);
        uint256 end = pointer.code.length - STOP_LENGTH;
        bytes memory tail = SSTORE2.read(pointer, end - TAIL_LENGTH, end);
        assembly ("memory-safe") {
            evaluationNumber := shr(240, mload(add(tail, 32)))
            digest := mload(add(tail, 34))
        }
    }
}
