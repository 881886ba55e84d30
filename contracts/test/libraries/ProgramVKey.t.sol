// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof} from "../../src/interfaces/IMultiProof.sol";
import {ProgramVKey} from "../../src/libraries/ProgramVKey.sol";
import {TestCase} from "../harness/TestCase.sol";

contract ProgramVKeyTest is TestCase {
    uint256 private constant PRIME = 0x7f000001;

    /// @dev Keys that others published, or that are of published programs: see the vectors' README.
    function test_toHashBytes__known_keys__known_hash_bytes() public pure {
        bytes32[2][6] memory pairs = [
            [
                bytes32(0x00e60860c07bfc6e4c480286c0ddbb879674eb47f84b4ef041cf858b17aa0ed1),
                0x730430601eff1b93090050d80ddbb87933a75a3f612d3bc1039f0b1617aa0ed1
            ],
            // Succinct's fibonacci for SP1 6, whose first word is small.
            [
                bytes32(0x00008e674be45931e7904344d9d82a0731bd28d2f13fe53150529b5080039dce),
                0x004733a579164c797208689b1d82a0730de9469744ff94c520a536a100039dce
            ],
            [
                bytes32(0x004b7318353ed91b7ec8e432dbf2e46995db54267a5427568f28eea335ec8dff),
                0x25b98c1a4fb646df591c865b3f2e46992edaa13369509d5a1e51dd4635ec8dff
            ],
            [
                bytes32(0x00200165eac542a20edc1e54401dcd12fec11e3df63ed3ffc02d3f55c06c1dc0),
                0x1000b2f53150a8835b83ca8801dcd12f7608f1ef58fb4fff005a7eab406c1dc0
            ],
            [
                bytes32(0x0014e526ac772440c52710332609d5a6b605b44eaf4c6b1c585268fe4303fdc3),
                0x0a7293561dc9103124e20664609d5a6b302da2753d31ac7130a4d1fc4303fdc3
            ],
            [bytes32(0), bytes32(0)]
        ];
        for (uint256 i = 0; i < pairs.length; ++i) {
            vm.assertEq(ProgramVKey.toHashBytes(pairs[i][0]), pairs[i][1], "hash bytes");
        }
    }

    function test_toHashBytes__any_words__packed_and_unpacked(uint32[8] memory words) public pure {
        uint256 packed;
        uint256 expected;
        for (uint256 i = 0; i < 8; ++i) {
            uint256 word = bound(words[i], 0, PRIME - 1);
            packed += word << (31 * (7 - i));
            expected += word << (32 * (7 - i));
        }
        bytes32 hashBytes = ProgramVKey.toHashBytes(bytes32(packed));
        vm.assertEq(hashBytes, bytes32(expected), "hash bytes");
    }

    function test_toHashBytes__word_at_the_prime__refused() public {
        for (uint256 i = 0; i < 8; ++i) {
            uint256 shift = 31 * (7 - i);
            this.toHashBytes(bytes32((PRIME - 1) << shift));
            _refuseWord(bytes32(PRIME << shift), i, PRIME);
            _refuseWord(bytes32(uint256(0x7fffffff) << shift), i, 0x7fffffff);
        }
    }

    function test_toHashBytes__bit_248_or_above__refused() public {
        for (uint256 bit = 248; bit < 256; ++bit) {
            bytes32 key = bytes32(uint256(1) << bit);
            vm.expectRevert(abi.encodeWithSelector(IMultiProof.ProgramVKeyTooLarge.selector, key));
            this.toHashBytes(key);
        }
    }

    /// @dev From outside, so that a revert can be expected.
    function toHashBytes(bytes32 programVKey) external pure returns (bytes32) {
        return ProgramVKey.toHashBytes(programVKey);
    }

    function _refuseWord(bytes32 key, uint256 index, uint256 word) private {
        vm.expectRevert(
            abi.encodeWithSelector(IMultiProof.ProgramVKeyWordTooLarge.selector, index, word)
        );
        this.toHashBytes(key);
    }
}
