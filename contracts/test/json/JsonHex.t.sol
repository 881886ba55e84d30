// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralErrors as E} from "../../src/interfaces/ICollateralErrors.sol";
import {JsonHex} from "../../src/json/JsonHex.sol";
import {Json, JsonReader} from "../../src/json/JsonReader.sol";
import {TestCase} from "../harness/TestCase.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @notice Hex in strings, in either case and of exact length.
contract JsonHexTest is TestCase {
    function read(bytes calldata text, uint256 size) external pure returns (uint256) {
        return JsonHex.readHex(JsonReader.open(text), size);
    }

    function readLong(bytes calldata text, uint256 highSize, uint256 lowSize)
        external
        pure
        returns (uint256, uint256)
    {
        return JsonHex.readLongHex(JsonReader.open(text), highSize, lowSize);
    }

    function readPrefixed(bytes calldata text) external pure returns (uint256, bool) {
        // "TDX_" in four bytes.
        return JsonHex.readPrefixedHex(JsonReader.open(text), 0x5444585f, 4, 1);
    }

    function test_readHex__any_number__found_in_either_case(uint256 number) public view {
        string memory lower = LibString.toHexStringNoPrefix(number, 32);
        vm.assertEq(this.read(_quoted(bytes(lower)), 32), number, "lower case");
        vm.assertEq(this.read(_quoted(bytes(LibString.upper(lower))), 32), number, "upper case");
    }

    function test_readHex__each_byte_for_a_digit__taken_as_hex_alone() public view {
        for (uint256 sign = 0; sign < 256; ++sign) {
            // Below 256.
            // forge-lint: disable-next-line(unsafe-typecast)
            bytes memory text = abi.encodePacked("0", bytes1(uint8(sign)), "0f");
            bool isDigit = sign >= 0x30 && sign <= 0x39;
            bool isLetter = (sign >= 0x41 && sign <= 0x46) || (sign >= 0x61 && sign <= 0x66);
            try this.read(_quoted(text), 2) returns (uint256 number) {
                vm.assertTrue(isDigit || isLetter, "taken");
                uint256 digit = isDigit ? sign - 0x30 : (sign | 0x20) - 0x57;
                vm.assertEq(number, digit * 256 + 15, "number");
            } catch {
                vm.assertFalse(isDigit || isLetter, "refused");
            }
        }
    }

    function test_readHex__other_length__refused() public {
        bytes4 refusal = E.JsonHexRefused.selector;
        vm.expectRevert(abi.encodeWithSelector(refusal, 0, 2));
        this.read('"000"', 2);
        vm.expectRevert(abi.encodeWithSelector(refusal, 0, 2));
        this.read('"000000"', 2);
    }

    function test_readHex__no_hex__refused_at_its_place() public {
        vm.expectRevert(abi.encodeWithSelector(E.JsonHexRefused.selector, 0, 2));
        this.read('"00g0"', 2);
    }

    function test_readLongHex__both_halves__apart_and_both_looked_at() public {
        (uint256 high, uint256 low) = this.readLong('"0102ABcdef"', 2, 3);
        vm.assertEq(high, 0x0102, "high");
        vm.assertEq(low, 0xabcdef, "low");
        vm.expectRevert(abi.encodeWithSelector(E.JsonHexRefused.selector, 0, 5));
        this.readLong('"01x2abcdef"', 2, 3);
        vm.expectRevert(abi.encodeWithSelector(E.JsonHexRefused.selector, 0, 5));
        this.readLong('"0102abcdeg"', 2, 3);
    }

    function test_readPrefixedHex__prefix_length_and_hex__all_must_be_right() public view {
        (uint256 number, bool good) = this.readPrefixed('"TDX_0A"');
        vm.assertTrue(good && number == 10, "good");
        (, good) = this.readPrefixed('"TDY_0A"');
        vm.assertFalse(good, "prefix");
        (, good) = this.readPrefixed('"TDX_0A0"');
        vm.assertFalse(good, "length");
        (, good) = this.readPrefixed('"TDX_0G"');
        vm.assertFalse(good, "hex");
    }

    function _quoted(bytes memory text) private pure returns (bytes memory) {
        return bytes.concat('"', text, '"');
    }
}
