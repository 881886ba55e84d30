// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms, TermsWord} from "../../src/libraries/Terms.sol";
import {TestCase} from "../harness/TestCase.sol";

contract TermsTest is TestCase {
    function test_with__any_values__each_comes_back_alone(
        uint24 validitySeconds,
        uint16 blocks,
        uint24 epoch,
        bool isPaused,
        uint160 allowed
    ) public pure {
        Terms terms = TermsWord.make(validitySeconds, blocks).withEpoch(epoch).withEra(~epoch);
        terms = terms.withPaused(isPaused).withAllowed(allowed);
        _assertAre(terms, validitySeconds, blocks, epoch, isPaused, allowed);
    }

    function test_with__fields_full__changes_one(
        uint24 validitySeconds,
        uint16 blocks,
        uint24 epoch,
        uint160 allowed
    ) public pure {
        (uint24 s, uint16 b, uint160 a) = (type(uint24).max, type(uint16).max, type(uint160).max);
        Terms full = TermsWord.make(s, b).withEpoch(s).withEra(0).withPaused(true).withAllowed(a);
        _assertAre(full.withAttestValiditySeconds(validitySeconds), validitySeconds, b, s, true, a);
        _assertAre(full.withMaxBlockNumberDiff(blocks), s, blocks, s, true, a);
        _assertAre(full.withEpoch(epoch).withEra(~epoch), s, b, epoch, true, a);
        _assertAre(full.withPaused(false), s, b, s, false, a);
        _assertAre(full.withAllowed(allowed), s, b, s, true, allowed);
    }

    function test_isAllowed__one_bit__is_that_index(uint8 index) public pure {
        index = index % 160;
        Terms terms = TermsWord.make(0, 0).withAllowed(uint160(1) << index);
        for (uint8 i = 0; i < 160; ++i) {
            vm.assertTrue(terms.isAllowed(i) == (i == index), "allowed");
        }
    }

    function _assertAre(
        Terms terms,
        uint24 validitySeconds,
        uint16 blocks,
        uint24 epoch,
        bool isPaused,
        uint160 allowed
    ) private pure {
        vm.assertEq(terms.attestValiditySeconds(), validitySeconds, "validity");
        vm.assertEq(terms.maxBlockNumberDiff(), blocks, "blocks");
        vm.assertEq(terms.epoch(), epoch, "epoch");
        vm.assertEq(terms.era(), ~epoch, "era");
        vm.assertTrue(terms.isPaused() == isPaused, "paused");
        vm.assertEq(terms.allowed(), allowed, "allowed");
    }
}
