// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {TcbStatus} from "../interfaces/IDcapVerifier.sol";
import {Memory} from "../libraries/Memory.sol";
import {ByteOrder} from "./ByteOrder.sol";
import {TcbConvergence} from "./TcbConvergence.sol";

/// @notice The quoting enclave, by its report: an SGX enclave report of 384 bytes in memory.
/// @dev Intel, "Intel SGX ECDSA QuoteLibReference DCAP API", appendix A.4 (enclave report body). The
/// identity is the CollateralStore's form of Intel's QE identity: mrSigner (32) ‖ attributes (16) ‖
/// attributesMask (16) ‖ miscSelect (4) ‖ miscSelectMask (4) ‖ isvProdId (2) ‖ number of levels (1)
/// ‖ levels { isvSvn (2) ‖ status (1) }, highest first.
library QuotingEnclave {
    uint256 private constant MISC_SELECT = 16;
    uint256 private constant ATTRIBUTES = 48;
    uint256 private constant MR_SIGNER = 128;
    uint256 private constant PRODUCT_ID = 256;
    uint256 private constant SVN = 258;
    uint256 private constant REPORT_DATA = 320;
    uint256 private constant DEBUG = 0x02 << 120;

    uint256 private constant IDENTITY_ATTRIBUTES = 32;
    uint256 private constant IDENTITY_MASK = 48;
    uint256 private constant IDENTITY_REST = 64;
    uint256 private constant IDENTITY_LEVELS = 75;
    uint256 private constant LEVEL_LENGTH = 3;

    /// @notice Revert unless the report vouches for this attestation key (x ‖ y) and these 32 bytes
    /// of authentication data: its report data is their sha256 and 32 zero bytes.
    function checkBinding(uint256 report, uint256 attestationKey, uint256 authenticationData)
        internal
        view
    {
        uint256 bound = Memory.allocate(96);
        assembly ("memory-safe") {
            // 64 and 32 bytes into the region just made.
            mcopy(bound, attestationKey, 64)
            mstore(add(bound, 64), mload(authenticationData))
        }
        bytes32 expected = Memory.sha2(bound, 96);
        bytes32 actual = bytes32(Memory.word(report + REPORT_DATA));
        if (actual != expected) revert IDcapErrors.QeReportDataMismatch(expected, actual);
        bytes32 tail = bytes32(Memory.word(report + REPORT_DATA + 32));
        if (tail != 0) revert IDcapErrors.QeReportDataTailNotZero(tail);
    }

    /// @notice Revert unless the report is of an enclave with this identity.
    function checkIdentity(uint256 report, uint256 identity) internal pure {
        unchecked {
            uint256 attributes = Memory.word(report + ATTRIBUTES) >> 128;
            if (attributes & DEBUG != 0) {
                revert IDcapErrors.QeDebugRefused(ByteOrder.toBytes16(attributes));
            }
            uint256 mask = Memory.word(identity + IDENTITY_MASK) >> 128;
            uint256 expected = Memory.word(identity + IDENTITY_ATTRIBUTES) >> 128;
            if (attributes & mask != expected) {
                revert IDcapErrors.QeAttributesRefused(
                    ByteOrder.toBytes16(expected), ByteOrder.toBytes16(attributes & mask)
                );
            }
            bytes32 signer = bytes32(Memory.word(report + MR_SIGNER));
            bytes32 expectedSigner = bytes32(Memory.word(identity));
            if (signer != expectedSigner) {
                revert IDcapErrors.QeSignerRefused(expectedSigner, signer);
            }
            uint256 rest = Memory.word(identity + IDENTITY_REST);
            uint256 miscSelect = (Memory.word(report + MISC_SELECT) >> 224) & (rest >> 192);
            if (miscSelect != rest >> 224) {
                revert IDcapErrors.QeMiscSelectRefused(
                    ByteOrder.toBytes4(rest >> 224), ByteOrder.toBytes4(miscSelect)
                );
            }
            uint256 product = ByteOrder.swap16(Memory.word(report + PRODUCT_ID) >> 240);
            uint256 expectedProduct = (rest >> 176) & 0xffff;
            if (product != expectedProduct) {
                revert IDcapErrors.QeProductRefused(expectedProduct, product);
            }
        }
    }

    /// @notice How up to date the enclave is; reverts when it is older than every level.
    function status(uint256 report, uint256 identity) internal pure returns (TcbStatus) {
        unchecked {
            uint256 svn = ByteOrder.swap16(Memory.word(report + SVN) >> 240);
            uint256 cursor = identity + IDENTITY_LEVELS;
            uint256 end = cursor + Memory.byteAt(cursor - 1) * LEVEL_LENGTH;
            for (; cursor < end; cursor += LEVEL_LENGTH) {
                uint256 level = Memory.word(cursor) >> 232;
                if (svn >= level >> 8) return TcbConvergence.componentStatus(level & 0xff);
            }
            revert IDcapErrors.QeSvnRefused(svn);
        }
    }
}
