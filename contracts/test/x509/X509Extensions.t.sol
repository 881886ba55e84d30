// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Memory} from "../../src/libraries/Memory.sol";
import {Extensions, X509Extensions} from "../../src/x509/X509Extensions.sol";
import {Asn1} from "../harness/Asn1.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Extensions of certificates: one form of each, refused at their places in any other.
contract X509ExtensionsTest is TestCase {
    bytes private constant AUTHORITY_KEY =
        hex"301f0603551d23041830168014000102030405060708090a0b0c0d0e0f10111213";
    bytes private constant SUBJECT_KEY =
        hex"301d0603551d0e04160414131211100f0e0d0c0b0a09080706050403020100";
    bytes private constant USAGE = hex"300e0603551d0f0101ff040403020106";
    bytes private constant AUTHORITY = hex"300f0603551d130101ff040530030101ff";
    bytes private constant WITH_PATH = hex"30120603551d130101ff040830060101ff020101";
    bytes private constant NO_AUTHORITY = hex"300c0603551d130101ff04023000";
    bytes private constant UNKNOWN = hex"30090603551d1f04020500";
    bytes private constant CRITICAL = hex"300c0603551d1f0101ff04020500";
    /// @dev The content of the first extension: behind three headers, lengths of one byte.
    uint256 private constant FIRST = 6;

    function parse(bytes calldata der) external pure returns (Extensions memory found) {
        uint256 start = Memory.copy(der);
        X509Extensions.read(found, start, start + der.length, start);
    }

    /* --- good ------------------------------------------------------------------------------ */

    function test_read__all_of_a_ca__what_they_say() public view {
        bytes memory list = bytes.concat(AUTHORITY_KEY, SUBJECT_KEY, USAGE, AUTHORITY);
        Extensions memory found = this.parse(_encode(list));
        vm.assertEq(
            found.authorityKeyId, 0x00000102030405060708090a0b0c0d0e0f10111213, "authority's key"
        );
        vm.assertEq(
            found.subjectKeyId, 0x00131211100f0e0d0c0b0a09080706050403020100, "subject's key"
        );
        vm.assertTrue(found.isAuthority, "isAuthority");
        vm.assertEq(found.usage, 6, "usage");
        vm.assertEq(found.present, 15, "present");
    }

    function test_read__each_form_of_constraints__taken() public view {
        vm.assertFalse(this.parse(_encode(bytes.concat(USAGE, NO_AUTHORITY))).isAuthority, "no");
        vm.assertTrue(this.parse(_encode(bytes.concat(USAGE, AUTHORITY))).isAuthority, "plain");
        vm.assertTrue(this.parse(_encode(bytes.concat(USAGE, WITH_PATH))).isAuthority, "path");
    }

    function test_read__unknown_extension__taken_unless_critical() public {
        bytes memory good = bytes.concat(USAGE, AUTHORITY);
        this.parse(_encode(bytes.concat(good, UNKNOWN)));
        bytes memory der = _encode(bytes.concat(good, CRITICAL));
        bytes4 selector = IDcapErrors.CriticalExtensionUnknown.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, FIRST + good.length));
        this.parse(der);
    }

    /* --- refused --------------------------------------------------------------------------- */

    function test_read__each_extension_twice__refused_at_the_second() public {
        bytes memory good = bytes.concat(AUTHORITY_KEY, SUBJECT_KEY, USAGE, AUTHORITY);
        this.parse(_encode(good));
        bytes[5] memory again = [AUTHORITY_KEY, SUBJECT_KEY, USAGE, AUTHORITY, NO_AUTHORITY];
        for (uint256 i = 0; i < again.length; ++i) {
            bytes memory list = bytes.concat(good, again[i]);
            // From there on two headers have a length of two bytes.
            _refuse(list, FIRST + good.length + (list.length < 0x7e ? 0 : 2));
        }
    }

    function test_read__usage_or_constraints_missing__refused_at_the_end() public {
        this.parse(_encode(bytes.concat(USAGE, AUTHORITY)));
        _refuse(USAGE, FIRST - 2 + USAGE.length);
        _refuse(AUTHORITY, FIRST - 2 + AUTHORITY.length);
        _refuse("", FIRST - 2);
    }

    function test_read__key_identifier_of_another_length__refused() public {
        _refuseFirst(hex"301c0603551d0e041504131211100f0e0d0c0b0a09080706050403020100");
        _refuseFirst(hex"30200603551d23041930178015000102030405060708090a0b0c0d0e0f1011121314");
    }

    function test_read__boolean_other_than_true__refused() public {
        _refuseFirst(hex"300f0603551d13010100040530030101ff"); // critical: FALSE
        _refuseFirst(hex"300f0603551d130101ff04053003010101"); // CA: 1
        _refuseFirst(hex"30100603551d130102ffff040530030101ff"); // two bytes
    }

    function test_read__constraints_in_another_form__refused() public {
        _refuseFirst(hex"30090603551d1304023000"); // not critical
        _refuseFirst(hex"300f0603551d130101ff04053003010100"); // CA: FALSE, which is left out
        _refuseFirst(hex"30120603551d130101ff040830060101ff020180"); // a negative path length
        _refuseFirst(hex"30110603551d130101ff040530030101ff0500"); // more behind it
        _refuseFirst(hex"300f0603551d130101ff04053003020100"); // a path length alone
    }

    function test_read__usage_in_another_form__refused() public {
        _refuseFirst(hex"300b0603551d0f040403020106"); // not critical
        _refuseFirst(hex"300d0603551d0f0101ff0403030100"); // no bits
        _refuseFirst(hex"300e0603551d0f0101ff040403020006"); // an unused bit that is not named
        _refuseFirst(hex"300e0603551d0f0101ff040403020107"); // an unused bit that is set
        _refuseFirst(hex"300e0603551d0f0101ff040403020880"); // eight unused bits
        _refuseFirst(hex"300e0603551d0f0101ff040403020700"); // no bit set
    }

    /// @dev Of an unknown one, too, the value must end where the extension does.
    function test_read__unknown_extension_in_another_form__refused() public {
        bytes memory good = bytes.concat(USAGE, AUTHORITY);
        uint256 value = FIRST + good.length + 5;
        this.parse(_encode(bytes.concat(good, UNKNOWN)));
        _refuse(bytes.concat(good, hex"300b0603551d1f040205000500"), value);
        _refuse(bytes.concat(good, hex"30090603551d1f03020500"), value);
        _refuse(bytes.concat(good, hex"30050603551d1f"), value);
    }

    /// @dev Whatever stands behind the extensions decides nothing.
    function test_read__any_byte_changed__never_panics(uint256 offset, bytes1 value) public view {
        bytes memory der =
            _encode(bytes.concat(AUTHORITY_KEY, SUBJECT_KEY, USAGE, WITH_PATH, UNKNOWN));
        der[bound(offset, 0, der.length - 1)] = value;
        try this.parse(der) {}
        catch (bytes memory reason) {
            bool isTyped = selectorOf(reason) == IDcapErrors.CertificateMalformed.selector
                || selectorOf(reason) == IDcapErrors.CriticalExtensionUnknown.selector;
            vm.assertTrue(isTyped, "reason");
        }
    }

    function _encode(bytes memory list) private pure returns (bytes memory) {
        return Asn1.element(0xa3, Asn1.sequence(list));
    }

    function _refuseFirst(bytes memory one) private {
        _refuse(bytes.concat(one, USAGE, AUTHORITY), FIRST);
    }

    function _refuse(bytes memory list, uint256 offset) private {
        bytes memory der = _encode(list);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, offset));
        this.parse(der);
    }
}
