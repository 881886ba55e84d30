// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Extensions, X509Extensions} from "../../src/libraries/X509Extensions.sol";
import {Asn1} from "../harness/Asn1.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Extensions of certificates, refused at their places.
contract X509ExtensionsTest is TestCase {
    bytes private constant AUTHORITY_KEY =
        hex"301f0603551d23041830168014000102030405060708090a0b0c0d0e0f10111213";
    bytes private constant SUBJECT_KEY =
        hex"301d0603551d0e04160414131211100f0e0d0c0b0a09080706050403020100";
    bytes private constant KEY_USAGE = hex"300e0603551d0f0101ff040403020106";
    bytes private constant AUTHORITY = hex"300f0603551d130101ff040530030101ff";
    bytes private constant NO_AUTHORITY = hex"300c0603551d130101ff04023000";
    bytes private constant UNKNOWN = hex"30090603551d1f04020500";
    bytes private constant CRITICAL = hex"300c0603551d1f0101ff04020500";
    /// @dev Of the list in two headers, each with a length of one byte.
    uint256 private constant FIRST = 4;

    function parse(bytes memory der) external pure returns (Extensions memory) {
        return X509Extensions.parse(der, 0, der.length);
    }

    function test_parse__all_of_a_ca__what_they_say() public view {
        bytes memory list = bytes.concat(AUTHORITY_KEY, SUBJECT_KEY, KEY_USAGE, AUTHORITY);
        Extensions memory found = this.parse(_encode(list));
        vm.assertEq(
            found.authorityKeyId, 0x00000102030405060708090a0b0c0d0e0f10111213, "authority's key"
        );
        vm.assertEq(
            found.subjectKeyId, 0x00131211100f0e0d0c0b0a09080706050403020100, "subject's key"
        );
        vm.assertTrue(found.isAuthority, "isAuthority");
        vm.assertTrue(found.signsCertificates && found.signsLists, "signs");
        vm.assertFalse(found.signsData || found.isPck, "no PCK");
    }

    function test_parse__constraints_of_no_authority__taken() public view {
        vm.assertFalse(this.parse(_encode(NO_AUTHORITY)).isAuthority, "isAuthority");
    }

    function test_parse__each_extension_twice__refused_at_the_second() public {
        _refuseTwice(AUTHORITY_KEY);
        _refuseTwice(SUBJECT_KEY);
        _refuseTwice(KEY_USAGE);
        _refuseTwice(AUTHORITY);
    }

    function test_parse__key_identifier_of_another_length__refused() public {
        this.parse(_encode(SUBJECT_KEY));
        bytes memory short = hex"301c0603551d0e041504131211100f0e0d0c0b0a09080706050403020100";
        _refuse(short, FIRST + 11);
        this.parse(_encode(AUTHORITY_KEY));
        bytes memory long =
            hex"30200603551d23041930178015000102030405060708090a0b0c0d0e0f1011121314";
        _refuse(long, FIRST + 13);
    }

    function test_parse__unknown_extension__taken_unless_critical() public {
        this.parse(_encode(bytes.concat(KEY_USAGE, UNKNOWN)));
        bytes memory der = _encode(bytes.concat(KEY_USAGE, CRITICAL));
        bytes4 selector = IDcapErrors.CriticalExtensionUnknown.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, FIRST + KEY_USAGE.length));
        this.parse(der);
    }

    function test_parse__boolean_other_than_true__refused() public {
        this.parse(_encode(AUTHORITY));
        _refuse(hex"300f0603551d13010100040530030101ff", FIRST + 9); // critical: FALSE
        _refuse(hex"300f0603551d130101ff04053003010101", FIRST + 16); // CA: 1
        _refuse(hex"30100603551d130102ffff040530030101ff", FIRST + 9); // two bytes
    }

    function _encode(bytes memory list) private pure returns (bytes memory) {
        return Asn1.element(0xa3, Asn1.sequence(list));
    }

    function _refuseTwice(bytes memory one) private {
        this.parse(_encode(one));
        _refuse(bytes.concat(one, one), FIRST + one.length);
    }

    function _refuse(bytes memory list, uint256 offset) private {
        bytes memory der = _encode(list);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, offset));
        this.parse(der);
    }
}
