// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {DerTime} from "./DerTime.sol";
import {DerWalk} from "./DerWalk.sol";
import {X509} from "./X509.sol";
import {X509Extensions} from "./X509Extensions.sol";

/// @notice A certificate revocation list, in memory.
/// @param origin where its DER starts
/// @param digest sha256 of what its issuer signed, which names the list: its signature has a twin
/// @param issuerHash keccak256 of the issuer's name in DER
/// @param authorityKeyId the issuer's key's identifier, 20 bytes
/// @param number the CRL number
/// @param thisUpdate when it was issued, Unix time
/// @param nextUpdate last second of validity, Unix time
/// @param entries where the first entry starts
/// @param entriesEnd where the last one ends
/// @param r the issuer's signature, first number
/// @param s its second number
struct RevocationList {
    uint256 origin;
    bytes32 digest;
    bytes32 issuerHash;
    uint256 authorityKeyId;
    uint160 number;
    uint256 thisUpdate;
    uint256 nextUpdate;
    uint256 entries;
    uint256 entriesEnd;
    uint256 r;
    uint256 s;
}

/// @notice X.509 version 2 certificate revocation lists (RFC 5280, section 5), whole ones of one
/// issuer: of the extensions only CRL number and authority key identifier are known, and both must
/// be there.
/// @dev The walk is as that of X509: forward, and to exact ends.
library Crl {
    /// @dev INTEGER 1: version 2.
    uint256 private constant VERSION_2 = 0x020101;
    uint256 private constant VERSION_LENGTH = 3;
    /// @dev [0] EXPLICIT of the list.
    uint256 private constant EXTENSIONS = 0xa0;
    /// @dev 2.5.29.20, and the tag of its OCTET STRING.
    uint256 private constant CRL_NUMBER = 0x0603551d1404;
    uint256 private constant CRL_NUMBER_OID_LENGTH = 5;

    /// @notice The list whose DER is these `length` bytes. Proves nothing: signatures are the
    /// caller's. The entries are not looked at: `nextSerial` reads them.
    function parse(uint256 origin, uint256 length)
        internal
        view
        returns (RevocationList memory list)
    {
        list.origin = origin;
        uint256 end = origin + length;
        uint256 tbs = DerWalk.contentTo(origin, DerWalk.SEQUENCE, end, origin);
        (uint256 cursor, uint256 tbsEnd) = DerWalk.content(tbs, DerWalk.SEQUENCE, origin);
        cursor = _readIssuance(list, cursor);
        // The entries are left out when there are none.
        if (Memory.byteAt(cursor) == DerWalk.SEQUENCE) {
            (list.entries, list.entriesEnd) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
            cursor = list.entriesEnd;
        }
        _readExtensions(list, cursor, tbsEnd);
        (list.r, list.s) = X509.signature(tbsEnd, end, origin);
        list.digest = Memory.sha2(tbs, tbsEnd - tbs);
    }

    /// @notice The serial number of the entry at `cursor`, and where the next one starts. An entry
    /// revokes whatever its date and reason are. It is SEQUENCE { INTEGER, .. } of less than 128
    /// bytes, and the number has at most 28 (RFC 5280 allows 20), so that one word holds both
    /// headers and the number: tag, length, tag, length, number.
    function nextSerial(RevocationList memory list, uint256 cursor)
        internal
        pure
        returns (uint256 serial, uint256 next)
    {
        uint256 head = Memory.word(cursor);
        // Each length is one byte.
        unchecked {
            uint256 length = (head >> 240) & 0xff;
            uint256 bits = 8 * ((head >> 224) & 0xff);
            next = cursor + 2 + length;
            bool isEntry = head >> 248 == DerWalk.SEQUENCE
                && (head >> 232) & 0xff == DerWalk.INTEGER && length < 0x80 && bits > 0
                && bits <= 224 && bits + 16 <= 8 * length && next <= list.entriesEnd;
            serial = (head << 32) >> (256 - bits);
            // The shortest form (X.690, 8.3.2) of a number that is not negative.
            bool isShortest = serial >> (bits - 1) == 0 && (bits == 8 || serial >> (bits - 9) != 0);
            if (!isEntry || !isShortest) DerWalk.malformed(cursor, list.origin);
        }
    }

    /// @dev Version, algorithm, issuer and window.
    function _readIssuance(RevocationList memory into, uint256 cursor)
        private
        pure
        returns (uint256 end)
    {
        uint256 origin = into.origin;
        if (Memory.word(cursor) >> 232 != VERSION_2) DerWalk.malformed(cursor, origin);
        cursor = X509.passAlgorithm(cursor + VERSION_LENGTH, origin);
        (, end) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
        into.issuerHash = Memory.hash(cursor, end - cursor);
        (into.thisUpdate, end) = DerTime.read(end, origin);
        (into.nextUpdate, end) = DerTime.read(end, origin);
    }

    /// @dev The extensions at `cursor`, which must reach exactly to `end`.
    function _readExtensions(RevocationList memory into, uint256 cursor, uint256 end) private pure {
        uint256 origin = into.origin;
        cursor = DerWalk.contentTo(cursor, EXTENSIONS, end, origin);
        cursor = DerWalk.contentTo(cursor, DerWalk.SEQUENCE, end, origin);
        bool hasNumber;
        while (cursor < end) {
            (uint256 start, uint256 next) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
            if (Memory.word(start) >> 208 == CRL_NUMBER && !hasNumber) {
                hasNumber = true;
                into.number = _readNumber(start + CRL_NUMBER_OID_LENGTH, next, origin);
            } else if (X509Extensions.isAuthorityKey(start) && into.authorityKeyId == 0) {
                into.authorityKeyId = X509Extensions.authorityKey(start, next, origin);
            } else {
                // A list of changes only, or of several issuers, would say so by an extension.
                revert IDcapErrors.CriticalExtensionUnknown(cursor - origin);
            }
            cursor = next;
        }
        if (cursor != end || !hasNumber || into.authorityKeyId == 0) {
            DerWalk.malformed(cursor, origin);
        }
    }

    /// @dev OCTET STRING { INTEGER } of up to 20 bytes (RFC 5280, 5.2.3).
    function _readNumber(uint256 cursor, uint256 end, uint256 origin)
        private
        pure
        returns (uint160)
    {
        cursor = DerWalk.contentTo(cursor, DerWalk.OCTET_STRING, end, origin);
        (uint256 number, uint256 last) = DerWalk.integer(cursor, origin);
        if (last != end || number > type(uint160).max) DerWalk.malformed(cursor, origin);
        // Compared just above.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint160(number);
    }
}
