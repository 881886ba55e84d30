// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";

/// @notice A TD report: the body of a TDX quote.
/// @dev Intel, "Intel TDX DCAP Quoting Library API", appendix 3; attributes: "Intel TDX Module ABI
/// Specification", TD attributes. All functions take the body alone, of 584 or 648 bytes.
library TdReport {
    // Attributes as a little-endian number: bits 7:0 are the TUD group, of which bit 0 is DEBUG.
    uint64 private constant UNTRUSTED = 0xff;
    uint64 private constant SEPT_VE_DISABLE = 1 << 28;
    uint64 private constant MIGRATABLE = 1 << 29;
    uint64 private constant PROTECTION_KEYS = 1 << 30;
    uint64 private constant KEY_LOCKER = 1 << 31;
    uint64 private constant PERFORMANCE_MONITOR = 1 << 63;
    uint64 private constant KNOWN = UNTRUSTED | SEPT_VE_DISABLE | MIGRATABLE | PROTECTION_KEYS
        | KEY_LOCKER | PERFORMANCE_MONITOR;

    uint256 private constant MR_SIGNER_SEAM = 64;
    uint256 private constant SEAM_ATTRIBUTES = 112;
    uint256 private constant TD_ATTRIBUTES = 120;
    uint256 private constant REPORT_DATA = 520;
    uint256 private constant TEE_TCB_SVN_2 = 584;
    uint256 private constant MR_SERVICE_TD = 600;

    /// @notice Revert unless the trust domain is one that nobody outside can look into.
    function check(bytes calldata body) internal pure {
        _checkModule(body);
        _checkAttributes(bytes8(body[TD_ATTRIBUTES:TD_ATTRIBUTES + 8]));
        if (body.length > TEE_TCB_SVN_2) {
            if (!_isZero48(body, MR_SERVICE_TD)) revert IDcapErrors.ServiceTdRefused();
        }
    }

    /// @notice keccak256 over tdAttributes, xfam, mrTd, mrConfigId, mrOwner, mrOwnerConfig, rtmr0..3.
    function measurement(bytes calldata body) internal pure returns (bytes32) {
        return keccak256(body[TD_ATTRIBUTES:REPORT_DATA]);
    }

    /// @notice The 64 bytes that the trust domain chose, in two halves.
    function reportData(bytes calldata body) internal pure returns (bytes32 high, bytes32 low) {
        high = bytes32(body[REPORT_DATA:REPORT_DATA + 32]);
        low = bytes32(body[REPORT_DATA + 32:REPORT_DATA + 64]);
    }

    function _checkModule(bytes calldata body) private pure {
        if (!_isZero48(body, MR_SIGNER_SEAM)) revert IDcapErrors.SeamSignerRefused();
        bytes8 attributes = bytes8(body[SEAM_ATTRIBUTES:SEAM_ATTRIBUTES + 8]);
        if (attributes != 0) revert IDcapErrors.SeamAttributesRefused(attributes);
    }

    function _checkAttributes(bytes8 attributes) private pure {
        uint64 bits = _fromLittleEndian(attributes);
        if (bits & UNTRUSTED != 0) revert IDcapErrors.TdDebugRefused(attributes);
        if (bits & ~KNOWN != 0) revert IDcapErrors.TdReservedAttributesRefused(attributes);
        if (bits & MIGRATABLE != 0) revert IDcapErrors.TdMigratableRefused(attributes);
        if (bits & SEPT_VE_DISABLE == 0) revert IDcapErrors.TdSeptVeRefused(attributes);
    }

    function _fromLittleEndian(bytes8 data) private pure returns (uint64 number) {
        for (uint256 i = 8; i != 0; --i) {
            number = (number << 8) | uint8(data[i - 1]);
        }
    }

    function _isZero48(bytes calldata body, uint256 offset) private pure returns (bool) {
        return bytes32(body[offset:offset + 32]) == 0 && bytes16(body[offset + 32:offset + 48]) == 0;
    }
}
