// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {CollateralCase} from "./CollateralCase.sol";

/// @notice JSON that is signed as it should be, and refused for what it says.
contract CollateralStoreRefusalsTest is CollateralCase {
    bytes private tcb;
    bytes private qe;
    bytes private list;

    function setUp() public override {
        super.setUp();
        store.uploadTcbSigning(certificate("tcbSigning"));
        tcb = text("tcbInfoTdx");
        qe = text("qeIdentityTdx");
        list = text("evaluationsTdx");
    }

    function test_uploadTcbInfo__signed_by_other_key__refused() public {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey + 1, sha256(tcb));
        vm.expectRevert(E.SignatureInvalid.selector);
        store.uploadTcbInfo(tcb, r, s);
    }

    function test_uploadTcbInfo__signature_of_other_bytes__refused() public {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(qe));
        vm.expectRevert(E.SignatureInvalid.selector);
        store.uploadTcbInfo(tcb, r, s);
    }

    function test_uploadTcbInfo__no_signing_certificate__refused() public {
        store = deployStore(certificate("root"), 0);
        refuseTcbInfo(tcb, abi.encodeWithSelector(E.TcbSigningMissing.selector));
    }

    function test_uploadTcbInfo__signing_certificate_over__refused() public {
        uint256 end = 2_524_607_999;
        vm.warp(end + 1);
        refuseTcbInfo(tcb, abi.encodeWithSelector(E.SignerExpired.selector, end, end + 1));
    }

    function test_uploadTcbInfo__outside_of_its_window__refused() public {
        uint256 issue = now_ - 86_400;
        uint256 end = now_ + 30 * 86_400;
        vm.warp(issue - 1);
        bytes memory early =
            abi.encodeWithSelector(E.CollateralNotYetValid.selector, issue, issue - 1);
        refuseTcbInfo(tcb, early);
        vm.warp(end + 1);
        refuseTcbInfo(tcb, abi.encodeWithSelector(E.CollateralExpired.selector, end, end + 1));
        vm.warp(end);
        uploadTcbInfo(tcb);
    }

    function test_uploadTcbInfo__again__not_newer() public {
        uploadTcbInfo(tcb);
        uint256 issue = now_ - 86_400;
        refuseTcbInfo(tcb, abi.encodeWithSelector(E.CollateralNotNewer.selector, issue, issue));
    }

    function test_uploadTcbInfo__later__replaces() public {
        uploadTcbInfo(tcb);
        uint256 before = store.tcbRecord(TDX_KEY);
        uploadTcbInfo(replace(tcb, "2025-12-31T00:00:00Z", "2025-12-31T00:00:01Z"));
        vm.assertTrue(store.tcbRecord(TDX_KEY) != before, "record");
    }

    function test_uploadTcbInfo__keys_in_other_order_and_lower_case_hex__taken() public {
        bytes memory bent = replace(tcb, '{"id":"TDX","version":3,', "{");
        bent = replace(bent, '"tcbType":0', '"tcbType":0,"version":3,"id":"TDX"');
        bent = replace(bent, "53494D444556", "53494d444556");
        uploadTcbInfo(bent);
        bytes memory expected = blob("tcbInfoTdx");
        uint256 length = expected.length - 32;
        bytes memory kept = codeAt(store.tcbRecord(TDX_KEY));
        vm.assertEq(slice(kept, 1, length + 1), slice(expected, 0, length), "blob");
    }

    function test_uploadTcbInfo__form_bent__refused_with_its_place() public {
        _tcb('{"id"', '{ "id"', E.JsonMalformed.selector);
        _tcb('"version":3', '"version":"3"', E.JsonMalformed.selector);
        _tcb('"version":3', '"version":03', E.JsonMalformed.selector);
        _tcb('"version":3', '"version":3.0', E.JsonMalformed.selector);
        _tcb('"version":3', '"version":-3', E.JsonMalformed.selector);
        _tcb('"version":3', '"version":null', E.JsonMalformed.selector);
        _tcb('"id":"TDX"', '"id":7', E.JsonMalformed.selector);
        _tcb('"id":"TDX"', '"id":"T\\u0044X"', E.JsonMalformed.selector);
        _tcb('"fmspc"', '"fmspx"', E.JsonKeyUnknown.selector);
        _tcb('"fmspc"', '"tcbEvaluationDataNumberTooLongToBeKnown"', E.JsonKeyUnknown.selector);
        _tcb('"tcbType":0', '"tcbType":0,"tcbType":0', E.JsonKeyRepeated.selector);
        _tcb('"tcbType":0,', "", E.JsonKeyMissing.selector);
        _tcb('"issueDate":"2025-12-31T00:00:00Z",', "", E.JsonKeyMissing.selector);
        bytes memory cut = slice(tcb, 0, tcb.length - 1);
        refuseTcbInfo(cut, abi.encodeWithSelector(E.JsonMalformed.selector, cut.length));
        bytes memory longer = bytes.concat(tcb, " ");
        refuseTcbInfo(longer, abi.encodeWithSelector(E.JsonMalformed.selector, tcb.length));
        refuseTcbInfo("", abi.encodeWithSelector(E.JsonMalformed.selector, 0));
        uploadTcbInfo(tcb);
    }

    function test_uploadTcbInfo__values_bent__refused() public {
        _tcb('"TDX"', '"TDY"', E.JsonIdRefused.selector);
        _tcb('"version":3', '"version":4', E.JsonVersionRefused.selector);
        _tcb('"tcbType":0', '"tcbType":1', E.JsonVersionRefused.selector);
        _tcb('"fmspc":"53', '"fmspc":"5', E.JsonHexRefused.selector);
        _tcb('"fmspc":"53', '"fmspc":"5G', E.JsonHexRefused.selector);
        _tcb('"pcesvn":13', '"pcesvn":65536', E.JsonNumberTooLarge.selector);
        _tcb('{"svn":4}', '{"svn":256}', E.JsonNumberTooLarge.selector);
        _tcb('{"svn":4},', "", E.TcbComponentCountWrong.selector);
        _tcb('{"svn":4}', '{"svn":4},{"svn":4}', E.TcbComponentCountWrong.selector);
        _tcb('{"svn":4}', '{"type":"BIOS"}', E.JsonKeyMissing.selector);
        _tcb('{"svn":4}', '{"svn":4,"svn":5}', E.JsonKeyRepeated.selector);
        _tcb('{"svn":4}', '{"svn":4,"other":5}', E.JsonKeyUnknown.selector);
        _tcb('"OutOfDate"', '"OutOfDates"', E.TcbStatusUnknown.selector);
        _tcb('"tdxtcbcomponents"', '"xxxtcbcomponents"', E.JsonKeyUnknown.selector);
        _tcb('"id":"TDX_01"', '"id":"TDX_00"', E.TdxModuleIdRefused.selector);
        _tcb('"id":"TDX_01"', '"id":"TDX_0G"', E.TdxModuleIdRefused.selector);
        _tcb('"id":"TDX_01"', '"id":"SGX_01"', E.TdxModuleIdRefused.selector);
        _tcb('"id":"TDX_01"', '"id":"TDX_001"', E.TdxModuleIdRefused.selector);
        _tcb('"isvsvn":4', '"isvsvn":256', E.JsonNumberTooLarge.selector);
        _tcb('"isvsvn":4', '"isvsvm":4', E.JsonKeyUnknown.selector);
        _tcb('"id":"TDX","version":3', '"id":"SGX","version":3', E.TdxFieldsMismatch.selector);
        refuseTcbInfo(
            replace(text("tcbInfoSgx"), '"id":"SGX"', '"id":"TDX"'),
            abi.encodeWithSelector(E.TdxFieldsMismatch.selector)
        );
        uploadTcbInfo(tcb);
    }

    function test_uploadTcbInfo__dates_bent__refused() public {
        string[9] memory dates = [
            "2025-13-31T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "2025-12-31T24:00:00Z",
            "2025-12-31T00:60:00Z",
            "2025-12-31T00:00:60Z",
            "2025-12-31 00:00:00Z",
            "2025-12-31T00:00:00",
            "2025-12-31T00:00:0:Z",
            "2025-12-31T00:00:0/Z"
        ];
        for (uint256 i = 0; i < dates.length; ++i) {
            _tcb("2025-12-31T00:00:00Z", dates[i], E.JsonDateRefused.selector);
        }
        uploadTcbInfo(replace(tcb, "2025-12-31T00:00:00Z", "2025-12-31T23:59:59Z"));
    }

    function test_uploadTcbInfo__a_module_twice__refused() public {
        uint256 start = find(tcb, '{"id":"TDX_01"');
        uint256 end = find(tcb, '],"tcbLevels":[{"tcb":{"sgx');
        bytes memory twice = bytes.concat(slice(tcb, 0, end), ",", slice(tcb, start, tcb.length));
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(twice));
        vm.expectPartialRevert(E.TdxModuleIdRefused.selector);
        store.uploadTcbInfo(twice, r, s);
    }

    function test_uploadQeIdentity__bent__refused() public {
        _qe('"TD_QE"', '"TD_QF"', E.JsonIdRefused.selector);
        _qe('"version":2', '"version":3', E.JsonVersionRefused.selector);
        _qe('"miscselect":"00', '"miscselect":"', E.JsonHexRefused.selector);
        _qe('"isvprodid":2', '"isvprodid":65536', E.JsonNumberTooLarge.selector);
        _qe('"isvprodid":2,', "", E.JsonKeyMissing.selector);
        _qe('"isvprodid"', '"isvprodix"', E.JsonKeyUnknown.selector);
        _qe('"isvprodid":2', '"isvprodid":2,"isvprodid":2', E.JsonKeyRepeated.selector);
        _qe('"isvsvn":8', '"isvsvn":65536', E.JsonNumberTooLarge.selector);
        _qe('"tcbStatus":"UpToDate"', '"tcbStatus":0', E.JsonMalformed.selector);
        _qe('"tcbDate":"2024-03-13T00:00:00Z",', "", E.JsonKeyMissing.selector);
        _qe('"tcbDate":"2024-03', '"tcbDate":"2024-33', E.JsonDateRefused.selector);
        uint256 levels = find(qe, '"tcbLevels":[');
        bytes memory none = bytes.concat(slice(qe, 0, levels), '"tcbLevels":[]}');
        refuseQeIdentity(
            none, abi.encodeWithSelector(E.TcbLevelCountRefused.selector, levels + 12, 0)
        );
        uploadQeIdentity(qe);
    }

    function test_uploadQeIdentity__other_kinds_text__refused() public {
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(tcb));
        vm.expectPartialRevert(E.JsonIdRefused.selector);
        store.uploadQeIdentity(tcb, r, s);
    }

    function test_uploadTcbEvaluationNumbers__bent__refused() public {
        _list('"id":"TDX"', '"id":"TD_QE"', E.JsonIdRefused.selector);
        _list('"version":1', '"version":2', E.JsonVersionRefused.selector);
        _list('"tcbRecoveryEventDate"', '"tcbRecoveryEventDat"', E.JsonKeyUnknown.selector);
        _list('"tcbDate":"2024-03-13T00:00:00Z"}', "}", E.JsonMalformed.selector);
        _list(',"tcbDate":"2024-03-13T00:00:00Z"}', "}", E.JsonKeyMissing.selector);
        _list('"version":1', '"version":1,"tcbEvaluationDataNumber":7', E.JsonKeyUnknown.selector);
        uploadEvaluations(list);
    }

    function test_uploadTcbEvaluationNumbers__key_missing__refused_at_the_end() public {
        bytes memory json = replace(list, '"version":1,', "");
        refuseEvaluations(json, abi.encodeWithSelector(E.JsonKeyMissing.selector, json.length));
        uploadEvaluations(list);
    }

    /// @dev A list of levels at its limit, in worst order, and one more.
    function test_uploadQeIdentity__most_levels__taken() public {
        uint256 levels = find(qe, '"tcbLevels":[') + 13;
        bytes memory json = slice(qe, 0, levels);
        for (uint256 i = 0; i < 128; ++i) {
            json = bytes.concat(json, _isvLevel(i), i == 127 ? bytes("") : bytes(","));
        }
        bytes memory more = bytes.concat(json, ",", _isvLevel(128), "]}");
        refuseQeIdentity(
            more, abi.encodeWithSelector(E.TcbLevelCountRefused.selector, levels - 1, 129)
        );
        uploadQeIdentity(bytes.concat(json, "]}"));
        bytes memory kept = codeAt(store.qeRecord(TDX));
        vm.assertEq(uint8(kept[75]), 128, "count");
        vm.assertEq(slice(kept, 76, 79), hex"007f00", "highest");
    }

    function _isvLevel(uint256 svn) private pure returns (bytes memory) {
        return bytes.concat(
            '{"tcb":{"isvsvn":',
            bytes(vm.toString(svn)),
            '},"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"UpToDate"}'
        );
    }

    function _tcb(string memory old, string memory new_, bytes4 reason) private {
        bytes memory json = replace(tcb, old, new_);
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        vm.expectPartialRevert(reason);
        store.uploadTcbInfo(json, r, s);
    }

    function _qe(string memory old, string memory new_, bytes4 reason) private {
        bytes memory json = replace(qe, old, new_);
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        vm.expectPartialRevert(reason);
        store.uploadQeIdentity(json, r, s);
    }

    function _list(string memory old, string memory new_, bytes4 reason) private {
        bytes memory json = replace(list, old, new_);
        (bytes32 r, bytes32 s) = vm.signP256(tcbSigningKey, sha256(json));
        vm.expectPartialRevert(reason);
        store.uploadTcbEvaluationNumbers(json, r, s);
    }
}
