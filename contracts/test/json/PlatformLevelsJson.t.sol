// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {Json, JsonReader} from "../../src/json/JsonReader.sol";
import {PlatformLevelsJson} from "../../src/json/PlatformLevelsJson.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice A platform's levels, of which the odd ones are refused at their places.
contract PlatformLevelsJsonTest is TestCase {
    string private constant REST = ',"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"UpToDate"}';

    function read(bytes calldata text)
        external
        pure
        returns (bytes memory levels, uint256 count, bool isTdx)
    {
        Json memory json = JsonReader.open(text);
        (levels, count, isTdx) = PlatformLevelsJson.read(json);
        JsonReader.close(json);
    }

    function test_read__levels_of_either_tee__packed() public view {
        (bytes memory levels, uint256 count, bool isTdx) = this.read(bytes(_list(_sgxLevel())));
        vm.assertEq(count, 1, "count");
        vm.assertFalse(isTdx, "SGX");
        bytes memory sgx = hex"01010101010101010101010101010101";
        vm.assertEq(levels, bytes.concat(sgx, new bytes(16), hex"000d00"), "SGX level");
        (levels, count, isTdx) = this.read(bytes(_list(_tdxLevel())));
        vm.assertTrue(isTdx, "TDX");
        vm.assertEq(levels, bytes.concat(sgx, sgx, hex"000d00"), "TDX level");
    }

    function test_read__category_and_type_of_a_component__passed_over() public view {
        string memory first = '{"svn":1,"category":"BIOS","type":"Early Microcode Update"}';
        this.read(bytes(_list(_level(_tcb(_components(first))))));
    }

    function test_read__category_or_type_twice__refused() public {
        _refuseComponent('{"svn":1,"type":"a","type":"b"}', '"b"}', "type");
        _refuseComponent('{"svn":1,"category":"a","category":"b"}', '"b"}', "category");
    }

    function test_read__no_levels__refused() public {
        this.read(bytes(_list(_sgxLevel())));
        _refuse("[]", abi.encodeWithSelector(E.TcbLevelCountRefused.selector, 0, 0));
    }

    function test_read__129_levels__refused() public {
        string memory levels = _sgxLevel();
        for (uint256 i = 1; i < 128; ++i) {
            levels = string.concat(levels, ",", _sgxLevel());
        }
        (, uint256 count,) = this.read(bytes(_list(levels)));
        vm.assertEq(count, 128, "most levels");
        _refuse(
            _list(string.concat(levels, ",", _sgxLevel())),
            abi.encodeWithSelector(E.TcbLevelCountRefused.selector, 0, 129)
        );
    }

    function test_read__levels_of_both_tees__refused() public {
        this.read(bytes(_list(string.concat(_tdxLevel(), ",", _tdxLevel()))));
        bytes memory reason = abi.encodeWithSelector(E.TdxFieldsMismatch.selector);
        _refuse(_list(string.concat(_tdxLevel(), ",", _sgxLevel())), reason);
        _refuse(_list(string.concat(_sgxLevel(), ",", _tdxLevel())), reason);
    }

    function test_read__no_components__refused() public {
        string memory json = _list(_level('"sgxtcbcomponents":[],"pcesvn":13'));
        uint256 place = bytes('[{"tcb":{"sgxtcbcomponents":').length;
        _refuse(json, abi.encodeWithSelector(E.TcbComponentCountWrong.selector, place, 0));
    }

    function test_read__unknown_key_in_a_tcb__refused() public {
        string memory json = _list(_level('"pcesvm":13'));
        uint256 place = bytes('[{"tcb":{"pcesvm":').length;
        bytes32 key = "pcesvm";
        _refuse(json, abi.encodeWithSelector(E.JsonKeyUnknown.selector, place, key));
    }

    function test_read__part_of_a_tcb_twice__refused() public {
        string memory once = '"pcesvn":13';
        uint256 place = bytes('[{"tcb":{"pcesvn":13,"pcesvn":').length;
        bytes32 key = "pcesvn";
        _refuse(
            _list(_level(string.concat(once, ",", once))),
            abi.encodeWithSelector(E.JsonKeyRepeated.selector, place, key)
        );
    }

    function test_read__part_of_a_level_missing__refused_behind_it() public {
        string[3] memory levels = [
            _level('"pcesvn":13'),
            _level(string.concat('"sgxtcbcomponents":', _components('{"svn":1}'))),
            '{"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"UpToDate"}'
        ];
        for (uint256 i = 0; i < levels.length; ++i) {
            uint256 place = bytes(levels[i]).length + 1;
            _refuse(_list(levels[i]), abi.encodeWithSelector(E.JsonKeyMissing.selector, place));
        }
    }

    function test_read__component_without_svn__refused_behind_it() public {
        string memory component = '{"type":"a"}';
        string memory json = _list(_level(_tcb(_components(component))));
        uint256 place = bytes('[{"tcb":{"sgxtcbcomponents":[{"type":"a"}').length;
        _refuse(json, abi.encodeWithSelector(E.JsonKeyMissing.selector, place));
    }

    /* --- parts ----------------------------------------------------------------------------- */

    function _list(string memory levels) private pure returns (string memory) {
        return string.concat("[", levels, "]");
    }

    function _level(string memory tcb) private pure returns (string memory) {
        return string.concat('{"tcb":{', tcb, "}", REST);
    }

    function _tcb(string memory components) private pure returns (string memory) {
        return string.concat('"sgxtcbcomponents":', components, ',"pcesvn":13');
    }

    function _sgxLevel() private pure returns (string memory) {
        return _level(_tcb(_components('{"svn":1}')));
    }

    function _tdxLevel() private pure returns (string memory) {
        string memory components = _components('{"svn":1}');
        return _level(string.concat(_tcb(components), ',"tdxtcbcomponents":', components));
    }

    /// @dev 16, of which the first one is given.
    function _components(string memory first) private pure returns (string memory list) {
        list = string.concat("[", first);
        for (uint256 i = 1; i < 16; ++i) {
            list = string.concat(list, ',{"svn":1}');
        }
        return string.concat(list, "]");
    }

    function _refuseComponent(string memory component, string memory behindKey, bytes32 key)
        private
    {
        string memory json = _list(_level(_tcb(_components(component))));
        uint256 place = bytes('[{"tcb":{"sgxtcbcomponents":[').length + bytes(component).length
            - bytes(behindKey).length;
        _refuse(json, abi.encodeWithSelector(E.JsonKeyRepeated.selector, place, key));
    }

    function _refuse(string memory json, bytes memory reason) private {
        vm.expectRevert(reason);
        this.read(bytes(json));
    }
}
