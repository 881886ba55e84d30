// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Der} from "./Der.sol";
import {Extensions, X509Extensions} from "./X509Extensions.sol";
import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

/// @notice A parsed certificate.
/// @param tbsDigest sha256 of what its issuer signed
/// @param serial what the issuer numbers it by
/// @param issuerHash keccak256 of the issuer's name in DER
/// @param subjectHash keccak256 of the subject's name in DER
/// @param subject where the subject's name starts in the DER
/// @param notBefore first second of validity, Unix time
/// @param notAfter last second of validity, Unix time
/// @param x the certified P-256 key, first coordinate
/// @param y the certified P-256 key, second coordinate
/// @param r the issuer's signature, first number
/// @param s the issuer's signature, second number
/// @param extensions what the certificate's key may be used for
struct Certificate {
    bytes32 tbsDigest;
    uint256 serial;
    bytes32 issuerHash;
    bytes32 subjectHash;
    uint256 subject;
    uint64 notBefore;
    uint64 notAfter;
    uint256 x;
    uint256 y;
    uint256 r;
    uint256 s;
    Extensions extensions;
}

/// @notice X.509 version 3 certificates (RFC 5280) of P-256 keys, signed by ecdsa-with-SHA256.
library X509 {
    using Der for bytes;

    /// @dev AlgorithmIdentifier of ecdsa-with-SHA256, whole.
    bytes32 private constant ECDSA_SHA256 = keccak256(hex"300a06082a8648ce3d040302");
    uint256 private constant ECDSA_SHA256_LENGTH = 12;

    /// @dev SubjectPublicKeyInfo of an uncompressed P-256 point, up to the point's coordinates.
    bytes32 private constant P256_KEY =
        keccak256(hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    uint256 private constant P256_KEY_PREFIX_LENGTH = 27;
    uint256 private constant P256_KEY_LENGTH = 91;

    /// @dev [0] EXPLICIT INTEGER 2: version 3.
    bytes32 private constant VERSION_3 = keccak256(hex"a003020102");
    uint256 private constant VERSION_LENGTH = 5;

    bytes32 private constant COMMON_NAME = keccak256(hex"550403");

    /// @notice A certificate from its whole DER. Proves nothing: signatures are the caller's.
    function parse(bytes memory der) internal view returns (Certificate memory certificate) {
        (uint256 start, uint256 limit) = der.enterOnly(0, der.length, Der.SEQUENCE);
        (uint256 tbs, uint256 tbsEnd) = der.enter(start, limit, Der.SEQUENCE);
        certificate.tbsDigest = EfficientHashLib.sha2(der, start, tbsEnd);
        _parseTbs(der, tbs, tbsEnd, certificate);
        (certificate.r, certificate.s) = signatureAfter(der, tbsEnd, limit);
    }

    /// @notice keccak256 of the text of the name's only common name; `name` is where it starts.
    function commonNameHash(bytes memory der, uint256 name) internal pure returns (bytes32 found) {
        (uint256 position, uint256 limit) = der.enter(name, der.length, Der.SEQUENCE);
        while (position < limit) {
            (uint256 attribute, uint256 next) = der.enter(position, limit, Der.SET);
            (uint256 start, uint256 end) = der.enterOnly(attribute, next, Der.SEQUENCE);
            (uint256 oid, uint256 oidEnd) = der.enter(start, end, Der.OBJECT_IDENTIFIER);
            if (der.hash(oid, oidEnd) == COMMON_NAME) {
                (uint256 text, uint256 textEnd) = der.skip(oidEnd, end);
                if (found != 0 || textEnd != end) {
                    revert IDcapErrors.CertificateMalformed(position);
                }
                found = der.hash(text, textEnd);
            }
            position = next;
        }
    }

    function _parseTbs(bytes memory der, uint256 position, uint256 limit, Certificate memory into)
        private
        pure
    {
        uint256 end = position + VERSION_LENGTH;
        if (end > limit || der.hash(position, end) != VERSION_3) {
            revert IDcapErrors.CertificateMalformed(position);
        }
        (into.serial, position) = der.readUint256(end, limit);
        position = algorithm(der, position, limit);
        (, end) = der.enter(position, limit, Der.SEQUENCE);
        into.issuerHash = der.hash(position, end);
        position = _validity(der, end, limit, into);
        (, end) = der.enter(position, limit, Der.SEQUENCE);
        into.subject = position;
        into.subjectHash = der.hash(position, end);
        position = _publicKey(der, end, limit, into);
        into.extensions = X509Extensions.parse(der, position, limit);
    }

    /// @notice The AlgorithmIdentifier at `position`, which must be ecdsa-with-SHA256.
    function algorithm(bytes memory der, uint256 position, uint256 limit)
        internal
        pure
        returns (uint256 end)
    {
        end = position + ECDSA_SHA256_LENGTH;
        if (end > limit || der.hash(position, end) != ECDSA_SHA256) {
            revert IDcapErrors.CertificateAlgorithmRefused(position);
        }
    }

    function _validity(bytes memory der, uint256 position, uint256 limit, Certificate memory into)
        private
        pure
        returns (uint256 end)
    {
        (position, end) = der.enter(position, limit, Der.SEQUENCE);
        (into.notBefore, position) = der.readTime(position, end);
        (into.notAfter, position) = der.readTime(position, end);
        if (position != end) revert IDcapErrors.CertificateMalformed(position);
    }

    function _publicKey(bytes memory der, uint256 position, uint256 limit, Certificate memory into)
        private
        pure
        returns (uint256 end)
    {
        end = position + P256_KEY_LENGTH;
        uint256 point = position + P256_KEY_PREFIX_LENGTH;
        if (end > limit || der.hash(position, point) != P256_KEY) {
            revert IDcapErrors.CertificateKeyRefused(position);
        }
        into.x = uint256(der.word(point));
        into.y = uint256(der.word(point + 32));
    }

    /// @notice What follows the signed part: algorithm, and BIT STRING without unused bits, of a
    /// SEQUENCE of two INTEGERs (RFC 3279, 2.2.3).
    function signatureAfter(bytes memory der, uint256 position, uint256 limit)
        internal
        pure
        returns (uint256 r, uint256 s)
    {
        position = algorithm(der, position, limit);
        (position,) = der.enterOnly(position, limit, Der.BIT_STRING);
        if (der.tagAt(position, limit) != 0) revert IDcapErrors.CertificateMalformed(position);
        (position,) = der.enterOnly(position + 1, limit, Der.SEQUENCE);
        (r, position) = der.readUint256(position, limit);
        (s, position) = der.readUint256(position, limit);
        if (position != limit) revert IDcapErrors.CertificateMalformed(position);
    }
}
