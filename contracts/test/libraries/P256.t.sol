// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "../../src/libraries/P256.sol";
import {TestCase} from "../harness/TestCase.sol";

contract P256Test is TestCase {
    function test_verify__any_key_and_digest__own_signature_alone(uint256 key, bytes32 digest)
        public
        view
    {
        key = bound(key, 1, P256_ORDER - 1);
        (bytes32 r, bytes32 s) = vm.signP256(key, digest);
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        bytes32 other = digest ^ bytes32(uint256(1));
        vm.assertTrue(P256.verify(digest, uint256(r), uint256(s), x, y), "own");
        vm.assertTrue(P256.verify(digest, uint256(r), P256_ORDER - uint256(s), x, y), "twin");
        vm.assertFalse(P256.verify(other, uint256(r), uint256(s), x, y), "other digest");
        vm.assertFalse(P256.verify(digest, uint256(s), uint256(r), x, y), "r and s swapped");
        vm.assertFalse(P256.verify(digest, uint256(r), uint256(s), y, x), "x and y swapped");
    }

    /// @dev RFC 6979, A.2.5, SHA-256 of "sample".
    function test_verify__published_vector__good() public view {
        bool isGood = P256.verify(
            sha256("sample"),
            0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716,
            0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8,
            0x60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6,
            0x7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299
        );
        vm.assertTrue(isGood, "vector");
    }

    function test_isAvailable__with_and_without_the_precompile__told_apart() public {
        vm.assertTrue(P256.isAvailable(), "osaka");
        vm.mockCall(address(0x100), "", "");
        vm.assertFalse(P256.isAvailable(), "nothing returned");
        vm.mockCall(address(0x100), "", abi.encode(0));
        vm.assertFalse(P256.isAvailable(), "zero returned");
    }
}
