// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Der} from "../../src/libraries/Der.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice DER elements: each malformed one stands beside a good one.
contract DerTest is TestCase {
    /* --- lengths --------------------------------------------------------------------------- */

    function test_skip__short_and_long_lengths__content() public view {
        _assertContent(hex"0400", 2, 2);
        _assertContent(hex"0401aa", 2, 3);
        _assertContent(bytes.concat(hex"047f", new bytes(0x7f)), 2, 0x81);
        _assertContent(bytes.concat(hex"048180", new bytes(0x80)), 3, 0x83);
        _assertContent(bytes.concat(hex"0481ff", new bytes(0xff)), 3, 0x102);
        _assertContent(bytes.concat(hex"04820100", new bytes(0x100)), 4, 0x104);
    }

    function test_skip__longer_form_than_needed__refused() public {
        _refuseSkip(bytes.concat(hex"04817f", new bytes(0x7f)));
        _refuseSkip(bytes.concat(hex"048200ff", new bytes(0xff)));
        _refuseSkip(bytes.concat(hex"0483000100", new bytes(0x100)));
    }

    function test_skip__indefinite_length__refused() public {
        _refuseSkip(hex"30800000");
        _refuseSkip(hex"3080");
    }

    function test_skip__beyond_the_end__refused() public {
        _refuseSkip("");
        _refuseSkip(hex"04");
        _refuseSkip(hex"0401");
        _refuseSkip(hex"0481");
        _refuseSkip(hex"048201");
        _refuseSkip(hex"0482ffff00");
    }

    function test_skip__limit_beyond_the_bytes__refused() public {
        this.skip(hex"0400", 0, 2);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.skip(hex"0400", 0, 3);
    }

    function test_tagAt__outside__refused() public {
        vm.assertEq(this.tagAt(hex"0400", 1, 2), 0, "inside");
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 1));
        this.tagAt(hex"0400", 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 1));
        this.tagAt(hex"0400", 1, 3);
    }

    function test_enterOnly__another_element_after_it__refused() public {
        this.enterOnly(hex"0401aa", Der.OCTET_STRING);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 3));
        this.enterOnly(hex"0401aa0500", Der.OCTET_STRING);
    }

    function test_skip__any_bytes__inside_or_refused(bytes memory data, uint256 offset)
        public
        view
    {
        offset = bound(offset, 0, data.length + 40);
        try this.skip(data, offset) returns (uint256 start, uint256 end) {
            vm.assertTrue(offset < start && start <= end && end <= data.length, "inside");
        } catch (bytes memory reason) {
            bytes4 selector = IDcapErrors.CertificateMalformed.selector;
            vm.assertEq(reason, abi.encodeWithSelector(selector, offset), "reason");
        }
    }

    function test_enter__other_tag__refused() public {
        this.enter(hex"0401aa", Der.OCTET_STRING);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.enter(hex"0401aa", Der.BIT_STRING);
    }

    /* --- integers -------------------------------------------------------------------------- */

    function test_readUint256__numbers__read() public view {
        vm.assertEq(this.readUint256(hex"020100"), 0, "zero");
        vm.assertEq(this.readUint256(hex"02017f"), 0x7f, "one byte");
        vm.assertEq(this.readUint256(hex"02020080"), 0x80, "a zero before the sign bit");
        bytes memory widest = bytes.concat(hex"022100", abi.encode(type(uint256).max));
        vm.assertEq(this.readUint256(widest), type(uint256).max, "256 bits");
    }

    function test_readUint256__not_der__refused() public {
        _refuseInteger(hex"0200"); // empty
        _refuseInteger(hex"020180"); // negative
        _refuseInteger(hex"0202007f"); // a needless zero
        _refuseInteger(bytes.concat(hex"02220080", new bytes(32))); // too large
    }

    /* --- times ----------------------------------------------------------------------------- */

    function test_readTime__both_forms__unix_seconds() public view {
        vm.assertEq(_utc("700101000000Z"), 0, "1970");
        vm.assertEq(_utc("180521105010Z"), 1_526_899_810, "2018");
        vm.assertEq(_utc("491231235959Z"), 2_524_607_999, "2049");
        vm.assertEq(_utc("240229000000Z"), 1_709_164_800, "leap day");
        vm.assertEq(_generalized("20510203040506Z"), 2_559_009_906, "2051");
    }

    function test_readTime__not_a_time__refused() public {
        string[13] memory bent = [
            "250229000000Z", // no leap year
            "251301000000Z",
            "250001000000Z",
            "250100000000Z",
            "250101240000Z",
            "250101006000Z",
            "250101000060Z",
            "2501010000000", // no Z
            "25010100000:Z",
            "25010100000/Z",
            "2501010000:0Z",
            "2501010000/0Z",
            ":00101000000Z" // a colon follows the nine: 2000, if taken for ten
        ];
        for (uint256 i = 0; i < bent.length; ++i) {
            bytes memory der = bytes.concat(hex"170d", bytes(bent[i]));
            vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
            this.readTime(der);
        }
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.readTime(bytes.concat(hex"170b", "2501010000Z"));
    }

    /// @dev Before 1970 there are no Unix seconds.
    function test_readTime__before_1970__refused() public {
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.readTime(bytes.concat(hex"170d", "691231235959Z"));
    }

    /* --- words ----------------------------------------------------------------------------- */

    function test_word__past_the_end__zero() public pure {
        bytes memory data = new bytes(33);
        data[32] = 0xaa;
        vm.assertEq(Der.word(data, 1), bytes32(uint256(0xaa)), "inside");
        vm.assertEq(Der.word(data, 32), bytes32(bytes1(0xaa)), "partly inside");
        vm.assertEq(Der.word(data, 33), bytes32(0), "outside");
    }

    /* --- from outside, so that reverts can be expected -------------------------------------- */

    function skip(bytes memory der, uint256 offset) external pure returns (uint256, uint256) {
        return Der.skip(der, offset, der.length);
    }

    function skip(bytes memory der, uint256 offset, uint256 limit)
        external
        pure
        returns (uint256, uint256)
    {
        return Der.skip(der, offset, limit);
    }

    function tagAt(bytes memory der, uint256 offset, uint256 limit) external pure returns (uint8) {
        return Der.tagAt(der, offset, limit);
    }

    function enterOnly(bytes memory der, uint8 tag) external pure returns (uint256, uint256) {
        return Der.enterOnly(der, 0, der.length, tag);
    }

    function enter(bytes memory der, uint8 tag) external pure returns (uint256, uint256) {
        return Der.enter(der, 0, der.length, tag);
    }

    function readUint256(bytes memory der) external pure returns (uint256 number) {
        (number,) = Der.readUint256(der, 0, der.length);
    }

    function readTime(bytes memory der) external pure returns (uint64 time) {
        (time,) = Der.readTime(der, 0, der.length);
    }

    function _utc(string memory text) private view returns (uint64) {
        return this.readTime(bytes.concat(hex"170d", bytes(text)));
    }

    function _generalized(string memory text) private view returns (uint64) {
        return this.readTime(bytes.concat(hex"180f", bytes(text)));
    }

    function _assertContent(bytes memory der, uint256 start, uint256 end) private view {
        (uint256 foundStart, uint256 foundEnd) = this.skip(der, 0);
        vm.assertEq(foundStart, start, "start");
        vm.assertEq(foundEnd, end, "end");
    }

    function _refuseSkip(bytes memory der) private {
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.skip(der, 0);
    }

    function _refuseInteger(bytes memory der) private {
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.readUint256(der);
    }
}
