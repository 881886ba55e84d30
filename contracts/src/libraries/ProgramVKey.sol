// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {IMultiProof} from "../interfaces/IMultiProof.sol";

/// @notice The two forms of a program's verifying key: eight words below the KoalaBear prime, packed
/// at 31 bits each (program vkey, the form of SP1's verifier contracts) or at 32 bits each (vk hash
/// bytes, the form in a statement). Both have the most significant word first.
library ProgramVKey {
    uint256 internal constant KOALA_BEAR = 0x7f000001;
    uint256 private constant WORDS = 8;
    uint256 private constant WORD_MASK = (1 << 31) - 1;

    /// @notice The vk hash bytes of a program vkey.
    function toHashBytes(bytes32 programVKey) internal pure returns (bytes32) {
        uint256 packed = uint256(programVKey);
        if (packed >> (31 * WORDS) != 0) revert IMultiProof.ProgramVKeyTooLarge(programVKey);
        uint256 unpacked;
        for (uint256 i = 0; i < WORDS; ++i) {
            uint256 word = (packed >> (31 * (WORDS - 1 - i))) & WORD_MASK;
            if (word >= KOALA_BEAR) revert IMultiProof.ProgramVKeyWordTooLarge(i, word);
            unpacked = (unpacked << 32) | word;
        }
        return bytes32(unpacked);
    }
}
