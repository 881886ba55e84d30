// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {LittleEndian} from "./LittleEndian.sol";

/// @notice The report of the quoting enclave: an SGX enclave report of 384 bytes.
/// @dev Intel, "Intel SGX ECDSA QuoteLibReference DCAP API", appendix A.4 (enclave report body).
library QeReport {
    using LittleEndian for bytes;

    uint16 internal constant PRODUCT = 2;

    uint256 private constant ATTRIBUTES = 48;
    uint256 private constant MR_SIGNER = 128;
    uint256 private constant PRODUCT_ID = 256;
    uint256 private constant REPORT_DATA = 320;
    bytes1 private constant DEBUG = 0x02;

    /// @notice Revert unless this is the quoting enclave for TDX by `mrSigner`, not in debug mode.
    function checkIdentity(bytes calldata report, bytes32 mrSigner) internal pure {
        bytes16 attributes = bytes16(report[ATTRIBUTES:ATTRIBUTES + 16]);
        if (attributes[0] & DEBUG != 0) revert IDcapErrors.QeDebugRefused(attributes);
        bytes32 signer = bytes32(report[MR_SIGNER:MR_SIGNER + 32]);
        if (signer != mrSigner) revert IDcapErrors.QeSignerRefused(mrSigner, signer);
        uint16 product = report.readUint16(PRODUCT_ID);
        if (product != PRODUCT) revert IDcapErrors.QeProductRefused(PRODUCT, product);
    }

    /// @notice Revert unless the enclave vouches for this attestation key (x ‖ y) and this
    /// authentication data: its report data is their sha256 and 32 zero bytes.
    function checkBinding(
        bytes calldata report,
        bytes calldata attestationKey,
        bytes calldata authenticationData
    ) internal pure {
        bytes32 expected = sha256(bytes.concat(attestationKey, authenticationData));
        bytes32 actual = bytes32(report[REPORT_DATA:REPORT_DATA + 32]);
        if (actual != expected) revert IDcapErrors.QeReportDataMismatch(expected, actual);
        bytes32 tail = bytes32(report[REPORT_DATA + 32:REPORT_DATA + 64]);
        if (tail != 0) revert IDcapErrors.QeReportDataTailNotZero(tail);
    }
}
