// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {UpstreamReportData} from "../../src/interfaces/registry/RegistryTypes.sol";
import {RecentBlock} from "../../src/libraries/RecentBlock.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice Which reference blocks are fresh: younger than maxBlockNumberDiff, and of this chain.
contract TEERegistryFreshnessTest is RegistryCase {
    address private constant SIGNER = address(0x519e);
    /// @dev The run-time code of EIP-2935 reads slot (number % 8191); this one reads slot number.
    bytes private constant HISTORY_CODE = hex"5f355460005260206000f3";

    function test_register__ages_at_the_edges__exact() public {
        uint16[3] memory windows = [2, 100, 256];
        uint16[10] memory ages = [0, 1, 2, 99, 100, 101, 254, 255, 256, 257];
        for (uint256 i = 0; i < windows.length; ++i) {
            vm.prank(OWNER);
            registry.setMaxBlockNumberDiff(windows[i]);
            for (uint256 k = 0; k < ages.length; ++k) {
                _tryAge(ages[k], windows[i]);
            }
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
            upstreamData(SIGNER, number),
            abi.encodeWithSelector(IRegistryErrors.ReferenceBlockNotPast.selector, number, BLOCK)
        );
    }

    function test_register__other_hash__refused(bytes32 claimed) public {
        vm.assume(claimed != hashOf(BLOCK - 1));
        _refuse(
            UpstreamReportData(BLOCK - 1, claimed, SIGNER),
            abi.encodeWithSelector(
                IRegistryErrors.ReferenceBlockHashMismatch.selector,
                BLOCK - 1,
                hashOf(BLOCK - 1),
                claimed
            )
        );
    }

    /// @dev A block whose hash the chain does not know reads as zero; zero must not match it.
    function test_register__unknown_hash_claimed_as_zero__refused() public {
        vm.setBlockhash(BLOCK - 1, 0);
        _refuse(UpstreamReportData(BLOCK - 1, 0, SIGNER), _unknown(BLOCK - 1));
    }

    /* --- the history contract (EIP-2935) ---------------------------------------------------- */

    function test_register__hash_known_to_the_history_only__taken() public {
        _keepHistory(BLOCK - 1, hashOf(BLOCK - 1));
        vm.setBlockhash(BLOCK - 1, 0);
        registerNow(SIGNER);
        vm.assertTrue(registry.verifyAttestedProver(SIGNER), "valid");
    }

    function test_register__history_knows_zero__refused() public {
        _keepHistory(BLOCK - 1, 0);
        vm.setBlockhash(BLOCK - 1, 0);
        _refuse(UpstreamReportData(BLOCK - 1, 0, SIGNER), _unknown(BLOCK - 1));
    }

    /// @dev BLOCKHASH decides where it knows the block.
    function test_register__history_differs__blockhash_decides() public {
        _keepHistory(BLOCK - 1, keccak256("another chain"));
        registerNow(SIGNER);
        vm.assertTrue(registry.verifyAttestedProver(SIGNER), "valid");
    }

    /// @dev The genuine one reverts for what it does not know; another answers 64 bytes.
    function test_register__history_answers_otherwise__refused() public {
        vm.setBlockhash(BLOCK - 1, 0);
        bytes[3] memory codes =
            [bytes(hex"5f5ffd"), bytes(hex"60015f5260405ff3"), bytes(hex"60015f52601f5ff3")];
        for (uint256 i = 0; i < codes.length; ++i) {
            vm.etch(RecentBlock.HISTORY, codes[i]);
            _refuse(UpstreamReportData(BLOCK - 1, 0, SIGNER), _unknown(BLOCK - 1));
        }
    }

    /// @dev The history reaches further back than the window, and widens it not.
    function test_register__history_beyond_the_window__refused() public {
        _keepHistory(BLOCK - 200, hashOf(BLOCK - 200));
        UpstreamReportData memory data = upstreamData(SIGNER, BLOCK - 200);
        bytes memory quote = upstreamQuote(data);
        vm.expectPartialRevert(IRegistryErrors.ReferenceBlockTooOld.selector);
        registry.register(data, quote);
    }

    /* --- views before paying ----------------------------------------------------------------- */

    function test_checkRegistrable__fresh_block__its_hash() public view {
        bytes32 hash = registry.checkRegistrable(SIGNER, uint64(BLOCK - 5));
        vm.assertEq(hash, hashOf(BLOCK - 5), "hash");
    }

    function test_checkRegistrable__each_obstacle__its_reason() public {
        vm.expectPartialRevert(IRegistryErrors.ReferenceBlockNotPast.selector);
        registry.checkRegistrable(SIGNER, uint64(BLOCK));
        vm.expectPartialRevert(IRegistryErrors.ReferenceBlockTooOld.selector);
        registry.checkRegistrable(SIGNER, uint64(BLOCK - 100));
        vm.expectRevert(IRegistryErrors.SignerZero.selector);
        registry.checkRegistrable(address(0), uint64(BLOCK - 1));
        registerNow(SIGNER);
        vm.expectPartialRevert(IRegistryErrors.SignerAlreadyRegistered.selector);
        registry.checkRegistrable(SIGNER, uint64(BLOCK - 1));
        vm.prank(OWNER);
        registry.pause(REASON);
        vm.expectRevert(IRegistryErrors.RegistrationsPaused.selector);
        registry.checkRegistrable(address(0xe1), uint64(BLOCK - 1));
    }

    function _keepHistory(uint256 number, bytes32 hash) private {
        vm.etch(RecentBlock.HISTORY, HISTORY_CODE);
        vm.store(RecentBlock.HISTORY, bytes32(number), hash);
    }

    /// @dev A fresh signer and an honest quote of a block of this age: taken, or refused for it.
    function _tryAge(uint256 age, uint256 maxDiff) private {
        address signer = address(uint160(uint256(keccak256(abi.encode(age, maxDiff)))));
        uint256 number = BLOCK - age;
        UpstreamReportData memory data = upstreamData(signer, number);
        bytes memory quote = upstreamQuote(data);
        if (age == 0) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRegistryErrors.ReferenceBlockNotPast.selector, number, BLOCK
                )
            );
        } else if (age >= maxDiff) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRegistryErrors.ReferenceBlockTooOld.selector, number, BLOCK, maxDiff
                )
            );
        }
        registry.register(data, quote);
        bool isInside = age > 0 && age < maxDiff;
        vm.assertTrue(registry.verifyAttestedProver(signer) == isInside, "valid");
    }

    function _unknown(uint256 number) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRegistryErrors.ReferenceBlockUnknown.selector, number);
    }

    function _refuse(UpstreamReportData memory data, bytes memory reason) private {
        bytes memory quote = upstreamQuote(data);
        vm.expectRevert(reason);
        registry.register(data, quote);
    }
}
