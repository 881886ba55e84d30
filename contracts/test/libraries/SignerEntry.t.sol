// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignerEntries, SignerEntry} from "../../src/libraries/SignerEntry.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice A signer's entry in one word, and when a bucket may be taken.
contract SignerEntryTest is TestCase {
    uint256 private constant START = 1_800_000_000;

    function setUp() public {
        vm.warp(START);
        vm.roll(1000);
    }

    function test_make__any_values__each_comes_back(
        address signer,
        uint256 lasts,
        uint32 number,
        uint8 generation,
        uint256 blockNumber,
        uint256 now_
    ) public {
        // Up to the year 4147, which 36 bits hold.
        now_ = bound(now_, 1, (1 << 36) - 86_402);
        lasts = bound(lasts, 1, 86_400);
        vm.warp(now_);
        vm.roll(bound(blockNumber, 1, 1 << 60));
        SignerEntry entry = SignerEntries.make(signer, now_ + lasts, number, generation);
        vm.assertEq(entry.validUntil(), now_ + lasts, "validUntil");
        vm.assertEq(entry.attestedAt(), now_, "attestedAt");
        vm.assertEq(uint256(entry.admission()), number, "admission");
        vm.assertEq(uint256(entry.generation()), generation, "generation");
        vm.assertFalse(entry.isMarked(), "marked");
        vm.assertTrue(entry.isOf(signer), "isOf");
        vm.assertFalse(entry.isFree(), "free");
    }

    /// @dev The bucket is the low bits, so together they are the whole address.
    function test_isOf__any_other_address_of_the_bucket__no(address signer, uint256 bit)
        public
        view
    {
        SignerEntry entry = SignerEntries.make(signer, START + 1, 0, 0);
        bit = bound(bit, 0, 159);
        address other = address(uint160(uint256(uint160(signer)) ^ (uint256(1) << bit)));
        if (bit < 10) {
            vm.assertTrue(SignerEntries.bucketOf(other) != SignerEntries.bucketOf(signer), "bucket");
        } else {
            vm.assertFalse(entry.isOf(other), "isOf");
        }
    }

    function test_isOf__no_entry__nobody(address signer) public pure {
        vm.assertFalse(SignerEntry.wrap(0).isOf(signer), "isOf");
        vm.assertFalse(SignerEntry.wrap(1).isOf(signer), "marked");
    }

    function test_isFree__no_entry__at_any_block(uint256 number, bool isMarked) public {
        vm.roll(bound(number, 0, 1 << 60));
        vm.assertTrue(SignerEntry.wrap(isMarked ? 1 : 0).isFree(), "free");
    }

    /// @dev Never while the entry is valid, nor while a quote by which its signer was registered could
    /// be shown again; and 383 blocks after its end at the latest, for a long time.
    function test_isFree__any_block_and_time__exact(uint256 from, uint256 blocks, uint256 seconds_)
        public
    {
        from = bound(from, 1, 1 << 60);
        vm.roll(from);
        SignerEntry entry = SignerEntries.make(address(0xe1), START + 3600, 7, 7);
        blocks = bound(blocks, 0, 520_000);
        seconds_ = bound(seconds_, 0, 7200);
        vm.roll(from + blocks);
        vm.warp(START + seconds_);
        if (seconds_ < 3600 || blocks < 255) vm.assertFalse(entry.isFree(), "too early");
        else if (blocks >= 384) vm.assertTrue(entry.isFree(), "taken for too long");
    }

    /// @dev The newest quote names the block before; 256 blocks later it is too old in every window.
    function test_isFree__every_offset_in_a_unit__not_before_255_blocks() public {
        for (uint256 offset = 0; offset < 128; ++offset) {
            vm.roll(12_800 + offset);
            SignerEntry entry = this.made();
            vm.warp(START + 2);
            vm.roll(12_800 + offset + 254);
            vm.assertFalse(this.isFree(entry), "too early");
            vm.roll(12_800 + offset + 384);
            vm.assertTrue(this.isFree(entry), "too late");
            vm.warp(START);
        }
    }

    /// @dev In calls of their own: within one, the optimizer reads the block's number once.
    function made() external view returns (SignerEntry) {
        return SignerEntries.make(address(0xe1), START + 1, 7, 7);
    }

    function isFree(SignerEntry entry) external view returns (bool) {
        return entry.isFree();
    }

    function test_mark__any_entry__that_alone(uint256 word, bool isMarked) public pure {
        SignerEntry entry = SignerEntry.wrap(word);
        vm.assertEq(SignerEntry.unwrap(entry.marked()), word | 1, "marked");
        SignerEntry previous =
            SignerEntry.wrap(isMarked ? type(uint256).max : type(uint256).max - 1);
        uint256 joined =
            SignerEntry.unwrap(SignerEntry.wrap(word & ~uint256(1)).inPlaceOf(previous));
        vm.assertEq(joined, isMarked ? word | 1 : word & ~uint256(1), "joined");
    }
}
