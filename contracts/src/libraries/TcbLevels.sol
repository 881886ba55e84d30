// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice TCB levels, highest first. A level is two numbers: `high`, and `low` of which the last
/// byte is the status. Levels are compared by the upper half of `high` first (SGX components), then
/// by `low` (PCESVN), then by the rest of `high` (TDX components), and never by their status.
/// @param count how many there are
/// @param high first numbers; as many words as there may be levels
/// @param low second numbers
struct Levels {
    uint256 count;
    uint256[] high;
    uint256[] low;
}

/// @notice Keeps levels in order while they are read. Intel's own verifier sorts them too; what is
/// served is in order already, so that each takes one comparison.
library TcbLevels {
    /// @notice The most levels of one list; Intel's longest have about twenty.
    uint256 internal constant MAXIMUM = 128;
    uint256 private constant STATUS_BITS = 8;
    uint256 private constant HALF = 128;

    function none() internal pure returns (Levels memory) {
        return Levels(0, new uint256[](MAXIMUM), new uint256[](MAXIMUM));
    }

    /// @notice Put a level behind all that are as high or higher; false when there is no room.
    function insert(Levels memory into, uint256 high, uint256 low) internal pure returns (bool) {
        uint256 place = into.count;
        if (place == MAXIMUM) return false;
        while (place > 0 && _isBelow(into, place - 1, high, low)) {
            into.high[place] = into.high[place - 1];
            into.low[place] = into.low[place - 1];
            --place;
        }
        into.high[place] = high;
        into.low[place] = low;
        ++into.count;
        return true;
    }

    /// @notice All levels as bytes, each as `highSize` bytes of its first number and `lowSize` of
    /// its second.
    function pack(Levels memory from, uint256 highSize, uint256 lowSize)
        internal
        pure
        returns (bytes memory packed)
    {
        uint256 size = highSize + lowSize;
        uint256 length = from.count * size;
        // Numbers are written as whole words, so there is room for one more at the end.
        packed = new bytes(length + 32);
        for (uint256 i = 0; i < from.count; ++i) {
            uint256 high = from.high[i] << (256 - 8 * highSize);
            uint256 low = from.low[i] << (256 - 8 * lowSize);
            // Both words end before the 32 bytes of room do.
            assembly ("memory-safe") {
                let place := add(add(packed, 32), mul(i, size))
                mstore(place, high)
                mstore(add(place, highSize), low)
            }
        }
        // Shorter than what was allocated.
        assembly ("memory-safe") {
            mstore(packed, length)
        }
    }

    function _isBelow(Levels memory levels, uint256 index, uint256 high, uint256 low)
        private
        pure
        returns (bool)
    {
        uint256 other = levels.high[index];
        if (other >> HALF != high >> HALF) return other < high;
        uint256 otherRest = levels.low[index] >> STATUS_BITS;
        uint256 rest = low >> STATUS_BITS;
        if (otherRest != rest) return otherRest < rest;
        return other < high;
    }
}
