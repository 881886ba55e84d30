// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {DerWalk} from "./DerWalk.sol";
import {Memory} from "./Memory.sol";
import {Pck} from "./PckCertificate.sol";
import {SgxExtension} from "./SgxExtension.sol";

/// @notice The extensions of a PCK certificate, in any order: it must say who signed it, that its
/// key signs data and no certificates, and which machine it is.
/// @dev RFC 5280, section 4.2. Constants are the extensions' contents: OID, critical, value.
library PckExtensions {
    uint256 private constant EXTENSIONS = 0xa3;
    uint256 private constant SEQUENCE = 0x30;
    uint256 private constant BOOLEAN = 0x01;

    uint256 private constant AUTHORITY_KEY_OID = 0x0603551d23;
    uint256 private constant AUTHORITY_KEY = 0x0603551d23041830168014;
    uint256 private constant AUTHORITY_KEY_LENGTH = 31;

    uint256 private constant CONSTRAINTS_OID = 0x0603551d13;
    uint256 private constant NOT_AUTHORITY = 0x0603551d130101ff04023000;
    uint256 private constant CONSTRAINTS_LENGTH = 12;

    uint256 private constant USAGE_OID = 0x0603551d0f;
    uint256 private constant USAGE = 0x0603551d0f0101ff04040302;
    uint256 private constant USAGE_LENGTH = 14;
    uint256 private constant DIGITAL_SIGNATURE = 0x80;

    uint256 private constant SGX_OID = 0x06092a864886f84d010d01;
    uint256 private constant SGX_OID_LENGTH = 11;

    uint256 private constant HAS_AUTHORITY_KEY = 1;
    uint256 private constant HAS_CONSTRAINTS = 2;
    uint256 private constant HAS_USAGE = 4;
    uint256 private constant HAS_SGX = 8;

    /// @notice Read the extensions at `cursor`, which must reach exactly to `end`.
    function read(Pck memory pck, uint256 cursor, uint256 end) internal pure {
        uint256 origin = pck.origin;
        uint256 last;
        (cursor, last) = DerWalk.content(cursor, EXTENSIONS, origin);
        if (last != end) DerWalk.malformed(cursor, origin);
        (cursor, last) = DerWalk.content(cursor, SEQUENCE, origin);
        if (last != end) DerWalk.malformed(cursor, origin);
        uint256 seen;
        while (cursor < end) {
            uint256 next;
            (cursor, next) = DerWalk.content(cursor, SEQUENCE, origin);
            uint256 found = _readOne(pck, cursor, next);
            if (seen & found != 0) DerWalk.malformed(cursor, origin);
            seen |= found;
            cursor = next;
        }
        if (cursor != end) DerWalk.malformed(cursor, origin);
        if (seen & HAS_SGX == 0) revert IDcapErrors.LeafNotPck();
        if (seen != HAS_AUTHORITY_KEY | HAS_CONSTRAINTS | HAS_USAGE | HAS_SGX) {
            DerWalk.malformed(end, origin);
        }
    }

    /// @dev One extension from `cursor` to `end`; gives back which it was, or 0.
    function _readOne(Pck memory pck, uint256 cursor, uint256 end) private pure returns (uint256) {
        uint256 word = Memory.word(cursor);
        uint256 oid = word >> 216;
        if (oid == AUTHORITY_KEY_OID) {
            if (word >> 168 != AUTHORITY_KEY || end != cursor + AUTHORITY_KEY_LENGTH) {
                DerWalk.malformed(cursor, pck.origin);
            }
            // forge-lint: disable-next-line(unsafe-typecast)
            pck.authorityKeyId = uint160(word >> 8);
            return HAS_AUTHORITY_KEY;
        }
        if (oid == CONSTRAINTS_OID) {
            if (word >> 160 != NOT_AUTHORITY || end != cursor + CONSTRAINTS_LENGTH) {
                revert IDcapErrors.LeafIsAuthority();
            }
            return HAS_CONSTRAINTS;
        }
        if (oid == USAGE_OID) {
            if (word >> 160 != USAGE || end != cursor + USAGE_LENGTH) {
                DerWalk.malformed(cursor, pck.origin);
            }
            if ((word >> 144) & DIGITAL_SIGNATURE == 0) revert IDcapErrors.LeafKeyUsageRefused();
            return HAS_USAGE;
        }
        if (word >> 168 == SGX_OID) {
            SgxExtension.read(pck, cursor + SGX_OID_LENGTH, end);
            return HAS_SGX;
        }
        _passUnknown(cursor, pck.origin);
        return 0;
    }

    /// @dev Any other extension may be there, as long as it is not critical.
    function _passUnknown(uint256 cursor, uint256 origin) private pure {
        (, uint256 behindOid) = DerWalk.content(cursor, 0x06, origin);
        if (Memory.byteAt(behindOid) == BOOLEAN) {
            revert IDcapErrors.CriticalExtensionUnknown(cursor - origin);
        }
    }
}
