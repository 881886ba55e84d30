// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";
import {Memory} from "../../src/libraries/Memory.sol";
import {Certificate, X509} from "../../src/x509/X509.sol";
import {X509Extensions} from "../../src/x509/X509Extensions.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice A certificate's parts in DER; tests change single ones.
struct Parts {
    bytes version;
    bytes serial;
    bytes innerAlgorithm;
    bytes issuer;
    bytes validity;
    bytes subject;
    bytes key;
    bytes extensions;
    bytes outerAlgorithm;
    bytes signature;
}

/// @notice Certificates put together by hand: what no certificate builder would write.
contract X509Test is TestCase {
    bytes private constant ECDSA_SHA256 = hex"300a06082a8648ce3d040302";
    bytes private constant NOT_BEFORE = hex"170d3138303532313130353031305a";
    bytes private constant NOT_AFTER = hex"170d3439313233313233353935395a";
    bytes private constant KEY_USAGE = hex"300e0603551d0f0101ff040403020780";
    bytes private constant AUTHORITY = hex"300f0603551d130101ff040530030101ff";
    bytes private constant NO_AUTHORITY = hex"300c0603551d130101ff04023000";
    bytes private constant SGX = hex"300f06092a864886f84d010d0104023000";
    uint256 private constant X = 0x1111;
    uint256 private constant Y = 0x2222;

    /* --- good ------------------------------------------------------------------------------ */

    function test_parse__good_certificate__all_fields() public view {
        Parts memory parts = _good();
        Certificate memory certificate = this.parse(_encode(parts));
        (bytes32 digest, bytes32 subjectHash) = this.digests(_encode(parts));
        vm.assertEq(digest, sha256(_tbs(parts)), "digest");
        vm.assertEq(subjectHash, keccak256(parts.subject), "subject");
        vm.assertEq(certificate.issuerHash, keccak256(parts.issuer), "issuerHash");
        vm.assertEq(certificate.notBefore, 1_526_899_810, "notBefore");
        vm.assertEq(certificate.notAfter, 2_524_607_999, "notAfter");
        vm.assertEq(certificate.x, X, "x");
        vm.assertEq(certificate.y, Y, "y");
        vm.assertEq(certificate.r, 3, "r");
        vm.assertEq(certificate.s, 4, "s");
    }

    function test_parse__extensions__what_they_say() public view {
        Parts memory parts = _good();
        Certificate memory plain = this.parse(_encode(parts));
        vm.assertEq(plain.extensions.usage, X509Extensions.DIGITAL_SIGNATURE, "usage");
        vm.assertFalse(plain.extensions.isAuthority, "isAuthority");
        vm.assertTrue(plain.extensions.present & X509Extensions.SGX != 0, "SGX");
        parts.extensions = _extensions(bytes.concat(KEY_USAGE, AUTHORITY));
        Certificate memory authority = this.parse(_encode(parts));
        vm.assertTrue(authority.extensions.isAuthority, "isAuthority");
        vm.assertTrue(authority.extensions.present & X509Extensions.SGX == 0, "no SGX");
    }

    function test_commonNameHash__among_other_attributes__found() public view {
        Parts memory parts = _good();
        parts.subject = _sequence(bytes.concat(_attribute("O", 0x0a), _attribute("CN", 0x03)));
        vm.assertEq(_commonNameHash(parts), keccak256("CN"), "common name");
        parts.subject = _sequence(_attribute("O", 0x0a));
        vm.assertEq(_commonNameHash(parts), bytes32(0), "none");
    }

    /* --- form ------------------------------------------------------------------------------ */

    function test_parse__other_version__refused() public {
        Parts memory parts = _good();
        parts.version = hex"a003020101";
        _refuseMalformed(parts, _firstPartOf(parts));
        parts.version = "";
        _refuseMalformed(parts, _firstPartOf(parts));
    }

    /// @dev The version stands behind the part that it should stand in.
    function test_parse__empty_tbs__refused() public {
        bytes memory der = _sequence(bytes.concat(hex"3000", _good().version));
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.parse(der);
    }

    /// @dev The inner algorithm is missing, and the outer one follows where it should end.
    function test_parse__tbs_ends_before_its_algorithm__refused() public {
        Parts memory parts = _good();
        bytes memory tbs = _sequence(bytes.concat(parts.version, parts.serial));
        bytes memory der = _sequence(bytes.concat(tbs, ECDSA_SHA256, parts.signature));
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.parse(der);
    }

    /// @dev The key stands behind the part that is signed.
    function test_parse__tbs_ends_before_its_key__refused() public {
        Parts memory parts = _good();
        bytes memory key = parts.key;
        parts.key = "";
        parts.extensions = "";
        bytes memory tbs = _tbs(parts);
        bytes memory der = _sequence(bytes.concat(tbs, key, ECDSA_SHA256, parts.signature));
        uint256 offset = der.length - ECDSA_SHA256.length - parts.signature.length;
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, offset));
        this.parse(der);
    }

    function test_parse__bytes_after_the_certificate__refused() public {
        bytes memory der = _encode(_good());
        this.parse(der);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, 0));
        this.parse(bytes.concat(der, hex"00"));
    }

    function test_parse__inner_and_outer_algorithm__both_checked() public {
        Parts memory parts = _good();
        parts.innerAlgorithm = hex"300a06082a8648ce3d040303";
        _refuseAlgorithm(parts);
        parts = _good();
        parts.outerAlgorithm = hex"300a06082a8648ce3d040303";
        _refuseAlgorithm(parts);
    }

    function test_parse__third_time_in_the_validity__refused() public {
        Parts memory parts = _good();
        parts.validity = _sequence(bytes.concat(NOT_BEFORE, NOT_AFTER, NOT_AFTER));
        _refuse(parts);
    }

    function test_parse__compressed_key__refused() public {
        Parts memory parts = _good();
        parts.key = bytes.concat(parts.key);
        parts.key[26] = 0x02;
        vm.expectPartialRevert(IDcapErrors.CertificateKeyRefused.selector);
        this.parse(_encode(parts));
    }

    function test_parse__signature_not_two_integers__refused() public {
        bytes memory good = hex"3006020103020104";
        bytes[5] memory bent = [
            _tlv(0x03, bytes.concat(hex"01", good)), // unused bits
            _tlv(0x03, hex"003009020103020104020105"), // a third number
            _tlv(0x03, hex"003003020103"), // one number
            _tlv(0x03, bytes.concat(hex"00", good, hex"0500")), // more after them
            _tlv(0x04, bytes.concat(hex"00", good)) // no BIT STRING
        ];
        for (uint256 i = 0; i < bent.length; ++i) {
            Parts memory parts = _good();
            parts.signature = bent[i];
            _refuse(parts);
        }
    }

    function test_commonNameHash__bytes_after_the_text__refused() public {
        Parts memory parts = _good();
        bytes memory attribute = _sequence(hex"060355040313024f4b0500");
        parts.subject = _sequence(_tlv(0x31, attribute));
        _refuseName(parts);
    }

    function test_commonNameHash__two_of_them__refused() public {
        Parts memory parts = _good();
        parts.subject = _sequence(bytes.concat(_attribute("CN", 0x03), _attribute("CN", 0x03)));
        _refuseName(parts);
    }

    function test_commonNameHash__not_a_text__refused() public {
        Parts memory parts = _good();
        parts.subject = _sequence(_tlv(0x31, _sequence(hex"060355040304024f4b")));
        _refuseName(parts);
    }

    /* --- extensions ------------------------------------------------------------------------ */

    function test_parse__extension_twice__refused() public {
        Parts memory parts = _good();
        parts.extensions = _extensions(bytes.concat(KEY_USAGE, AUTHORITY));
        this.parse(_encode(parts));
        parts.extensions = _extensions(bytes.concat(KEY_USAGE, KEY_USAGE));
        _refuse(parts);
        parts.extensions = _extensions(bytes.concat(KEY_USAGE, AUTHORITY, AUTHORITY));
        _refuse(parts);
    }

    function test_parse__boolean_not_in_der__refused() public {
        bytes[3] memory bent = [
            bytes(hex"300f0603551d13010100040530030101ff"), // critical: FALSE
            hex"300f0603551d130101ff04053003010101", // CA: 1
            hex"30100603551d130102ffff040530030101ff" // two bytes
        ];
        for (uint256 i = 0; i < bent.length; ++i) {
            Parts memory parts = _good();
            parts.extensions = _extensions(bytes.concat(KEY_USAGE, bent[i]));
            _refuse(parts);
        }
    }

    function test_parse__empty_key_usage__refused() public {
        Parts memory parts = _good();
        parts.extensions = _extensions(bytes.concat(AUTHORITY, hex"300d0603551d0f0101ff0403030100"));
        _refuse(parts);
    }

    function test_parse__no_extensions__refused() public {
        Parts memory parts = _good();
        parts.extensions = "";
        _refuse(parts);
    }

    function test_parse__any_bytes__refused_with_a_reason(bytes memory der) public view {
        try this.parse(der) {
            revert("taken");
        } catch (bytes memory reason) {
            bool isTyped = selectorOf(reason) == IDcapErrors.CertificateMalformed.selector
                || selectorOf(reason) == IDcapErrors.CertificateAlgorithmRefused.selector;
            vm.assertTrue(isTyped, "reason");
        }
    }

    /// @dev No single byte makes the parser do anything but parse or refuse.
    function test_parse__any_byte_changed__never_panics(uint256 offset, bytes1 value) public view {
        bytes memory der = _encode(_good());
        der[bound(offset, 0, der.length - 1)] = value;
        try this.parse(der) {}
        catch (bytes memory reason) {
            vm.assertTrue(selectorOf(reason) != bytes4(0x4e487b71), "no panic");
        }
    }

    /* --- from outside, so that reverts can be expected -------------------------------------- */

    function parse(bytes calldata der) external pure returns (Certificate memory) {
        return X509.parse(Memory.copy(der), der.length);
    }

    function digests(bytes calldata der) external view returns (bytes32, bytes32) {
        Certificate memory certificate = X509.parse(Memory.copy(der), der.length);
        return (X509.digest(certificate), X509.subjectHash(certificate));
    }

    function commonNameHash(bytes calldata der) external pure returns (bytes32) {
        return X509.commonNameHash(X509.parse(Memory.copy(der), der.length));
    }

    function _good() private pure returns (Parts memory parts) {
        parts.version = hex"a003020102";
        parts.serial = hex"020107";
        parts.innerAlgorithm = ECDSA_SHA256;
        parts.issuer = _sequence(_attribute("issuer", 0x03));
        parts.validity = _sequence(bytes.concat(NOT_BEFORE, NOT_AFTER));
        parts.subject = _sequence(_attribute("subject", 0x03));
        parts.key = bytes.concat(
            hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004", abi.encode(X, Y)
        );
        parts.extensions = _extensions(bytes.concat(KEY_USAGE, NO_AUTHORITY, SGX));
        parts.outerAlgorithm = ECDSA_SHA256;
        parts.signature = _tlv(0x03, hex"003006020103020104");
    }

    function _encode(Parts memory parts) private pure returns (bytes memory) {
        return _sequence(bytes.concat(_tbs(parts), parts.outerAlgorithm, parts.signature));
    }

    function _tbs(Parts memory parts) private pure returns (bytes memory) {
        bytes memory first =
            bytes.concat(parts.version, parts.serial, parts.innerAlgorithm, parts.issuer);
        bytes memory rest = bytes.concat(parts.validity, parts.subject, parts.key, parts.extensions);
        return _sequence(bytes.concat(first, rest));
    }

    function _extensions(bytes memory list) private pure returns (bytes memory) {
        return _tlv(0xa3, _sequence(list));
    }

    /// @dev One attribute of a name, 2.5.4.`kind`.
    function _attribute(string memory text, uint8 kind) private pure returns (bytes memory) {
        bytes memory value = _tlv(0x0c, bytes(text));
        return _tlv(0x31, _sequence(bytes.concat(hex"06035504", bytes1(kind), value)));
    }

    function _sequence(bytes memory content) private pure returns (bytes memory) {
        return _tlv(0x30, content);
    }

    function _tlv(uint8 tag, bytes memory content) private pure returns (bytes memory) {
        uint256 length = content.length;
        if (length < 0x80) {
            return bytes.concat(bytes1(tag), bytes1(bytes32(length << 248)), content);
        }
        if (length < 0x100) {
            return bytes.concat(bytes1(tag), hex"81", bytes1(bytes32(length << 248)), content);
        }
        return bytes.concat(bytes1(tag), hex"82", bytes2(bytes32(length << 240)), content);
    }

    /// @dev Where the content of what is signed starts.
    function _firstPartOf(Parts memory parts) private pure returns (uint256) {
        uint256 outside = parts.outerAlgorithm.length + parts.signature.length;
        uint256 content = parts.version.length + parts.serial.length + parts.innerAlgorithm.length
            + parts.issuer.length + parts.validity.length + parts.subject.length + parts.key.length
            + parts.extensions.length;
        return _encode(parts).length - outside - content;
    }

    function _commonNameHash(Parts memory parts) private view returns (bytes32) {
        return this.commonNameHash(_encode(parts));
    }

    function _refuseName(Parts memory parts) private {
        bytes memory der = _encode(parts);
        this.parse(der);
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.commonNameHash(der);
    }

    function _refuse(Parts memory parts) private {
        bytes memory der = _encode(parts);
        vm.expectPartialRevert(IDcapErrors.CertificateMalformed.selector);
        this.parse(der);
    }

    function _refuseMalformed(Parts memory parts, uint256 offset) private {
        bytes memory der = _encode(parts);
        vm.expectRevert(abi.encodeWithSelector(IDcapErrors.CertificateMalformed.selector, offset));
        this.parse(der);
    }

    function _refuseAlgorithm(Parts memory parts) private {
        bytes memory der = _encode(parts);
        vm.expectPartialRevert(IDcapErrors.CertificateAlgorithmRefused.selector);
        this.parse(der);
    }
}
