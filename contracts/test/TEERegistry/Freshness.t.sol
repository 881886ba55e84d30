// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice Which reference blocks are fresh: younger than maxBlockNumberDiff, and of this chain.
contract TEERegistryFreshnessTest is RegistryCase {
    function test_register__ages_at_the_edges_of_100__exact() public {
        uint16[9] memory ages = [0, 1, 2, 99, 100, 101, 255, 256, 257];
        for (uint256 i = 0; i < ages.length; ++i) {
            _tryAge(ages[i], 100);
        }
    }

    function test_register__ages_at_the_edges_of_256__exact() public {
        vm.prank(OWNER);
        registry.setMaxBlockNumberDiff(256);
        uint16[9] memory ages = [0, 1, 2, 99, 100, 101, 255, 256, 257];
        for (uint256 i = 0; i < ages.length; ++i) {
            _tryAge(ages[i], 256);
        }
    }

    function test_register__narrowest_window__only_the_newest_block() public {
        vm.prank(OWNER);
        registry.setMaxBlockNumberDiff(2);
        for (uint256 age = 0; age < 4; ++age) {
            _tryAge(age, 2);
        }
    }

    function test_register__any_age_and_window__taken_only_inside(uint256 age, uint256 maxDiff)
        public
    {
        maxDiff = bound(maxDiff, 2, 256);
        vm.prank(OWNER);
        registry.setMaxBlockNumberDiff(maxDiff);
        _tryAge(bound(age, 0, BLOCK), maxDiff);
    }

    function test_register__future_block__refused(uint256 number) public {
        number = bound(number, BLOCK, type(uint256).max);
        _refuse(
            dataFor(SIGNER, number),
            abi.encodeWithSelector(ITEERegistry.ReferenceBlockNotPast.selector, number, BLOCK)
        );
    }

    function test_register__other_hash__refused(bytes32 claimed) public {
        vm.assume(claimed != hashOf(BLOCK - 1));
        _refuse(
            ITEERegistry.ReportData(BLOCK - 1, claimed, SIGNER),
            abi.encodeWithSelector(
                ITEERegistry.ReferenceBlockHashMismatch.selector,
                BLOCK - 1,
                hashOf(BLOCK - 1),
                claimed
            )
        );
    }

    /// @dev A block whose hash the chain does not know reads as zero; zero must not match it.
    function test_register__unknown_hash_claimed_as_zero__refused() public {
        vm.setBlockhash(BLOCK - 1, 0);
        _refuse(
            ITEERegistry.ReportData(BLOCK - 1, 0, SIGNER),
            abi.encodeWithSelector(
                ITEERegistry.ReferenceBlockHashMismatch.selector, BLOCK - 1, bytes32(0), bytes32(0)
            )
        );
    }

    /// @dev The block was replaced after the quote was made.
    function test_register__reorganised_block__refused() public {
        ITEERegistry.ReportData memory data = dataFor(SIGNER, BLOCK - 3);
        bytes32 replaced = keccak256("after the reorganisation");
        vm.setBlockhash(BLOCK - 3, replaced);
        _refuse(
            data,
            abi.encodeWithSelector(
                ITEERegistry.ReferenceBlockHashMismatch.selector,
                BLOCK - 3,
                replaced,
                hashOf(BLOCK - 3)
            )
        );
    }

    /// @dev A fresh signer and an honest quote of a block of this age: taken, or refused for it.
    function _tryAge(uint256 age, uint256 maxDiff) private {
        address signer = address(uint160(uint256(keccak256(abi.encode(age, maxDiff)))));
        uint256 number = BLOCK - age;
        ITEERegistry.ReportData memory data = dataFor(signer, number);
        if (age == 0) {
            vm.expectRevert(
                abi.encodeWithSelector(ITEERegistry.ReferenceBlockNotPast.selector, number, BLOCK)
            );
        } else if (age >= maxDiff) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ITEERegistry.ReferenceBlockTooOld.selector, number, BLOCK, maxDiff
                )
            );
        }
        registry.register(data, quoteFor(data));
        bool isInside = age > 0 && age < maxDiff;
        vm.assertTrue(registry.verifyAttestedProver(signer) == isInside, "valid");
    }

    function _refuse(ITEERegistry.ReportData memory data, bytes memory reason) private {
        vm.expectRevert(reason);
        registry.register(data, quoteFor(data));
    }
}
