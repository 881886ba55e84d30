// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {DerWalk} from "./DerWalk.sol";

/// @notice What a certificate's extensions say.
/// @param present the bits of X509Extensions of those that are there
/// @param isAuthority basicConstraints: the subject is a CA
/// @param usage keyUsage's bits, as in X509Extensions
/// @param authorityKeyId the issuer's key's identifier, 20 bytes; 0 when there is none
/// @param subjectKeyId the key's identifier, 20 bytes; 0 when there is none
/// @param sgx where Intel's extension of PCK certificates has its value
/// @param sgxEnd where that ends
struct Extensions {
    uint256 present;
    bool isAuthority;
    uint256 usage;
    uint256 authorityKeyId;
    uint256 subjectKeyId;
    uint256 sgx;
    uint256 sgxEnd;
}

/// @notice The extensions of an X.509 certificate, in any order and each in the one form that Intel's
/// profile has for it. basicConstraints and keyUsage must be there; an unknown one is passed over
/// unless it is critical.
/// @dev RFC 5280, section 4.2; Intel, "SGX PCK Certificate and Certificate Revocation List Profile
/// Specification". Constants are the extensions' contents, OID ‖ critical ‖ value, as far as they
/// are fixed; lengths are those of the whole contents.
library X509Extensions {
    // Bits of `present`.
    uint256 internal constant AUTHORITY_KEY = 1;
    uint256 internal constant SUBJECT_KEY = 2;
    uint256 internal constant CONSTRAINTS = 4;
    uint256 internal constant KEY_USAGE = 8;
    uint256 internal constant SGX = 16;

    // Bits of `usage`.
    uint256 internal constant DIGITAL_SIGNATURE = 0x80;
    uint256 internal constant KEY_CERT_SIGN = 0x04;
    uint256 internal constant CRL_SIGN = 0x02;
    /// @dev What a CA is for: it signs certificates and lists.
    uint256 internal constant SIGNS_AS_AUTHORITY = KEY_CERT_SIGN | CRL_SIGN;

    /// @dev [3] EXPLICIT of the list.
    uint256 private constant EXTENSIONS = 0xa3;
    uint256 private constant BOOLEAN = 0x01;

    /// @dev 2.5.29.35, OCTET STRING (24) { SEQUENCE (22) { [0] (20) .. } }.
    uint256 private constant AUTHORITY_KEY_OID = 0x0603551d23;
    uint256 private constant AUTHORITY_KEY_FORM = 0x0603551d23041830168014;
    uint256 private constant AUTHORITY_KEY_LENGTH = 31;

    /// @dev 2.5.29.14, OCTET STRING (22) { OCTET STRING (20) .. }.
    uint256 private constant SUBJECT_KEY_OID = 0x0603551d0e;
    uint256 private constant SUBJECT_KEY_FORM = 0x0603551d0e04160414;
    uint256 private constant SUBJECT_KEY_LENGTH = 29;

    /// @dev 2.5.29.19, critical, OCTET STRING { SEQUENCE { cA TRUE, path length }, shortened where
    /// both or the second are left out. The path length itself needs no look: chains have one CA.
    uint256 private constant CONSTRAINTS_OID = 0x0603551d13;
    uint256 private constant NOT_AUTHORITY_FORM = 0x0603551d130101ff04023000;
    uint256 private constant NOT_AUTHORITY_LENGTH = 12;
    uint256 private constant IS_AUTHORITY_FORM = 0x0603551d130101ff040530030101ff;
    uint256 private constant IS_AUTHORITY_LENGTH = 15;
    uint256 private constant PATH_FORM = 0x0603551d130101ff040830060101ff0201;
    uint256 private constant PATH_LENGTH = 18;

    /// @dev 2.5.29.15, critical, OCTET STRING (4) { BIT STRING (2) { unused bits, bits } }.
    uint256 private constant KEY_USAGE_OID = 0x0603551d0f;
    uint256 private constant KEY_USAGE_FORM = 0x0603551d0f0101ff04040302;
    uint256 private constant KEY_USAGE_LENGTH = 14;

    /// @dev 1.2.840.113741.1.13.1.
    uint256 private constant SGX_OID = 0x06092a864886f84d010d01;
    uint256 private constant SGX_OID_LENGTH = 11;

    /// @notice Read the extensions at `cursor`, which must reach exactly to `end`.
    function read(Extensions memory into, uint256 cursor, uint256 end, uint256 origin)
        internal
        pure
    {
        cursor = DerWalk.contentTo(cursor, EXTENSIONS, end, origin);
        cursor = DerWalk.contentTo(cursor, DerWalk.SEQUENCE, end, origin);
        uint256 present;
        while (cursor < end) {
            uint256 next;
            (cursor, next) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
            uint256 found = _readOne(into, cursor, next, origin);
            if (present & found != 0) DerWalk.malformed(cursor, origin);
            present |= found;
            cursor = next;
        }
        bool isComplete = present & (CONSTRAINTS | KEY_USAGE) == CONSTRAINTS | KEY_USAGE;
        if (cursor != end || !isComplete) DerWalk.malformed(cursor, origin);
        into.present = present;
    }

    /// @notice Whether what stands at `cursor` is authorityKeyIdentifier.
    function isAuthorityKey(uint256 cursor) internal pure returns (bool) {
        return Memory.word(cursor) >> 216 == AUTHORITY_KEY_OID;
    }

    /// @notice The key identifier of 20 bytes in the authorityKeyIdentifier from `cursor` to `end`.
    function authorityKey(uint256 cursor, uint256 end, uint256 origin)
        internal
        pure
        returns (uint256)
    {
        uint256 word = Memory.word(cursor);
        if (word >> 168 != AUTHORITY_KEY_FORM || end != cursor + AUTHORITY_KEY_LENGTH) {
            DerWalk.malformed(cursor, origin);
        }
        // The 20 bytes behind the 11 of the form.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint160(word >> 8);
    }

    /// @dev One extension from `cursor` to `end`; gives back which it was, or 0.
    function _readOne(Extensions memory into, uint256 cursor, uint256 end, uint256 origin)
        private
        pure
        returns (uint256)
    {
        uint256 word = Memory.word(cursor);
        uint256 oid = word >> 216;
        if (oid == AUTHORITY_KEY_OID) {
            into.authorityKeyId = authorityKey(cursor, end, origin);
            return AUTHORITY_KEY;
        }
        if (oid == SUBJECT_KEY_OID) {
            if (word >> 184 != SUBJECT_KEY_FORM || end != cursor + SUBJECT_KEY_LENGTH) {
                DerWalk.malformed(cursor, origin);
            }
            // The 20 bytes behind the 9 of the form.
            // forge-lint: disable-next-line(unsafe-typecast)
            into.subjectKeyId = uint160(word >> 24);
            return SUBJECT_KEY;
        }
        if (oid == CONSTRAINTS_OID) {
            into.isAuthority = _isAuthority(word, end - cursor, cursor, origin);
            return CONSTRAINTS;
        }
        if (oid == KEY_USAGE_OID) {
            into.usage = _usage(word, end - cursor, cursor, origin);
            return KEY_USAGE;
        }
        if (word >> 168 == SGX_OID) {
            (into.sgx, into.sgxEnd) = (cursor + SGX_OID_LENGTH, end);
            return SGX;
        }
        _passUnknown(cursor, end, origin);
        return 0;
    }

    function _isAuthority(uint256 word, uint256 length, uint256 cursor, uint256 origin)
        private
        pure
        returns (bool)
    {
        if (word >> 160 == NOT_AUTHORITY_FORM && length == NOT_AUTHORITY_LENGTH) return false;
        bool isPlain = word >> 136 == IS_AUTHORITY_FORM && length == IS_AUTHORITY_LENGTH;
        // A path length from 0 to 127.
        bool hasPath = word >> 120 == PATH_FORM && length == PATH_LENGTH && (word >> 119) & 1 == 0;
        if (!isPlain && !hasPath) DerWalk.malformed(cursor, origin);
        return true;
    }

    /// @dev Unused bits are zero, and the bit before them is not (X.690, section 11.2.2).
    function _usage(uint256 word, uint256 length, uint256 cursor, uint256 origin)
        private
        pure
        returns (uint256 bits)
    {
        uint256 unused = (word >> 152) & 0xff;
        bits = (word >> 144) & 0xff;
        bool isForm = word >> 160 == KEY_USAGE_FORM && length == KEY_USAGE_LENGTH;
        // forge-lint: disable-next-line(incorrect-shift)
        bool isShortest = unused < 8 && bits & ((2 << unused) - 1) == 1 << unused;
        if (!isForm || !isShortest) DerWalk.malformed(cursor, origin);
    }

    /// @dev SEQUENCE { OID, OCTET STRING }: any other extension may be there, unless it is critical.
    function _passUnknown(uint256 cursor, uint256 end, uint256 origin) private pure {
        (, uint256 value) = DerWalk.content(cursor, DerWalk.OBJECT_IDENTIFIER, origin);
        if (Memory.byteAt(value) == BOOLEAN) {
            revert IDcapErrors.CriticalExtensionUnknown(cursor - origin);
        }
        DerWalk.contentTo(value, DerWalk.OCTET_STRING, end, origin);
    }
}
