// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {DerTime} from "./DerTime.sol";
import {DerWalk} from "./DerWalk.sol";
import {Extensions, X509Extensions} from "./X509Extensions.sol";

/// @notice A parsed certificate, in memory.
/// @param origin where its DER starts
/// @param tbs where its signed part starts
/// @param tbsEnd where that ends
/// @param serial what the issuer numbers it by
/// @param issuerHash keccak256 of the issuer's name in DER
/// @param notBefore first second of validity, Unix time
/// @param notAfter last second of validity, Unix time
/// @param subject where the subject's name starts
/// @param subjectEnd where that ends
/// @param x the certified P-256 key, first coordinate
/// @param y its second coordinate
/// @param r the issuer's signature, first number
/// @param s its second number
/// @param extensions what the certificate's key may be used for
struct Certificate {
    uint256 origin;
    uint256 tbs;
    uint256 tbsEnd;
    uint256 serial;
    bytes32 issuerHash;
    uint256 notBefore;
    uint256 notAfter;
    uint256 subject;
    uint256 subjectEnd;
    uint256 x;
    uint256 y;
    uint256 r;
    uint256 s;
    Extensions extensions;
}

/// @notice X.509 version 3 certificates of P-256 keys, signed by ecdsa-with-SHA256: CAs', signing
/// keys' and machines' are read by this one reader, in one walk.
/// @dev RFC 5280, section 4.1. The walk only goes forward, and the signed part and the whole must end
/// exactly where their lengths say: so whatever it used stood inside. Proves nothing: signatures
/// are the caller's.
library X509 {
    /// @dev AlgorithmIdentifier of ecdsa-with-SHA256, whole: SEQUENCE (10) { OID (8) }.
    uint256 private constant ECDSA_SHA256 = 0x300a06082a8648ce3d040302;
    uint256 private constant ALGORITHM_LENGTH = 12;
    /// @dev SubjectPublicKeyInfo of an uncompressed P-256 point, up to the coordinates: SEQUENCE (89)
    /// { SEQUENCE (19) { id-ecPublicKey, prime256v1 }, BIT STRING (66) { 0 unused bits, 4, .. } }.
    uint256 private constant P256_KEY = 0x3059301306072a8648ce3d020106082a8648ce3d03010703420004;
    uint256 private constant KEY_PREFIX_LENGTH = 27;
    uint256 private constant KEY_LENGTH = 91;
    /// @dev [0] EXPLICIT INTEGER 2: version 3.
    uint256 private constant VERSION_3 = 0xa003020102;
    uint256 private constant VERSION_LENGTH = 5;
    /// @dev 2.5.4.3.
    uint256 private constant COMMON_NAME = 0x0603550403;
    uint256 private constant COMMON_NAME_LENGTH = 5;
    uint256 private constant PRINTABLE_STRING = 0x13;
    uint256 private constant UTF8_STRING = 0x0c;

    /// @notice The certificate whose DER is these `length` bytes.
    function parse(uint256 origin, uint256 length)
        internal
        pure
        returns (Certificate memory certificate)
    {
        unchecked {
            certificate.origin = origin;
            uint256 end = origin + length;
            uint256 cursor = DerWalk.contentTo(origin, DerWalk.SEQUENCE, end, origin);
            uint256 tbsEnd;
            certificate.tbs = cursor;
            (cursor, tbsEnd) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
            certificate.tbsEnd = tbsEnd;
            cursor = _readIssuance(certificate, cursor);
            cursor = _readValidity(certificate, cursor);
            cursor = _readSubject(certificate, cursor);
            X509Extensions.read(certificate.extensions, cursor, tbsEnd, origin);
            (certificate.r, certificate.s) = signature(tbsEnd, end, origin);
        }
    }

    /// @notice sha256 of what the issuer signed, which names a certificate: its signature has a twin.
    function digest(Certificate memory certificate) internal view returns (bytes32) {
        return Memory.sha2(certificate.tbs, certificate.tbsEnd - certificate.tbs);
    }

    /// @notice keccak256 of the subject's name in DER.
    function subjectHash(Certificate memory certificate) internal pure returns (bytes32) {
        return Memory.hash(certificate.subject, certificate.subjectEnd - certificate.subject);
    }

    /// @notice keccak256 of the text of the subject's only common name; 0 when there is none.
    /// @dev Name ::= SEQUENCE OF SET { SEQUENCE { OID, text } }.
    function commonNameHash(Certificate memory certificate) internal pure returns (bytes32 found) {
        uint256 origin = certificate.origin;
        uint256 end = certificate.subjectEnd;
        (uint256 cursor,) = DerWalk.content(certificate.subject, DerWalk.SEQUENCE, origin);
        while (cursor < end) {
            (uint256 attribute, uint256 next) = DerWalk.content(cursor, DerWalk.SET, origin);
            uint256 oid = DerWalk.contentTo(attribute, DerWalk.SEQUENCE, next, origin);
            if (Memory.word(oid) >> 216 == COMMON_NAME) {
                uint256 text = oid + COMMON_NAME_LENGTH;
                uint256 tag = Memory.byteAt(text) == UTF8_STRING ? UTF8_STRING : PRINTABLE_STRING;
                text = DerWalk.contentTo(text, tag, next, origin);
                if (found != 0) DerWalk.malformed(cursor, origin);
                found = Memory.hash(text, next - text);
            }
            cursor = next;
        }
        if (cursor != end) DerWalk.malformed(cursor, origin);
    }

    /// @notice The AlgorithmIdentifier at `cursor`, which must be ecdsa-with-SHA256.
    function passAlgorithm(uint256 cursor, uint256 origin) internal pure returns (uint256 end) {
        unchecked {
            if (Memory.word(cursor) >> 160 != ECDSA_SHA256) {
                revert IDcapErrors.CertificateAlgorithmRefused(cursor - origin);
            }
            return cursor + ALGORITHM_LENGTH;
        }
    }

    /// @notice What follows the signed part up to `end`: algorithm, and BIT STRING without unused
    /// bits, of a SEQUENCE of two INTEGERs (RFC 3279, 2.2.3).
    function signature(uint256 cursor, uint256 end, uint256 origin)
        internal
        pure
        returns (uint256 r, uint256 s)
    {
        unchecked {
            cursor = passAlgorithm(cursor, origin);
            cursor = DerWalk.contentTo(cursor, DerWalk.BIT_STRING, end, origin);
            if (Memory.byteAt(cursor) != 0) DerWalk.malformed(cursor, origin);
            cursor = DerWalk.contentTo(cursor + 1, DerWalk.SEQUENCE, end, origin);
            (r, cursor) = DerWalk.integer(cursor, origin);
            (s, cursor) = DerWalk.integer(cursor, origin);
            if (cursor != end) DerWalk.malformed(cursor, origin);
        }
    }

    /// @dev Version, serial number, algorithm and issuer.
    function _readIssuance(Certificate memory into, uint256 cursor)
        private
        pure
        returns (uint256 end)
    {
        unchecked {
            uint256 origin = into.origin;
            if (Memory.word(cursor) >> 216 != VERSION_3) DerWalk.malformed(cursor, origin);
            (into.serial, cursor) = DerWalk.integer(cursor + VERSION_LENGTH, origin);
            cursor = passAlgorithm(cursor, origin);
            (, end) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
            into.issuerHash = Memory.hash(cursor, end - cursor);
        }
    }

    function _readValidity(Certificate memory into, uint256 cursor)
        private
        pure
        returns (uint256 end)
    {
        uint256 origin = into.origin;
        (cursor, end) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
        (into.notBefore, cursor) = DerTime.read(cursor, origin);
        (into.notAfter, cursor) = DerTime.read(cursor, origin);
        if (cursor != end) DerWalk.malformed(cursor, origin);
    }

    /// @dev The subject's name, and its key.
    function _readSubject(Certificate memory into, uint256 cursor) private pure returns (uint256) {
        unchecked {
            into.subject = cursor;
            (, uint256 key) = DerWalk.content(cursor, DerWalk.SEQUENCE, into.origin);
            into.subjectEnd = key;
            if (Memory.word(key) >> 40 != P256_KEY) {
                revert IDcapErrors.CertificateKeyRefused(key - into.origin);
            }
            into.x = Memory.word(key + KEY_PREFIX_LENGTH);
            into.y = Memory.word(key + KEY_PREFIX_LENGTH + 32);
            return key + KEY_LENGTH;
        }
    }
}
