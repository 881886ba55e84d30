// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Casts of small numbers and literals.
// forge-lint: disable-start(unsafe-typecast)

import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {IRegistryErrors} from "../../src/interfaces/registry/IRegistryErrors.sol";
import {Form, QuoteDraft, QuoteForge} from "../harness/QuoteForge.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";

/// @notice The eight places of one image on one machine, over the years: whenever it gets a new
/// certificate or attestation key it is admitted on other evidence. All of its quotes are public.
contract TEERegistryPlacesTest is RegistryCase {
    using QuoteForge for QuoteDraft;

    address private constant STRANGER = address(0xbad);
    uint256 private constant DAY = 86_400;
    uint256 private constant BLOCKS_PER_DAY = 7200;

    bytes[] private shown;

    /// @dev Whoever shows all of them again each day keeps none of the places.
    function test_admit__old_quotes_shown_each_day__the_machine_finds_a_place() public {
        for (uint256 i = 0; i < 12; ++i) {
            _admitNth(i);
            _nextDay();
            for (uint256 j = 0; j < shown.length; ++j) {
                vm.prank(STRANGER);
                try registry.recheck(shown[j]) {} catch {}
            }
        }
    }

    function test_recheck__good_quote_that_names_an_old_block__extends_nothing() public {
        _admitNth(0);
        uint32 number = admissionOf(KEY);
        rollTo(BLOCK + 99);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRegistryErrors.ReferenceBlockTooOld.selector, BLOCK - 1, BLOCK + 99, 100
            )
        );
        registry.recheck(shown[0]);
        vm.assertEq(registry.admission(number).validUntil, START + DAY, "validUntil");
    }

    /// @dev And it ends what is no longer good, however old it is.
    function test_recheck__bad_verdict_on_a_quote_that_names_an_old_block__evicts() public {
        _admitNth(0);
        rollTo(BLOCK + 100_000);
        sayStatus(TcbStatus.OutOfDate);
        registry.recheck(shown[0]);
        vm.assertFalse(registry.admission(admissionOf(KEY)).isLive, "live");
    }

    /// @dev A quote that was made for a renewal is as recent as one for an admission.
    function test_recheck__quote_of_a_renewal__extends_its_own_admission_alone() public {
        _admitNth(0);
        uint32 number = admissionOf(KEY);
        vm.warp(START + 5);
        QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
        registry.recheck(_renewalQuote(draft, templateOf(draft)));
        vm.assertEq(registry.admission(number).validUntil, START + 5 + DAY, "validUntil");
        bytes memory other = _renewalQuote(draft, STRANGER);
        vm.expectPartialRevert(IRegistryErrors.ReportDataDigestMismatch.selector);
        registry.recheck(other);
    }

    function test_recheck__good_quote_of_other_report_data__extends_nothing() public {
        _admitNth(0);
        QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
        // Made before: signing is a call, of which none is to revert.
        bytes memory other = draft.compact("anything", "at all");
        vm.expectPartialRevert(IRegistryErrors.ReportDataTagUnknown.selector);
        registry.recheck(other);
        (bytes32 high,) = reportData(STRANGER, newestBlock(), hashOf(BLOCK - 1));
        other = draft.compact(high, "of another block");
        vm.expectPartialRevert(IRegistryErrors.ReportDataDigestMismatch.selector);
        registry.recheck(other);
    }

    function _renewalQuote(QuoteDraft memory draft, address template)
        private
        view
        returns (bytes memory)
    {
        (bytes32 high, bytes32 low) =
            renewalReportData(STRANGER, newestBlock(), hashOf(newestBlock()), template);
        return draft.compact(high, low);
    }

    /// @dev With a certificate of its own.
    function _admitNth(uint256 n) private {
        QuoteDraft memory draft = QuoteForge.draft(Form.TdV4);
        draft.backing[40] = bytes1(uint8(draft.backing[40]) ^ uint8(n));
        shown.push(compactQuote(draft, vm.addr(KEY + n), newestBlock()));
        admit(draft, KEY + n, true);
    }

    /// @dev A minute less, so that what was extended has not ended.
    function _nextDay() private {
        vm.warp(block.timestamp + DAY - 60);
        rollTo(block.number + BLOCKS_PER_DAY);
    }
}
