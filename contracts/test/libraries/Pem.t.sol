// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Pem} from "../../src/libraries/Pem.sol";
import {TestCase} from "../harness/TestCase.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";

/// @notice PEM text of one certificate, of any content.
contract PemTest is TestCase {
    string private constant BEGIN = "-----BEGIN CERTIFICATE-----\n";
    string private constant END = "-----END CERTIFICATE-----\n";

    function test_decode__any_content__as_encoded(bytes memory content) public view {
        vm.assume(content.length > 0);
        bytes memory text = _encode(content);
        (bytes memory der, uint256 next) = this.decode(text, 0);
        vm.assertEq(der, content, "content");
        vm.assertEq(next, text.length, "next");
    }

    /// @dev Around the end of a line: 48 bytes fill one.
    function test_decode__each_length_up_to_100__as_encoded() public view {
        for (uint256 length = 1; length <= 100; ++length) {
            bytes memory content = new bytes(length);
            content[length - 1] = 0xff;
            (bytes memory der,) = this.decode(_encode(content), 0);
            vm.assertEq(der, content, "content");
        }
    }

    function test_decode__second_certificate__from_its_offset() public view {
        bytes memory first = _encode("first");
        bytes memory text = bytes.concat(first, _encode("second"));
        (bytes memory der, uint256 next) = this.decode(text, first.length);
        vm.assertEq(der, "second", "content");
        vm.assertEq(next, text.length, "next");
    }

    function test_decode__other_first_line__refused() public {
        _refuse(string.concat("-----BEGIN X509 CRL-----\nAAAA\n", END), 0);
        _refuse(string.concat("AAAA\n", END), 0);
        _refuse("", 0);
    }

    function test_decode__other_last_line__refused() public {
        _refuse(string.concat(BEGIN, "AAAA\n-----END CERTIFICATE-----"), 33);
        _refuse(string.concat(BEGIN, "AAAA\n-----END X509 CRL-----\n   "), 33);
    }

    function test_decode__no_last_line__refused() public {
        _refuse(string.concat(BEGIN, "AAAA\n"), 28);
        _refuse(string.concat(BEGIN, "AAAA"), 28);
        _refuse(BEGIN, 28);
    }

    function test_decode__carriage_returns__refused() public {
        _refuse(string.concat(BEGIN, "AAAA\r\n", END), 34);
    }

    function test_decode__no_padding__refused() public {
        _refuse(string.concat(BEGIN, "AAA\n", END), 32);
        this.decode(bytes(string.concat(BEGIN, "AAA=\n", END)), 0);
    }

    function test_decode__lines_of_another_width__refused() public {
        _refuse(string.concat(BEGIN, "AAAA\nAAAA\n", END), 28);
        string memory wide =
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
        _refuse(string.concat(BEGIN, wide, END), 28);
        string memory full = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        _refuse(string.concat(BEGIN, full, "A", END), 28);
    }

    function test_decode__no_line__refused() public {
        _refuse(string.concat(BEGIN, END), 28);
    }

    function test_decode__empty_line__refused() public {
        _refuse(string.concat(BEGIN, "\n", END), 28);
    }

    function test_decode__character_outside_the_alphabet__refused() public {
        bytes memory text = bytes(string.concat(BEGIN, "AA!A\n", END));
        vm.expectRevert(abi.encodeWithSelector(Base64.InvalidBase64Char.selector, bytes1(0x21)));
        this.decode(text, 0);
    }

    function test_decode__any_text__refused_with_a_reason(bytes memory text) public view {
        bytes memory whole = bytes.concat(bytes(BEGIN), text);
        try this.decode(whole, 0) {
            revert("random text was taken");
        } catch (bytes memory reason) {
            bool isKnown = selectorOf(reason) == IDcapErrors.PemInvalid.selector
                || selectorOf(reason) == Base64.InvalidBase64Char.selector;
            vm.assertTrue(isKnown, "reason");
        }
    }

    /// @dev From outside, for calldata and so that a revert can be expected.
    function decode(bytes calldata text, uint256 offset)
        external
        pure
        returns (bytes memory, uint256)
    {
        return Pem.decode(text, offset);
    }

    function _encode(bytes memory content) private pure returns (bytes memory text) {
        bytes memory characters = bytes(Base64.encode(content));
        text = bytes(BEGIN);
        for (uint256 i = 0; i < characters.length; i += 64) {
            uint256 end = i + 64 < characters.length ? i + 64 : characters.length;
            text = bytes.concat(text, slice(characters, i, end), "\n");
        }
        text = bytes.concat(text, bytes(END));
    }

    function _refuse(string memory text, uint256 offset) private {
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.PemInvalid.selector, offset));
        this.decode(bytes(text), 0);
    }
}
