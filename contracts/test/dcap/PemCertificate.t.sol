// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64Word} from "../../src/dcap/Base64Word.sol";
import {PemCertificate} from "../../src/dcap/PemCertificate.sol";
import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Memory} from "../../src/libraries/Memory.sol";
import {PemText} from "../harness/PemText.sol";
import {TestCase} from "../harness/TestCase.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";

/// @notice PEM text and base64, against OpenZeppelin's encoder.
contract PemCertificateTest is TestCase {
    bytes private constant ALPHABET =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    function decode(bytes calldata text, uint256 offset) external pure returns (bytes memory der) {
        uint256 length = PemCertificate.derLength(text, offset);
        uint256 start = Memory.allocate(length + 32);
        assembly {
            mstore(start, length)
            der := start
        }
        PemCertificate.decode(text, offset, start + 32, length);
    }

    /* --- words ----------------------------------------------------------------------------- */

    function test_word__every_character_in_every_lane__as_the_alphabet_says() public pure {
        for (uint256 c = 0; c < 256; ++c) {
            for (uint256 lane = 0; lane < 32; ++lane) {
                // forge-lint: disable-next-line(incorrect-shift)
                uint256 word = (0x2f * (type(uint256).max / 0xff)) & ~(0xff << (8 * lane));
                (uint256 value, uint256 wrong) = Base64Word.decode(word | (c << (8 * lane)));
                // forge-lint: disable-next-line(unsafe-typecast)
                int256 expected = _valueOf(bytes1(uint8(c)));
                assert((wrong == 0) == (expected >= 0));
                if (expected < 0) continue;
                // forge-lint: disable-next-line(incorrect-shift)
                uint256 all = type(uint192).max & ~(0x3f << (6 * lane));
                // forge-lint: disable-next-line(unsafe-typecast)
                assert(value == all | (uint256(expected) << (6 * lane)));
            }
        }
    }

    function test_word__any_24_bytes__round_trip(bytes24 data) public pure {
        bytes memory characters = bytes(Base64.encode(abi.encodePacked(data)));
        // forge-lint: disable-next-line(unsafe-typecast)
        (uint256 value, uint256 wrong) = Base64Word.decode(uint256(bytes32(characters)));
        vm.assertEq(wrong, 0, "valid");
        vm.assertEq(value, uint192(data), "value");
    }

    /* --- text ------------------------------------------------------------------------------ */

    function test_decode__any_length__round_trip(uint16 length, uint256 offset) public view {
        length = uint16(bound(length, 0x100, 0x900));
        offset = bound(offset, 0, 40);
        bytes memory der = _der(length);
        bytes memory text = bytes.concat(new bytes(offset), PemText.encode(der), "whatever follows");
        vm.assertEq(this.decode(text, offset), der, "DER");
    }

    function test_decode__without_the_last_line_feed__taken() public view {
        bytes memory der = _der(300);
        bytes memory text = PemText.encode(der);
        vm.assertEq(this.decode(slice(text, 0, text.length - 1), 0), der, "DER");
    }

    function test_decode__cut_anywhere__refused(uint256 length) public {
        bytes memory text = PemText.encode(_der(300));
        length = bound(length, 0, text.length - 2);
        vm.expectPartialRevert(IDcapErrors.PemInvalid.selector);
        this.decode(slice(text, 0, length), 0);
    }

    /// @dev One text for each DER: no other character anywhere gives the same.
    function test_decode__any_other_character__refused_or_other_der(uint256 offset, bytes1 value)
        public
        view
    {
        bytes memory der = _der(301);
        bytes memory text = PemText.encode(der);
        offset = bound(offset, 0, text.length - 2);
        vm.assume(text[offset] != value);
        text[offset] = value;
        try this.decode(text, 0) returns (bytes memory found) {
            vm.assertTrue(keccak256(found) != keccak256(der), "another DER");
        } catch (bytes memory reason) {
            vm.assertEq(bytes32(selectorOf(reason)), bytes32(IDcapErrors.PemInvalid.selector), "");
        }
    }

    function test_decode__bits_behind_the_data__refused() public {
        bytes memory text = PemText.encode(_der(0x100)); // 260 bytes: one "=" behind a character of 4 bits
        uint256 last = text.length - 26 - 1 - 1;
        // forge-lint: disable-next-line(unsafe-typecast)
        vm.assertEq(bytes32(text[last]), bytes32("="), "padding");
        text[last - 1] = ALPHABET[uint256(_valueOf(text[last - 1])) | 1];
        vm.expectPartialRevert(IDcapErrors.PemInvalid.selector);
        this.decode(text, 0);
    }

    /// @dev 260 bytes are 348 characters, the last of them "=": five whole lines and one more.
    function test_decode__last_line_not_ended__refused_at_its_start() public {
        bytes memory good = PemText.encode(_der(0x100));
        this.decode(good, 0);
        uint256 start = 28 + 5 * 65;
        uint256 padding = start + 348 - 5 * 64 - 1;
        vm.assertEq(slice(good, padding, padding + 2), "=\n", "end of the line");
        for (uint256 i = padding; i < padding + 2; ++i) {
            bytes memory text = bytes.concat(good);
            text[i] = "A";
            vm.expectRevert(abi.encodeWithSelector(IDcapErrors.PemInvalid.selector, start));
            this.decode(text, 0);
        }
    }

    /// @dev The SEQUENCE's header, and any bytes.
    function _der(uint16 content) private pure returns (bytes memory der) {
        der = bytes.concat(hex"3082", bytes2(content), new bytes(content));
        for (uint256 i = 4; i < der.length; ++i) {
            der[i] = bytes1(uint8(uint256(keccak256(abi.encode(i)))));
        }
    }

    function _valueOf(bytes1 character) private pure returns (int256) {
        bytes memory alphabet = ALPHABET;
        for (uint256 i = 0; i < 64; ++i) {
            // forge-lint: disable-next-line(unsafe-typecast)
            if (alphabet[i] == character) return int256(i);
        }
        return -1;
    }
}
