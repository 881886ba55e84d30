// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {DerTime} from "./DerTime.sol";
import {DerWalk} from "./DerWalk.sol";
import {Memory} from "./Memory.sol";
import {PckExtensions} from "./PckExtensions.sol";

/// @notice What a PCK certificate says.
/// @param origin where its DER starts in memory
/// @param tbs where its signed part starts
/// @param tbsLength how long that is
/// @param serial its serial number, as a number
/// @param issuerHash keccak256 of the issuer's name in DER
/// @param notBefore first second of validity, Unix time
/// @param notAfter last second of validity, Unix time
/// @param x the machine's P-256 key, first coordinate
/// @param y its second coordinate
/// @param r the issuer's signature, first number
/// @param s its second number
/// @param authorityKeyId the issuer's key identifier, 20 bytes as a number
/// @param platform keccak256 of the PPID
/// @param components the 16 SGX TCB component SVNs, the first in the highest byte
/// @param pceSvn the SVN of the provisioning certification enclave
/// @param pceId its identity
/// @param fmspc family, model, stepping, platform type and custom SKU: 6 bytes
struct Pck {
    uint256 origin;
    uint256 tbs;
    uint256 tbsLength;
    uint256 serial;
    bytes32 issuerHash;
    uint256 notBefore;
    uint256 notAfter;
    uint256 x;
    uint256 y;
    uint256 r;
    uint256 s;
    uint256 authorityKeyId;
    bytes32 platform;
    uint256 components;
    uint256 pceSvn;
    uint256 pceId;
    uint256 fmspc;
}

/// @notice PCK certificates in memory, read in one walk.
/// @dev Intel, "SGX PCK Certificate and Certificate Revocation List Profile Specification", 1.3;
/// RFC 5280, section 4.1. The walk only goes forward, and the signed part and the whole must end
/// exactly where their lengths say: so whatever it used stood inside. Proves nothing: the signature
/// is the caller's.
library PckCertificate {
    /// @dev AlgorithmIdentifier of ecdsa-with-SHA256, whole.
    uint256 private constant ECDSA_SHA256 = 0x300a06082a8648ce3d040302;
    uint256 private constant ALGORITHM_LENGTH = 12;
    /// @dev SubjectPublicKeyInfo of an uncompressed P-256 point, up to the coordinates.
    uint256 private constant P256_KEY = 0x3059301306072a8648ce3d020106082a8648ce3d03010703420004;
    uint256 private constant KEY_PREFIX_LENGTH = 27;
    uint256 private constant KEY_LENGTH = 91;
    /// @dev [0] EXPLICIT INTEGER 2: version 3.
    uint256 private constant VERSION_3 = 0xa003020102;
    uint256 private constant VERSION_LENGTH = 5;
    uint256 private constant SEQUENCE = 0x30;
    uint256 private constant BIT_STRING = 0x03;

    /// @notice The certificate whose DER is these `length` bytes.
    function parse(uint256 origin, uint256 length) internal pure returns (Pck memory pck) {
        unchecked {
            pck.origin = origin;
            (uint256 cursor, uint256 end) = DerWalk.content(origin, SEQUENCE, origin);
            if (end != origin + length) DerWalk.malformed(origin, origin);
            uint256 tbsEnd;
            pck.tbs = cursor;
            (cursor, tbsEnd) = DerWalk.content(cursor, SEQUENCE, origin);
            pck.tbsLength = tbsEnd - pck.tbs;
            cursor = _readIssuance(pck, cursor);
            cursor = _readValidity(pck, cursor);
            cursor = _readKey(pck, cursor);
            PckExtensions.read(pck, cursor, tbsEnd);
            _readSignature(pck, tbsEnd, end);
        }
    }

    /// @dev Version, serial number, algorithm and issuer.
    function _readIssuance(Pck memory pck, uint256 cursor) private pure returns (uint256 end) {
        unchecked {
            uint256 origin = pck.origin;
            if (Memory.word(cursor) >> 216 != VERSION_3) DerWalk.malformed(cursor, origin);
            (pck.serial, cursor) = DerWalk.integer(cursor + VERSION_LENGTH, origin);
            cursor = _passAlgorithm(cursor, origin);
            (, end) = DerWalk.content(cursor, SEQUENCE, origin);
            pck.issuerHash = Memory.hash(cursor, end - cursor);
        }
    }

    function _readValidity(Pck memory pck, uint256 cursor) private pure returns (uint256 end) {
        uint256 origin = pck.origin;
        (cursor, end) = DerWalk.content(cursor, SEQUENCE, origin);
        (pck.notBefore, cursor) = DerTime.read(cursor, origin);
        (pck.notAfter, cursor) = DerTime.read(cursor, origin);
        if (cursor != end) DerWalk.malformed(cursor, origin);
    }

    /// @dev The subject's name, of which nothing is used, and its key.
    function _readKey(Pck memory pck, uint256 cursor) private pure returns (uint256) {
        unchecked {
            (, uint256 key) = DerWalk.content(cursor, SEQUENCE, pck.origin);
            if (Memory.word(key) >> 40 != P256_KEY) {
                revert IDcapErrors.CertificateKeyRefused(key - pck.origin);
            }
            pck.x = Memory.word(key + KEY_PREFIX_LENGTH);
            pck.y = Memory.word(key + KEY_PREFIX_LENGTH + 32);
            return key + KEY_LENGTH;
        }
    }

    /// @dev BIT STRING without unused bits, of a SEQUENCE of two INTEGERs (RFC 3279, 2.2.3).
    function _readSignature(Pck memory pck, uint256 cursor, uint256 end) private pure {
        unchecked {
            uint256 origin = pck.origin;
            uint256 last;
            cursor = _passAlgorithm(cursor, origin);
            (cursor, last) = DerWalk.content(cursor, BIT_STRING, origin);
            if (last != end || Memory.byteAt(cursor) != 0) DerWalk.malformed(cursor, origin);
            (cursor, last) = DerWalk.content(cursor + 1, SEQUENCE, origin);
            if (last != end) DerWalk.malformed(cursor, origin);
            (pck.r, cursor) = DerWalk.integer(cursor, origin);
            (pck.s, cursor) = DerWalk.integer(cursor, origin);
            if (cursor != end) DerWalk.malformed(cursor, origin);
        }
    }

    function _passAlgorithm(uint256 cursor, uint256 origin) private pure returns (uint256) {
        unchecked {
            if (Memory.word(cursor) >> 160 != ECDSA_SHA256) {
                revert IDcapErrors.CertificateAlgorithmRefused(cursor - origin);
            }
            return cursor + ALGORITHM_LENGTH;
        }
    }
}
