// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {Json, JsonReader} from "../../src/json/JsonReader.sol";
import {TdxModulesJson} from "../../src/json/TdxModulesJson.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice TDX modules, refused at their places.
contract TdxModulesJsonTest is TestCase {
    string private constant SIGNER = '"mrsigner":"000000000000000000000000000000000000000000000000'
        '000000000000000000000000000000000000000000000000"';
    string private constant ATTRIBUTES =
        ',"attributes":"0000000000000001","attributesMask":"FFFFFFFFFFFFFFFF"';
    string private constant LEVELS = ',"tcbLevels":[{"tcb":{"isvsvn":4},'
        '"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"UpToDate"}]';

    function base(bytes calldata text) external pure returns (bytes memory) {
        return TdxModulesJson.readBase(JsonReader.open(text));
    }

    function identities(bytes calldata text) external pure returns (bytes memory, uint256) {
        return TdxModulesJson.readIdentities(JsonReader.open(text));
    }

    function test_readBase__good__packed() public view {
        bytes memory module =
            bytes.concat(hex"0000", new bytes(48), hex"0000000000000001ffffffffffffffff");
        vm.assertEq(this.base(_object(SIGNER, ATTRIBUTES)), module, "module");
    }

    function test_readBase__key_of_an_identity__refused() public {
        this.base(_object(SIGNER, ATTRIBUTES));
        bytes32 key = "id";
        bytes memory json = '{"id":"TDX_01"}';
        vm.expectRevert(abi.encodeWithSelector(E.JsonKeyUnknown.selector, 6, key));
        this.base(json);
        key = "other";
        vm.expectRevert(abi.encodeWithSelector(E.JsonKeyUnknown.selector, 9, key));
        this.base('{"other":7}');
    }

    function test_readBase__key_missing__refused_behind_it() public {
        bytes memory json = _object(SIGNER, "");
        vm.expectRevert(abi.encodeWithSelector(E.JsonKeyMissing.selector, json.length));
        this.base(json);
    }

    function test_readIdentities__none__taken() public view {
        (bytes memory modules, uint256 count) = this.identities("[]");
        vm.assertEq(count, 0, "count");
        vm.assertEq(modules, "", "modules");
    }

    function test_readIdentities__64__taken_and_no_more() public {
        bytes memory list = "[";
        for (uint256 i = 1; i <= 64; ++i) {
            list = bytes.concat(list, _module(i), i == 64 ? bytes("") : bytes(","));
        }
        (, uint256 count) = this.identities(bytes.concat(list, "]"));
        vm.assertEq(count, 64, "count");
        _refuse(bytes.concat(list, ",", _module(65), "]"), list.length + 1);
    }

    function test_readIdentities__twice_or_the_base_one__refused() public {
        bytes memory first = bytes.concat("[", _module(1), ",");
        this.identities(bytes.concat(first, _module(2), "]"));
        _refuse(bytes.concat(first, _module(1), "]"), first.length);
        _refuse(bytes.concat("[", _module(0), "]"), 1);
    }

    function test_readIdentities__id_in_another_form__refused() public {
        uint256 place = bytes('[{"id":').length;
        this.identities(bytes.concat("[", _named("TDX_0a"), "]"));
        _refuse(bytes.concat("[", _named("TDX_0g"), "]"), place);
        _refuse(bytes.concat("[", _named("TDX_001"), "]"), place);
    }

    function test_readIdentities__level_too_high__refused() public {
        bytes memory start = bytes.concat("[", _object('"id":"TDX_01",', SIGNER));
        start = bytes.concat(slice(start, 0, start.length - 1), ',"tcbLevels":[{"tcb":{"isvsvn":');
        vm.expectRevert(abi.encodeWithSelector(E.JsonNumberTooLarge.selector, start.length, 255));
        this.identities(bytes.concat(start, "256}}]}]"));
    }

    function _object(string memory first, string memory rest) private pure returns (bytes memory) {
        return bytes(string.concat("{", first, rest, "}"));
    }

    function _module(uint256 id) private pure returns (bytes memory) {
        bytes memory digits = "0123456789ABCDEF";
        bytes memory name = bytes.concat("TDX_", digits[id / 16], digits[id % 16]);
        return _named(string(name));
    }

    function _named(string memory name) private pure returns (bytes memory) {
        return _object(string.concat('"id":"', name, '",', SIGNER, ATTRIBUTES), LEVELS);
    }

    function _refuse(bytes memory json, uint256 place) private {
        vm.expectRevert(abi.encodeWithSelector(E.TdxModuleIdRefused.selector, place));
        this.identities(json);
    }
}
