// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Memory} from "../libraries/Memory.sol";
import {DerWalk} from "../x509/DerWalk.sol";
import {Pck} from "./PckCertificate.sol";

/// @notice Intel's extension of PCK certificates: which machine, and how far it is patched.
/// @dev 1.2.840.113741.1.13.1; Intel, "SGX PCK Certificate and Certificate Revocation List Profile
/// Specification", 1.3.5. A SEQUENCE of SEQUENCE { OID, value }, in the order of that table: PPID,
/// TCB { 16 components, PCESVN, CPUSVN }, PCEID, FMSPC; what follows is not used. Constants are
/// elements up to their value.
library SgxExtension {
    /// @dev SEQUENCE (30) of 30 bytes: OID (06) …13.1.1 ‖ OCTET STRING (04) of 16.
    uint256 private constant PPID = 0x301e060a2a864886f84d010d01010410;
    uint256 private constant PPID_LENGTH = 32;
    /// @dev OID …13.1.2; the length of its SEQUENCE varies.
    uint256 private constant TCB_OID = 0x060a2a864886f84d010d0102;
    uint256 private constant TCB_OID_LENGTH = 12;
    /// @dev The first component of one byte, with its value's tag and length; 16 follow each other.
    uint256 private constant COMPONENT = 0x3010060b2a864886f84d010d0102010201;
    /// @dev What makes a component's INTEGER one byte longer, for a value from 128 on.
    uint256 private constant LONGER = (1 << 120) | 1;
    uint256 private constant NEXT_COMPONENT = 0x10000;
    /// @dev OID …13.1.2.17.
    uint256 private constant PCE_SVN_OID = 0x060b2a864886f84d010d010211;
    uint256 private constant PCE_SVN_OID_LENGTH = 13;
    /// @dev SEQUENCE of 31 bytes: OID …13.1.2.18 ‖ OCTET STRING of 16.
    uint256 private constant CPU_SVN = 0x301f060b2a864886f84d010d0102120410;
    uint256 private constant CPU_SVN_LENGTH = 33;
    /// @dev SEQUENCE of 16 bytes: OID …13.1.3 ‖ OCTET STRING of 2.
    uint256 private constant PCE_ID = 0x3010060a2a864886f84d010d01030402;
    uint256 private constant PCE_ID_LENGTH = 18;
    /// @dev SEQUENCE of 20 bytes: OID …13.1.4 ‖ OCTET STRING of 6.
    uint256 private constant FMSPC = 0x3014060a2a864886f84d010d01040406;
    uint256 private constant FMSPC_LENGTH = 22;

    /// @notice Read the extension's value at `cursor`, which must reach exactly to `end`.
    function read(Pck memory pck, uint256 cursor, uint256 end) internal pure {
        unchecked {
            uint256 origin = pck.certificate.origin;
            cursor = DerWalk.contentTo(cursor, DerWalk.OCTET_STRING, end, origin);
            cursor = DerWalk.contentTo(cursor, DerWalk.SEQUENCE, end, origin);

            uint256 word = Memory.word(cursor);
            if (word >> 128 != PPID) DerWalk.malformed(cursor, origin);
            pck.platform = Memory.hash(cursor + 16, 16);
            cursor = _readTcb(pck, cursor + PPID_LENGTH);
            word = Memory.word(cursor);
            if (word >> 128 != PCE_ID) DerWalk.malformed(cursor, origin);
            pck.pceId = (word >> 112) & 0xffff;
            cursor += PCE_ID_LENGTH;
            word = Memory.word(cursor);
            if (word >> 128 != FMSPC) DerWalk.malformed(cursor, origin);
            pck.fmspc = (word >> 80) & 0xffffffffffff;
            if (cursor + FMSPC_LENGTH > end) DerWalk.malformed(cursor, origin);
        }
    }

    function _readTcb(Pck memory pck, uint256 cursor) private pure returns (uint256 end) {
        unchecked {
            uint256 origin = pck.certificate.origin;
            (cursor, end) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
            if (Memory.word(cursor) >> 160 != TCB_OID) DerWalk.malformed(cursor, origin);
            cursor = DerWalk.contentTo(cursor + TCB_OID_LENGTH, DerWalk.SEQUENCE, end, origin);
            (pck.components, cursor) = _readComponents(cursor, origin);
            cursor = _readPceSvn(pck, cursor);
            if (Memory.word(cursor) >> 120 != CPU_SVN) DerWalk.malformed(cursor, origin);
            if (cursor + CPU_SVN_LENGTH != end) DerWalk.malformed(cursor, origin);
        }
    }

    /// @dev SEQUENCE { OID ending in 1 to 16, INTEGER from 0 to 255 }, 16 times.
    function _readComponents(uint256 cursor, uint256 origin)
        private
        pure
        returns (uint256 components, uint256)
    {
        unchecked {
            uint256 expected = COMPONENT;
            for (uint256 i = 0; i < 16; ++i) {
                uint256 word = Memory.word(cursor);
                uint256 value = (word >> 112) & 0xff;
                if (word >> 120 == expected && value < 0x80) {
                    cursor += 18;
                } else {
                    // From 128 on, a zero byte stands before the value.
                    if (word >> 120 != expected + LONGER || value != 0) {
                        DerWalk.malformed(cursor, origin);
                    }
                    value = (word >> 104) & 0xff;
                    if (value < 0x80) DerWalk.malformed(cursor, origin);
                    cursor += 19;
                }
                components = (components << 8) | value;
                expected += NEXT_COMPONENT;
            }
            return (components, cursor);
        }
    }

    function _readPceSvn(Pck memory pck, uint256 cursor) private pure returns (uint256 end) {
        unchecked {
            uint256 origin = pck.certificate.origin;
            uint256 last;
            (cursor, end) = DerWalk.content(cursor, DerWalk.SEQUENCE, origin);
            if (Memory.word(cursor) >> 152 != PCE_SVN_OID) DerWalk.malformed(cursor, origin);
            (pck.pceSvn, last) = DerWalk.integer(cursor + PCE_SVN_OID_LENGTH, origin);
            if (last != end || pck.pceSvn > 0xffff) DerWalk.malformed(cursor, origin);
        }
    }
}
