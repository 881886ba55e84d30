// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Region, SignedRegion} from "../../src/libraries/SignedRegion.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Where the parts of a quote stand, by version, TEE type and body type.
contract SignedRegionTest is TestCase {
    uint32 private constant SGX = 0;
    uint32 private constant TDX = 0x81;

    function read(bytes calldata quote) external pure returns (Region memory) {
        return SignedRegion.read(quote);
    }

    function test_read__each_kind__its_places() public {
        _assertRegion(3, SGX, 0, 48, 384);
        _assertRegion(4, SGX, 0, 48, 384);
        _assertRegion(5, SGX, 1, 54, 384);
        _assertRegion(4, TDX, 0, 48, 584);
        _assertRegion(5, TDX, 2, 54, 584);
        _assertRegion(5, TDX, 3, 54, 648);
    }

    function test_read__what_does_not_go_together__refused() public {
        _refuse(2, SGX, 0);
        _refuse(6, SGX, 0);
        _refuse(5, SGX, 2);
        _refuse(3, TDX, 0);
        _refuse(5, TDX, 1);
        _refuse(5, TDX, 4);
        _refuse(4, 1, 0);
        _refuse(4, 0x8100, 0);
    }

    function test_read__shorter_than_a_header__refused() public {
        bytes4 selector = SignedRegion.SignedRegionUnknown.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 0, 0, 0, 49));
        this.read(new bytes(49));
        vm.expectRevert(abi.encodeWithSelector(selector, 0, 0, 0, 50));
        this.read(new bytes(50));
    }

    function _assertRegion(
        uint16 version,
        uint32 teeType,
        uint8 bodyType,
        uint256 body,
        uint256 length
    ) private {
        bytes memory quote = _quote(version, teeType, bodyType, body + length);
        Region memory region = this.read(quote);
        vm.assertEq(region.version, version, "version");
        vm.assertTrue(region.isEnclave == (teeType == SGX), "isEnclave");
        vm.assertEq(region.body, body, "body");
        vm.assertEq(region.length, body + length, "length");
        vm.assertEq(region.reportData, body + (teeType == SGX ? 320 : 520), "reportData");
        _refuse(_quote(version, teeType, bodyType, body + length - 1), version, teeType, bodyType);
    }

    function _refuse(uint16 version, uint32 teeType, uint8 bodyType) private {
        _refuse(_quote(version, teeType, bodyType, 1000), version, teeType, bodyType);
    }

    function _refuse(bytes memory quote, uint16 version, uint32 teeType, uint8 bodyType) private {
        bytes4 selector = SignedRegion.SignedRegionUnknown.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, version, teeType, bodyType, quote.length));
        this.read(quote);
    }

    /// @dev All numbers are little-endian.
    function _quote(uint16 version, uint32 teeType, uint8 bodyType, uint256 length)
        private
        pure
        returns (bytes memory quote)
    {
        quote = new bytes(length);
        // forge-lint: disable-start(unsafe-typecast)
        quote[0] = bytes1(uint8(version));
        quote[4] = bytes1(uint8(teeType));
        quote[5] = bytes1(uint8(teeType >> 8));
        // forge-lint: disable-end(unsafe-typecast)
        quote[48] = bytes1(bodyType);
    }
}
