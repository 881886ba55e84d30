// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {Collateral} from "../../src/interfaces/ICollateralStore.sol";
import {CollateralCase} from "./CollateralCase.sol";
import {DateTimeLib} from "solady/utils/DateTimeLib.sol";

/// @notice Which TCB evaluations a store with a delay takes. 17 recovered from an event of
/// 2023-08-08, 18 from one of 2025-02-01; now is 2026-01-01, and the list ends on 2026-01-31.
contract CollateralStoreEvaluationsTest is CollateralCase {
    uint64 private constant DELAY = 365 days;
    uint256 private constant EVENT_OF_18 = 1_738_368_000;
    uint256 private constant STANDARD_18 = EVENT_OF_18 + DELAY;
    uint256 private constant LIST_END = 1_769_817_600;
    uint256 private constant DAY = 86_400;

    function setUp() public override {
        super.setUp();
        store = deployStore(certificate("root"), DELAY);
        store.uploadTcbSigning(certificate("tcbSigning"));
    }

    /* --- the list -------------------------------------------------------------------------- */

    function test_uploadTcbInfo__no_list__refused() public {
        bytes memory reason = abi.encodeWithSelector(E.EvaluationNumbersMissing.selector, TDX);
        refuseTcbInfo(text("tcbInfoTdx"), reason);
        refuseQeIdentity(text("qeIdentityTdx"), reason);
        _assertStandard(0, false);
    }

    function test_uploadTcbInfo__list_of_the_other_tee__refused() public {
        uploadEvaluations(text("evaluationsSgx"));
        refuseTcbInfo(
            text("tcbInfoTdx"), abi.encodeWithSelector(E.EvaluationNumbersMissing.selector, TDX)
        );
        uploadTcbInfo(text("tcbInfoSgx"));
    }

    function test_uploads__highest_that_is_old_enough__taken() public {
        uploadEvaluations(text("evaluationsTdx"));
        _assertStandard(17, true);
        uploadTcbInfo(text("tcbInfoTdx"));
        uploadQeIdentity(text("qeIdentityTdx"));
    }

    function test_uploadTcbInfo__number_not_listed__refused() public {
        uploadEvaluations(text("evaluationsTdx"));
        bytes memory json = replace(text("tcbInfoTdx"), "Number\":17", "Number\":19");
        refuseTcbInfo(json, abi.encodeWithSelector(E.EvaluationNumberUnknown.selector, TDX, 19));
        json = replace(text("tcbInfoTdx"), "Number\":17", "Number\":0");
        refuseTcbInfo(json, abi.encodeWithSelector(E.EvaluationNumberLower.selector, 17, 0));
    }

    /// @dev A list without numbers makes none the standard, and 0 is none.
    function test_uploadTcbInfo__empty_list__refused() public {
        bytes memory list = text("evaluationsTdx");
        uploadEvaluations(bytes.concat(slice(list, 0, find(list, "[") + 1), "]}"));
        _assertStandard(0, true);
        bytes memory json = replace(text("tcbInfoTdx"), "Number\":17", "Number\":0");
        refuseTcbInfo(json, abi.encodeWithSelector(E.EvaluationNumberUnknown.selector, TDX, 0));
    }

    function test_uploadTcbInfo__early__refused_until_the_delay_is_over() public {
        uploadEvaluations(_list(now_, 90 * DAY));
        vm.warp(STANDARD_18 - 1);
        refuseTcbInfo(
            _tcb("18", block.timestamp),
            abi.encodeWithSelector(E.EvaluationTooEarly.selector, 18, STANDARD_18)
        );
        _assertStandard(17, true);
        vm.warp(STANDARD_18);
        _assertStandard(18, true);
        uploadTcbInfo(_tcb("18", block.timestamp));
    }

    /* --- never a lower one ----------------------------------------------------------------- */

    function test_uploads__older_than_the_standard__refused() public {
        vm.warp(STANDARD_18 + 5 * DAY);
        uploadEvaluations(_list(block.timestamp, 30 * DAY));
        bytes memory reason = abi.encodeWithSelector(E.EvaluationNumberLower.selector, 18, 17);
        refuseTcbInfo(_tcb("17", block.timestamp), reason);
        refuseQeIdentity(_identity("17", block.timestamp), reason);
        uploadTcbInfo(_tcb("18", block.timestamp));
        uploadQeIdentity(_identity("18", block.timestamp));
    }

    /// @dev Nobody keeps 17 alive by uploading it again once 18 is old enough.
    function test_uploadTcbInfo__held_one_replaced_as_standard__not_taken_again() public {
        uploadEvaluations(_list(now_, 90 * DAY));
        uploadTcbInfo(text("tcbInfoTdx"));
        vm.warp(STANDARD_18);
        refuseTcbInfo(
            _tcb("17", block.timestamp),
            abi.encodeWithSelector(E.EvaluationNumberLower.selector, 18, 17)
        );
    }

    /// @dev Whoever uploads the last 17 just before stands in the way of no 18 that is older.
    function test_uploadTcbInfo__higher_evaluation_of_an_earlier_issue__taken() public {
        uploadEvaluations(_list(now_, 90 * DAY));
        vm.warp(STANDARD_18 - 1);
        uploadTcbInfo(_tcb("17", block.timestamp));
        vm.warp(STANDARD_18);
        uploadTcbInfo(_tcb("18", STANDARD_18 - DAY));
        refuseTcbInfo(
            _tcb("18", STANDARD_18 - 2 * DAY),
            abi.encodeWithSelector(
                E.CollateralNotNewer.selector, STANDARD_18 - DAY, STANDARD_18 - 2 * DAY
            )
        );
    }

    /// @dev A later list that has forgotten 18 brings 17 back for nobody, on no platform.
    function test_uploads__number_gone_from_the_list__floor_stays() public {
        vm.warp(STANDARD_18);
        uploadEvaluations(_list(block.timestamp, 30 * DAY));
        uploadTcbInfo(_tcb("18", block.timestamp));
        vm.warp(block.timestamp + DAY);
        uploadEvaluations(replace(_list(block.timestamp, 30 * DAY), "Number\":18", "Number\":16"));
        _assertStandard(18, true);
        bytes memory reason = abi.encodeWithSelector(E.EvaluationNumberLower.selector, 18, 17);
        bytes memory other = replace(_tcb("17", block.timestamp), "53494D444556", "53494D444557");
        refuseTcbInfo(other, reason);
        refuseQeIdentity(_identity("17", block.timestamp), reason);
        uploadTcbInfo(_tcb("18", block.timestamp));
    }

    function test_uploads__signing_certificate_revoked__floor_stays() public {
        // forge-lint: disable-next-line(unsafe-typecast)
        store = deployStore(certificate("root"), uint64(DAY));
        store.uploadTcbSigning(certificate("tcbSigning"));
        uploadEvaluations(text("evaluationsTdx"));
        uploadTcbInfo(replace(text("tcbInfoTdx"), "Number\":17", "Number\":18"));
        vm.warp(later);
        store.uploadRootCrl(crl("rootSigningRevoked"));
        store.uploadTcbSigning(certificate("tcbSigningRenewed"));
        bytes memory seventeen = _tcb("17", block.timestamp);
        refuseTcbInfo(seventeen, abi.encodeWithSelector(E.EvaluationNumbersMissing.selector, TDX));
        uploadEvaluations(replace(_list(block.timestamp, 30 * DAY), "Number\":18", "Number\":16"));
        _assertStandard(18, true);
        refuseTcbInfo(seventeen, abi.encodeWithSelector(E.EvaluationNumberLower.selector, 18, 17));
    }

    /* --- a stale list ---------------------------------------------------------------------- */

    function test_uploads__list_has_ended__says_so() public {
        uploadEvaluations(text("evaluationsTdx"));
        vm.warp(LIST_END);
        _assertStandard(17, true);
        vm.warp(LIST_END + 1);
        _assertStandard(0, false);
        bytes memory reason = abi.encodeWithSelector(
            E.EvaluationNumbersExpired.selector, TDX, LIST_END, LIST_END + 1
        );
        refuseTcbInfo(_tcb("17", block.timestamp), reason);
        refuseQeIdentity(_identity("17", block.timestamp), reason);
    }

    /// @dev What it has may be issued anew, as long as the old list itself names nothing higher.
    function test_uploadTcbInfo__list_has_ended__only_what_was_taken_last() public {
        uploadEvaluations(text("evaluationsTdx"));
        uploadTcbInfo(text("tcbInfoTdx"));
        vm.warp(LIST_END + 1);
        _assertStandard(17, false);
        bytes memory reason = abi.encodeWithSelector(
            E.EvaluationNumbersExpired.selector, TDX, LIST_END, LIST_END + 1
        );
        refuseTcbInfo(_tcb("16", block.timestamp), reason);
        refuseTcbInfo(_tcb("18", block.timestamp), reason);
        uploadTcbInfo(_tcb("17", block.timestamp));
        vm.warp(STANDARD_18);
        _assertStandard(0, false);
        reason =
            abi.encodeWithSelector(E.EvaluationNumbersExpired.selector, TDX, LIST_END, STANDARD_18);
        refuseTcbInfo(_tcb("17", block.timestamp), reason);
        refuseTcbInfo(_tcb("18", block.timestamp), reason);
        uploadEvaluations(_list(block.timestamp, 30 * DAY));
        uploadTcbInfo(_tcb("18", block.timestamp));
    }

    function test_uploadTcbInfo__list_signed_by_a_revoked_key__refused() public {
        uploadEvaluations(text("evaluationsTdx"));
        vm.warp(later);
        store.uploadRootCrl(crl("rootSigningRevoked"));
        store.uploadTcbSigning(certificate("tcbSigningRenewed"));
        refuseTcbInfo(
            text("tcbInfoTdx"), abi.encodeWithSelector(E.EvaluationNumbersMissing.selector, TDX)
        );
    }

    /* --- any order ------------------------------------------------------------------------- */

    /// @dev Whatever is uploaded whenever: what is taken was the standard of a list that had not
    /// ended, or what was taken last; and it never falls.
    function test_uploads__any_numbers_and_times__never_falls_and_only_the_standard(uint256[12] memory steps)
        public
    {
        uint256 highest;
        for (uint256 i = 0; i < steps.length; ++i) {
            vm.warp(block.timestamp + 1 + (steps[i] >> 32) % (20 * DAY));
            if (steps[i] & 1 == 0) {
                uploadEvaluations(_list(block.timestamp, 10 * DAY));
                continue;
            }
            uint256 number_ = 16 + (steps[i] >> 8) % 4;
            (uint256 standard, bool isCurrent) = store.standardEvaluation(TDX);
            bytes memory json = _tcb(vm.toString(number_), block.timestamp);
            (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
            try store.uploadTcbInfo(json, r, s) {
                vm.assertEq(number_, standard, "the standard");
                uint256 due = block.timestamp >= STANDARD_18 ? 18 : 17;
                vm.assertEq(number_, isCurrent ? due : highest, "by the calendar");
                vm.assertTrue(number_ >= highest, "never falls");
                highest = number_;
            } catch {
                vm.assertTrue(number_ != standard, "the standard is taken");
            }
            vm.assertEq(store.held(Collateral.TcbInfo, TDX_KEY).number, highest, "held");
        }
    }

    function _assertStandard(uint256 expected, bool isCurrent) private view {
        (uint256 number_, bool isListCurrent) = store.standardEvaluation(TDX);
        vm.assertEq(number_, expected, "standard");
        vm.assertTrue(isListCurrent == isCurrent, "current");
    }

    /// @dev The list of 17 and 18, issued then.
    function _list(uint256 issued, uint256 duration) private view returns (bytes memory) {
        return _dated(text("evaluationsTdx"), issued, duration);
    }

    function _tcb(string memory evaluation, uint256 issued) private view returns (bytes memory) {
        bytes memory json = _dated(text("tcbInfoTdx"), issued, 30 * DAY);
        return replace(json, "Number\":17", string.concat("Number\":", evaluation));
    }

    function _identity(string memory evaluation, uint256 issued)
        private
        view
        returns (bytes memory)
    {
        bytes memory json = _dated(text("qeIdentityTdx"), issued, 30 * DAY);
        return replace(json, "Number\":17", string.concat("Number\":", evaluation));
    }

    function _dated(bytes memory json, uint256 issued, uint256 duration)
        private
        pure
        returns (bytes memory)
    {
        // The end first: an issue may fall on the day that it replaces.
        json = replace(json, "2026-01-31T00:00:00Z", _date(issued + duration));
        return replace(json, "2025-12-31T00:00:00Z", _date(issued));
    }

    function _date(uint256 time) private pure returns (string memory) {
        (uint256 year, uint256 month, uint256 day, uint256 hour, uint256 minute, uint256 second) =
            DateTimeLib.timestampToDateTime(time);
        bytes memory date = bytes.concat(
            bytes(vm.toString(year)), "-", _twoDigits(month), "-", _twoDigits(day), "T"
        );
        date = bytes.concat(date, _twoDigits(hour), ":", _twoDigits(minute));
        return string(bytes.concat(date, ":", _twoDigits(second), "Z"));
    }

    function _twoDigits(uint256 value) private pure returns (bytes memory) {
        bytes memory digits = bytes(vm.toString(value));
        return digits.length == 2 ? digits : bytes.concat("0", digits);
    }
}
