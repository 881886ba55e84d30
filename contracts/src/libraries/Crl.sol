// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Der} from "./Der.sol";
import {X509} from "./X509.sol";
import {X509Extensions} from "./X509Extensions.sol";
import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

/// @notice A certificate revocation list.
/// @param tbsDigest sha256 of what its issuer signed
/// @param issuerHash keccak256 of the issuer's name in DER
/// @param authorityKeyId the issuer's key's identifier, 20 bytes
/// @param number the CRL number
/// @param thisUpdate when it was issued, Unix time
/// @param nextUpdate last second of validity, Unix time
/// @param entries offset of the first entry
/// @param entriesEnd offset after the last entry
/// @param r the issuer's signature, first number
/// @param s the issuer's signature, second number
struct RevocationList {
    bytes32 tbsDigest;
    bytes32 issuerHash;
    uint256 authorityKeyId;
    uint160 number;
    uint64 thisUpdate;
    uint64 nextUpdate;
    uint256 entries;
    uint256 entriesEnd;
    uint256 r;
    uint256 s;
}

/// @notice X.509 version 2 certificate revocation lists (RFC 5280, section 5), whole ones of one
/// issuer: of the extensions only CRL number and authority key identifier are known, and both must
/// be there.
library Crl {
    using Der for bytes;

    /// @dev INTEGER 1: version 2.
    bytes32 private constant VERSION_2 = keccak256(hex"020101");
    uint256 private constant VERSION_LENGTH = 3;
    bytes32 private constant CRL_NUMBER = keccak256(hex"551d14");
    uint8 private constant EXTENSIONS_TAG = 0xa0;

    /// @notice A list from its whole DER. Proves nothing: signatures are the caller's. The entries
    /// are not looked at: `nextSerial` reads them.
    function parse(bytes memory der) internal view returns (RevocationList memory list) {
        (uint256 start, uint256 limit) = der.enterOnly(0, der.length, Der.SEQUENCE);
        (uint256 tbs, uint256 tbsEnd) = der.enter(start, limit, Der.SEQUENCE);
        list.tbsDigest = EfficientHashLib.sha2(der, start, tbsEnd);
        _parseTbs(der, tbs, tbsEnd, list);
        (list.r, list.s) = X509.signatureAfter(der, tbsEnd, limit);
    }

    /// @notice The serial number of the entry at `position`, and where the next one starts. An
    /// entry revokes whatever its date and reason are. It is SEQUENCE { INTEGER, .. } of less than
    /// 128 bytes, and the number has at most 28 (RFC 5280 allows 20), so that one word holds both
    /// headers and the number.
    function nextSerial(bytes memory der, uint256 position, uint256 limit)
        internal
        pure
        returns (uint256 serial, uint256 next)
    {
        uint256 head = uint256(der.word(position));
        // Offsets are far below 2^256, and each length is one byte.
        unchecked {
            uint256 length = (head >> 240) & 0xff;
            uint256 bits = 8 * ((head >> 224) & 0xff);
            next = position + 2 + length;
            bool isEntry = (head >> 248 == Der.SEQUENCE) && (head >> 232) & 0xff == Der.INTEGER
                && length < 0x80 && bits > 0 && bits <= 224 && bits + 16 <= 8 * length
                && next <= limit;
            serial = (head << 32) >> (256 - bits);
            // The shortest form (X.690, 8.3.2) of a number that is not negative.
            bool isShortest = serial >> (bits - 1) == 0 && (bits == 8 || serial >> (bits - 9) != 0);
            if (!isEntry || !isShortest) revert IDcapErrors.CertificateMalformed(position);
        }
    }

    function _parseTbs(
        bytes memory der,
        uint256 position,
        uint256 limit,
        RevocationList memory into
    ) private pure {
        uint256 end = position + VERSION_LENGTH;
        if (end > limit || der.hash(position, end) != VERSION_2) {
            revert IDcapErrors.CertificateMalformed(position);
        }
        position = X509.algorithm(der, end, limit);
        (, end) = der.enter(position, limit, Der.SEQUENCE);
        into.issuerHash = der.hash(position, end);
        (into.thisUpdate, position) = der.readTime(end, limit);
        (into.nextUpdate, position) = der.readTime(position, limit);
        // The entries are left out when there are none.
        if (der.tagAt(position, limit) == Der.SEQUENCE) {
            (into.entries, into.entriesEnd) = der.enter(position, limit, Der.SEQUENCE);
            position = into.entriesEnd;
        }
        _parseExtensions(der, position, limit, into);
    }

    function _parseExtensions(
        bytes memory der,
        uint256 position,
        uint256 limit,
        RevocationList memory into
    ) private pure {
        (position,) = der.enterOnly(position, limit, EXTENSIONS_TAG);
        (position,) = der.enterOnly(position, limit, Der.SEQUENCE);
        bool hasNumber;
        while (position < limit) {
            (uint256 start, uint256 next) = der.enter(position, limit, Der.SEQUENCE);
            (bytes32 oid,, uint256 value) = X509Extensions.header(der, start, next);
            if (oid == CRL_NUMBER && !hasNumber) {
                hasNumber = true;
                into.number = _readNumber(der, value, next);
            } else if (oid == X509Extensions.AUTHORITY_KEY_ID && into.authorityKeyId == 0) {
                into.authorityKeyId = X509Extensions.readAuthorityKeyId(der, value, next);
            } else {
                // A list of changes only, or of several issuers, would say so by an extension.
                revert IDcapErrors.CriticalExtensionUnknown(position);
            }
            position = next;
        }
        if (!hasNumber || into.authorityKeyId == 0) revert IDcapErrors.CertificateMalformed(limit);
    }

    /// @dev Up to 20 bytes (RFC 5280, 5.2.3).
    function _readNumber(bytes memory der, uint256 value, uint256 limit)
        private
        pure
        returns (uint160)
    {
        (uint256 number, uint256 end) = der.readUint256(value, limit);
        if (end != limit || number > type(uint160).max) {
            revert IDcapErrors.CertificateMalformed(value);
        }
        // Compared just above.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint160(number);
    }
}
