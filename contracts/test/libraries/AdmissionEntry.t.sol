// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {AdmissionEntries, AdmissionEntry} from "../../src/libraries/AdmissionEntry.sol";
import {Terms, TermsWord} from "../../src/libraries/Terms.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice An admission in one word.
contract AdmissionEntryTest is TestCase {
    struct Values {
        address template;
        uint8 policyIndex;
        uint8 generation;
        bool isIdentified;
        uint40 until;
        uint24 era;
        uint8 status;
    }

    function test_make__any_values__each_comes_back(Values memory values) public pure {
        AdmissionEntry entry = _make(values);
        _assertAre(entry, values);
        vm.assertFalse(entry.isEnrolled() || entry.isEnded(), "flags");
        entry = entry.enrolled();
        _assertAre(entry, values);
        vm.assertTrue(entry.isEnrolled() && !entry.isEnded(), "enrolled");
        entry = entry.ended();
        _assertAre(entry, values);
        vm.assertTrue(!entry.isEnrolled() && entry.isEnded(), "ended");
    }

    /// @dev Of what stood there before it keeps the end alone.
    function test_make__in_place_of_another__held_as_long(Values memory values, uint256 previous)
        public
        pure
    {
        AdmissionEntry entry = AdmissionEntries.make(
            AdmissionEntry.wrap(previous),
            values.template,
            values.policyIndex,
            values.generation,
            values.isIdentified
        );
        // The end is the 40 bits above the template's 160.
        // forge-lint: disable-next-line(unsafe-typecast)
        values.until = uint40(previous >> 160);
        (values.era, values.status) = (0, 0);
        _assertAre(entry, values);
        vm.assertFalse(entry.isEnrolled() || entry.isEnded(), "flags");
    }

    function test_vouched__again__never_ends_earlier(Values memory values, uint40 until, uint24 era)
        public
        pure
    {
        AdmissionEntry entry =
            _make(values).enrolled().vouched(until, era, TcbStatus.SWHardeningNeeded);
        if (until > values.until) values.until = until;
        (values.era, values.status) = (era, 1);
        _assertAre(entry, values);
        vm.assertTrue(entry.isEnrolled(), "enrolled");
    }

    function test_isCurrent__epoch_and_measurement__both(uint24 era, uint24 epoch, uint160 allowed)
        public
        pure
    {
        Values memory values;
        (values.era, values.policyIndex) = (era, 5);
        Terms terms = TermsWord.make(0, 0).withEpoch(epoch).withAllowed(allowed);
        bool expected = era >= epoch && (allowed >> 5) & 1 == 1;
        vm.assertTrue(_make(values).isCurrent(terms) == expected, "current");
    }

    function test_isFree__time__from_its_end_on(uint40 until, uint40 now_) public {
        Values memory values;
        values.until = until;
        vm.warp(now_);
        vm.assertTrue(_make(values).isFree() == (now_ >= until), "free");
    }

    function _make(Values memory values) private pure returns (AdmissionEntry) {
        values.status = values.status % 10;
        AdmissionEntry entry = AdmissionEntries.make(
            AdmissionEntry.wrap(0),
            values.template,
            values.policyIndex,
            values.generation,
            values.isIdentified
        );
        return entry.vouched(values.until, values.era, TcbStatus(values.status));
    }

    function _assertAre(AdmissionEntry entry, Values memory values) private pure {
        vm.assertEq(entry.template(), values.template, "template");
        vm.assertEq(uint256(entry.policyIndex()), values.policyIndex, "policyIndex");
        vm.assertEq(uint256(entry.generation()), values.generation, "generation");
        vm.assertTrue(entry.isIdentified() == values.isIdentified, "isIdentified");
        vm.assertEq(uint256(entry.validUntil()), values.until, "validUntil");
        vm.assertEq(uint256(entry.era()), values.era, "era");
        vm.assertEq(uint256(entry.status()), values.status, "status");
    }
}
