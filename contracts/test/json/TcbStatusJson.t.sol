// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {IsvLevelsJson} from "../../src/json/IsvLevelsJson.sol";
import {Json, JsonReader} from "../../src/json/JsonReader.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice What all levels have in common, in the levels of an enclave.
contract TcbStatusJsonTest is TestCase {
    string private constant TCB = '[{"tcb":{"isvsvn":5},';
    string private constant DATE = '"tcbDate":"2024-03-13T00:00:00Z"';

    function read(bytes calldata text) external pure returns (bytes memory levels) {
        Json memory json = JsonReader.open(text);
        (levels,) = IsvLevelsJson.read(json, 2);
        JsonReader.close(json);
    }

    function test_read__each_status__its_number() public view {
        string[7] memory names = [
            "UpToDate",
            "SWHardeningNeeded",
            "ConfigurationAndSWHardeningNeeded",
            "ConfigurationNeeded",
            "OutOfDate",
            "OutOfDateConfigurationNeeded",
            "Revoked"
        ];
        for (uint256 i = 0; i < names.length; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes memory expected = bytes.concat(hex"0005", bytes1(uint8(i)));
            vm.assertEq(this.read(_level(_status(names[i]))), expected, names[i]);
        }
    }

    function test_read__unknown_status__refused_at_its_place() public {
        this.read(_level(_status("Revoked")));
        uint256 place = bytes(string.concat(TCB, DATE, ',"tcbStatus":')).length;
        _refuse(_status("revoked"), abi.encodeWithSelector(E.TcbStatusUnknown.selector, place));
    }

    function test_read__advisories__passed_over() public view {
        string memory status = _status("OutOfDate");
        this.read(_level(string.concat(status, ',"advisoryIDs":[]')));
        this.read(_level(string.concat(status, ',"advisoryIDs":["INTEL-SA-1","INTEL-SA-2"]')));
    }

    function test_read__key_twice__refused() public {
        string memory status = _status("OutOfDate");
        this.read(_level(status));
        _refuseTwice(status, '"advisoryIDs":', "[]", "advisoryIDs");
        _refuseTwice(status, '"tcbDate":', '"2024-03-13T00:00:00Z"', "tcbDate");
    }

    function test_read__unknown_key__refused() public {
        uint256 place = bytes(string.concat(TCB, DATE, ',"tcbstatus":')).length;
        bytes32 key = "tcbstatus";
        _refuse(
            '"tcbstatus":"UpToDate"', abi.encodeWithSelector(E.JsonKeyUnknown.selector, place, key)
        );
    }

    function test_read__no_status__refused_behind_the_level() public {
        bytes memory json = bytes(string.concat(TCB, DATE, "}]"));
        vm.expectRevert(abi.encodeWithSelector(E.JsonKeyMissing.selector, json.length - 1));
        this.read(json);
    }

    function test_read__other_key_for_the_svn__refused() public {
        this.read(_level(_status("UpToDate")));
        uint256 place = bytes('[{"tcb":{"isvsvm":').length;
        bytes32 key = "isvsvm";
        vm.expectRevert(abi.encodeWithSelector(E.JsonKeyUnknown.selector, place, key));
        this.read('[{"tcb":{"isvsvm":5}}]');
    }

    function _status(string memory name) private pure returns (string memory) {
        return string.concat('"tcbStatus":"', name, '"');
    }

    function _level(string memory rest) private pure returns (bytes memory) {
        return bytes(string.concat(TCB, DATE, ",", rest, "}]"));
    }

    function _refuseTwice(
        string memory status,
        string memory key,
        string memory value,
        bytes32 name
    ) private {
        bool isDate = name == "tcbDate";
        string memory rest = string.concat(status, isDate ? "" : string.concat(",", key, value));
        uint256 place = bytes(string.concat(TCB, DATE, ",", rest, ",", key)).length;
        _refuse(
            string.concat(rest, ",", key, value),
            abi.encodeWithSelector(E.JsonKeyRepeated.selector, place, name)
        );
    }

    function _refuse(string memory rest, bytes memory reason) private {
        bytes memory json = _level(rest);
        vm.expectRevert(reason);
        this.read(json);
    }
}
