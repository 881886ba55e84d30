// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Der} from "./Der.sol";

/// @notice What a certificate's extensions say.
/// @param isAuthority basicConstraints: the subject is a CA
/// @param signsCertificates keyUsage: keyCertSign
/// @param signsData keyUsage: digitalSignature
/// @param signsLists keyUsage: cRLSign
/// @param subjectKeyId the key's identifier, 20 bytes; 0 when there is none
/// @param authorityKeyId the issuer's key's identifier, 20 bytes; 0 when there is none
/// @param isPck Intel's SGX extension is there, so the subject is a machine's PCK
struct Extensions {
    bool isAuthority;
    bool signsCertificates;
    bool signsData;
    bool signsLists;
    uint256 subjectKeyId;
    uint256 authorityKeyId;
    bool isPck;
}

/// @notice The extensions of an X.509 certificate (RFC 5280, section 4.2).
library X509Extensions {
    using Der for bytes;

    bytes32 internal constant AUTHORITY_KEY_ID = keccak256(hex"551d23");
    bytes32 private constant SUBJECT_KEY_ID = keccak256(hex"551d0e");
    bytes32 private constant KEY_USAGE = keccak256(hex"551d0f");
    bytes32 private constant BASIC_CONSTRAINTS = keccak256(hex"551d13");
    /// @dev 1.2.840.113741.1.13.1: Intel, "SGX PCK Certificate Profile", section 1.3.5.
    bytes32 private constant SGX = keccak256(hex"2a864886f84d010d01");

    uint8 private constant EXTENSIONS_TAG = 0xa3;
    uint8 private constant DIGITAL_SIGNATURE = 0x80;
    uint8 private constant KEY_CERT_SIGN = 0x04;
    uint8 private constant CRL_SIGN = 0x02;
    uint8 private constant KEY_ID_TAG = 0x80;
    uint256 private constant KEY_ID_LENGTH = 20;
    uint8 private constant TRUE = 0xff;

    /// @notice The extensions, which are the last field of the certificate's content.
    function parse(bytes memory der, uint256 position, uint256 limit)
        internal
        pure
        returns (Extensions memory extensions)
    {
        (position,) = der.enterOnly(position, limit, EXTENSIONS_TAG);
        (position,) = der.enterOnly(position, limit, Der.SEQUENCE);
        bool hasKeyUsage;
        bool hasBasicConstraints;
        while (position < limit) {
            (uint256 start, uint256 next) = der.enter(position, limit, Der.SEQUENCE);
            (bytes32 oid, bool critical, uint256 value) = header(der, start, next);
            if (oid == KEY_USAGE) {
                if (hasKeyUsage) revert IDcapErrors.CertificateMalformed(position);
                hasKeyUsage = true;
                _readKeyUsage(der, value, next, extensions);
            } else if (oid == BASIC_CONSTRAINTS) {
                if (hasBasicConstraints) revert IDcapErrors.CertificateMalformed(position);
                hasBasicConstraints = true;
                extensions.isAuthority = _isAuthority(der, value, next);
            } else if (oid == AUTHORITY_KEY_ID) {
                if (extensions.authorityKeyId != 0) {
                    revert IDcapErrors.CertificateMalformed(position);
                }
                extensions.authorityKeyId = readAuthorityKeyId(der, value, next);
            } else if (oid == SUBJECT_KEY_ID) {
                if (extensions.subjectKeyId != 0) {
                    revert IDcapErrors.CertificateMalformed(position);
                }
                extensions.subjectKeyId = _readKeyId(der, value, next, Der.OCTET_STRING);
            } else if (oid == SGX) {
                extensions.isPck = true;
            } else if (critical) {
                revert IDcapErrors.CriticalExtensionUnknown(position);
            }
            position = next;
        }
    }

    /// @notice AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING } of a key
    /// identifier of 20 bytes and nothing else, as all of Intel's.
    function readAuthorityKeyId(bytes memory der, uint256 value, uint256 limit)
        internal
        pure
        returns (uint256)
    {
        (value,) = der.enterOnly(value, limit, Der.SEQUENCE);
        return _readKeyId(der, value, limit, KEY_ID_TAG);
    }

    function _readKeyId(bytes memory der, uint256 value, uint256 limit, uint8 tag)
        private
        pure
        returns (uint256)
    {
        (uint256 start, uint256 end) = der.enterOnly(value, limit, tag);
        if (end - start != KEY_ID_LENGTH) revert IDcapErrors.CertificateMalformed(start);
        return uint256(der.word(start)) >> (256 - 8 * KEY_ID_LENGTH);
    }

    /// @notice Extension ::= SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING }: of its
    /// content, the hash of the OID, and where the value starts, which goes to `limit`.
    function header(bytes memory der, uint256 position, uint256 limit)
        internal
        pure
        returns (bytes32 oid, bool critical, uint256 value)
    {
        uint256 end;
        (position, end) = der.enter(position, limit, Der.OBJECT_IDENTIFIER);
        oid = der.hash(position, end);
        if (der.tagAt(end, limit) == Der.BOOLEAN) {
            critical = true;
            end = _readTrue(der, end, limit);
        }
        (value,) = der.enterOnly(end, limit, Der.OCTET_STRING);
    }

    /// @dev KeyUsage ::= BIT STRING; its first byte says how many bits at the end are unused.
    function _readKeyUsage(bytes memory der, uint256 value, uint256 limit, Extensions memory into)
        private
        pure
    {
        (uint256 start,) = der.enterOnly(value, limit, Der.BIT_STRING);
        uint8 usage = der.tagAt(start + 1, limit);
        into.signsData = usage & DIGITAL_SIGNATURE != 0;
        into.signsLists = usage & CRL_SIGN != 0;
        into.signsCertificates = usage & KEY_CERT_SIGN != 0;
    }

    /// @dev BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLen INTEGER OPTIONAL }.
    /// The path length needs no look: the chain's length is fixed.
    function _isAuthority(bytes memory der, uint256 value, uint256 limit)
        private
        pure
        returns (bool)
    {
        (uint256 start, uint256 end) = der.enterOnly(value, limit, Der.SEQUENCE);
        if (start == end) return false;
        _readTrue(der, start, end);
        return true;
    }

    /// @dev DER writes a BOOLEAN with a default of FALSE only when it is TRUE.
    function _readTrue(bytes memory der, uint256 position, uint256 limit)
        private
        pure
        returns (uint256)
    {
        (uint256 start, uint256 end) = der.enter(position, limit, Der.BOOLEAN);
        if (end != start + 1 || uint8(der[start]) != TRUE) {
            revert IDcapErrors.CertificateMalformed(start);
        }
        return end;
    }
}
