// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {DerWalk} from "../../src/x509/DerWalk.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice DER elements by address: every form that is refused, beside the nearest that is taken.
contract DerWalkTest is TestCase {
    uint8 private constant OCTETS = 0x04;

    /// @dev Offsets from the first byte.
    function content(bytes memory der) external pure returns (uint256 start, uint256 end) {
        uint256 origin = _start(der);
        (start, end) = DerWalk.content(origin, OCTETS, origin);
        return (start - origin, end - origin);
    }

    function integer(bytes memory der) external pure returns (uint256 value, uint256 length) {
        uint256 origin = _start(der);
        (value, length) = DerWalk.integer(origin, origin);
        length -= origin;
    }

    function test_content__each_form_of_length__start_and_end() public view {
        _assertContent(hex"0400", 2, 2);
        _assertContent(hex"047f", 2, 0x81);
        _assertContent(hex"048180", 3, 0x83);
        _assertContent(hex"0481ff", 3, 0x102);
        _assertContent(hex"04820100", 4, 0x104);
        _assertContent(hex"0482ffff", 4, 0x10003);
        _assertContent(hex"0483010000", 5, 0x10005);
        _assertContent(hex"04830fffff", 5, 0x100004);
    }

    function test_content__other_tag__refused() public {
        this.content(hex"0400");
        _refuseContent(hex"0500");
    }

    function test_content__longer_form_than_needed__refused() public {
        this.content(hex"048180");
        _refuseContent(hex"04817f");
        this.content(hex"04820100");
        _refuseContent(hex"048200ff");
        this.content(hex"0483010000");
        _refuseContent(hex"048300ffff");
    }

    function test_content__longer_than_any_transaction__refused() public {
        this.content(hex"04830fffff");
        _refuseContent(hex"0483100000");
        _refuseContent(hex"0483ffffff");
    }

    function test_content__indefinite_or_four_bytes__refused() public {
        this.content(hex"0483010000");
        _refuseContent(hex"04800000");
        _refuseContent(hex"048401000000");
    }

    function test_integer__each_width__value() public view {
        _assertInteger(hex"020100", 0);
        _assertInteger(hex"02017f", 0x7f);
        _assertInteger(hex"02020080", 0x80);
        _assertInteger(bytes.concat(hex"02207f", new bytes(31)), 0x7f << 248);
        _assertInteger(bytes.concat(hex"022100", bytes32(type(uint256).max)), type(uint256).max);
    }

    function test_integer__empty_or_negative__refused() public {
        this.integer(hex"02017f");
        _refuseInteger(hex"0200");
        _refuseInteger(hex"020180");
    }

    function test_integer__needless_zero__refused() public {
        this.integer(hex"02020080");
        _refuseInteger(hex"0202007f");
    }

    function test_integer__more_than_256_bits__refused() public {
        this.integer(bytes.concat(hex"022100ff", new bytes(31)));
        _refuseInteger(bytes.concat(hex"022101ff", new bytes(31)));
        _refuseInteger(bytes.concat(hex"022200ff", new bytes(32)));
    }

    function _start(bytes memory der) private pure returns (uint256 start) {
        assembly {
            start := add(der, 32)
        }
    }

    function _assertContent(bytes memory der, uint256 start, uint256 end) private view {
        (uint256 foundStart, uint256 foundEnd) = this.content(der);
        vm.assertEq(foundStart, start, "start");
        vm.assertEq(foundEnd, end, "end");
    }

    function _assertInteger(bytes memory der, uint256 value) private view {
        (uint256 found, uint256 length) = this.integer(der);
        vm.assertEq(found, value, "value");
        vm.assertEq(length, der.length, "length");
    }

    function _refuseContent(bytes memory der) private {
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.content(der);
    }

    function _refuseInteger(bytes memory der) private {
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.integer(der);
    }
}
