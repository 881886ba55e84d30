// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {ByteOrder} from "./ByteOrder.sol";

/// @notice A trust domain, by its report in memory: the body of a TDX quote.
/// @dev Intel, "Intel TDX DCAP Quoting Library API", appendix A.3; attributes: "Intel TDX Module ABI
/// Specification", ATTRIBUTES.
library TrustDomain {
    // Attributes as a little-endian number: bits 7:0 are the TUD group, of which bit 0 is DEBUG.
    uint256 private constant UNTRUSTED = 0xff;
    uint256 private constant SEPT_VE_DISABLE = 1 << 28;
    uint256 private constant MIGRATABLE = 1 << 29;
    /// @dev Bits 16, 18 to 22 and 27 to 31 of the SEC group, 62 and 63 of the OTHER group.
    uint256 private constant KNOWN = UNTRUSTED | 0xf87d0000 | 0xc000000000000000;

    uint256 private constant MR_SIGNER_SEAM = 64;
    uint256 private constant SEAM_ATTRIBUTES = 112;
    uint256 private constant TD_ATTRIBUTES = 120;
    uint256 private constant MR_SERVICE_TD = 600;

    /// @notice Revert unless nobody outside can look into the trust domain.
    /// @param hasServiceTd whether the report has the field mrServiceTd (TD 1.5)
    function check(uint256 body, bool hasServiceTd) internal pure {
        unchecked {
            if (!_isZero48(body + MR_SIGNER_SEAM)) revert IDcapErrors.SeamSignerRefused();
            uint256 word = Memory.word(body + SEAM_ATTRIBUTES);
            if (word >> 192 != 0) {
                revert IDcapErrors.SeamAttributesRefused(ByteOrder.toBytes8(word >> 192));
            }
            _checkAttributes((word >> 128) & type(uint64).max);
            if (hasServiceTd && !_isZero48(body + MR_SERVICE_TD)) {
                revert IDcapErrors.ServiceTdRefused();
            }
        }
    }

    function _checkAttributes(uint256 read) private pure {
        uint256 bits = ByteOrder.swap64(read);
        bytes8 attributes = ByteOrder.toBytes8(read);
        if (bits & UNTRUSTED != 0) revert IDcapErrors.TdDebugRefused(attributes);
        if (bits & ~KNOWN != 0) revert IDcapErrors.TdReservedAttributesRefused(attributes);
        if (bits & MIGRATABLE != 0) revert IDcapErrors.TdMigratableRefused(attributes);
        if (bits & SEPT_VE_DISABLE == 0) revert IDcapErrors.TdSeptVeRefused(attributes);
    }

    function _isZero48(uint256 cursor) private pure returns (bool) {
        unchecked {
            return Memory.word(cursor) | (Memory.word(cursor + 32) >> 128) == 0;
        }
    }
}
