// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Der} from "./Der.sol";

/// @notice What a certificate's extensions say.
/// @param isAuthority basicConstraints: the subject is a CA
/// @param signsCertificates keyUsage: keyCertSign
/// @param signsData keyUsage: digitalSignature
/// @param isPck Intel's SGX extension is there, so the subject is a machine's PCK
struct Extensions {
    bool isAuthority;
    bool signsCertificates;
    bool signsData;
    bool isPck;
}

/// @notice The extensions of an X.509 certificate (RFC 5280, section 4.2).
library X509Extensions {
    using Der for bytes;

    bytes32 private constant KEY_USAGE = keccak256(hex"551d0f");
    bytes32 private constant BASIC_CONSTRAINTS = keccak256(hex"551d13");
    /// @dev 1.2.840.113741.1.13.1: Intel, "SGX PCK Certificate Profile", section 1.3.5.
    bytes32 private constant SGX = keccak256(hex"2a864886f84d010d01");

    uint8 private constant EXTENSIONS_TAG = 0xa3;
    uint8 private constant DIGITAL_SIGNATURE = 0x80;
    uint8 private constant KEY_CERT_SIGN = 0x04;
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
            (bytes32 oid, bool critical, uint256 value) = _header(der, start, next);
            if (oid == KEY_USAGE) {
                if (hasKeyUsage) revert IDcapErrors.CertificateMalformed(position);
                hasKeyUsage = true;
                _readKeyUsage(der, value, next, extensions);
            } else if (oid == BASIC_CONSTRAINTS) {
                if (hasBasicConstraints) revert IDcapErrors.CertificateMalformed(position);
                hasBasicConstraints = true;
                extensions.isAuthority = _isAuthority(der, value, next);
            } else if (oid == SGX) {
                extensions.isPck = true;
            } else if (critical) {
                revert IDcapErrors.CriticalExtensionUnknown(position);
            }
            position = next;
        }
    }

    /// @dev Extension ::= SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING }.
    function _header(bytes memory der, uint256 position, uint256 limit)
        private
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
