// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LittleEndian} from "./LittleEndian.sol";

/// @notice What of a quote its attestation key signed, as offsets from the quote's start.
/// @param version of the quote: 3, 4 or 5
/// @param isEnclave whether the body is an SGX enclave's report, not a TD report
/// @param length of the signed region: header, descriptor (version 5), body
/// @param body where the report starts
/// @param reportData where its 64 bytes of report data start
struct Region {
    uint256 version;
    bool isEnclave;
    uint256 length;
    uint256 body;
    uint256 reportData;
}

/// @notice Reads the signed region of a quote, which compact and raw quotes begin with.
/// @dev Intel, "Intel TDX DCAP Quoting Library API", appendix 3 (quote format). It reads only what
/// the registry's own policy needs; that the rest is right is the verifier's part.
library SignedRegion {
    using LittleEndian for bytes;

    /// @notice The quote's version, TEE type and body type are none that go together, or it ends
    /// inside of the signed region.
    error SignedRegionUnknown(uint16 version, uint32 teeType, uint16 bodyType, uint256 quoteLength);

    uint256 private constant HEADER = 48;
    uint256 private constant DESCRIPTOR = 6;
    uint256 private constant ENCLAVE_LENGTH = 384;
    uint256 private constant TD_10_LENGTH = 584;
    uint256 private constant TD_15_LENGTH = 648;
    uint32 private constant TEE_SGX = 0;
    uint32 private constant TEE_TDX = 0x81;

    // Offsets in a TD report.
    uint256 private constant TD_ATTRIBUTES = 120;
    uint256 private constant TD_REPORT_DATA = 520;
    uint256 private constant TD_SERVICE_TD = 600;

    // Offsets in an enclave report.
    uint256 private constant ISV_EXT_PROD_ID = 32;
    uint256 private constant ENCLAVE_ATTRIBUTES = 48;
    uint256 private constant MR_ENCLAVE = 64;
    uint256 private constant MR_SIGNER = 128;
    uint256 private constant CONFIG_ID = 192;
    uint256 private constant ISV_PROD_ID = 256;
    uint256 private constant ISV_SVN = 258;
    uint256 private constant CONFIG_SVN = 260;
    uint256 private constant ISV_FAMILY_ID = 304;
    uint256 private constant ENCLAVE_REPORT_DATA = 320;

    /// @notice Where the parts of the signed region stand.
    function read(bytes calldata quote) internal pure returns (Region memory region) {
        if (quote.length < HEADER + 2) revert SignedRegionUnknown(0, 0, 0, quote.length);
        uint16 version = quote.readUint16(0);
        uint32 teeType = quote.readUint32(4);
        uint16 bodyType = version == 5 ? quote.readUint16(HEADER) : 0;
        uint256 bodyLength = _bodyLength(version, teeType, bodyType);
        region.version = version;
        region.isEnclave = teeType == TEE_SGX;
        region.body = version == 5 ? HEADER + DESCRIPTOR : HEADER;
        region.length = region.body + bodyLength;
        region.reportData = region.body + (region.isEnclave ? ENCLAVE_REPORT_DATA : TD_REPORT_DATA);
        if (bodyLength == 0 || quote.length < region.length) {
            revert SignedRegionUnknown(version, teeType, bodyType, quote.length);
        }
    }

    /// @notice The 64 bytes that the TEE chose, in two halves.
    function reportData(bytes calldata quote, Region memory region)
        internal
        pure
        returns (bytes32 high, bytes32 low)
    {
        high = bytes32(quote[region.reportData:region.reportData + 32]);
        low = bytes32(quote[region.reportData + 32:region.reportData + 64]);
    }

    /* --- a trust domain's ------------------------------------------------------------------ */

    /// @notice keccak256 over the 400 bytes tdAttributes, xfam, mrTd, mrConfigId, mrOwner,
    /// mrOwnerConfig, rtmr0..3.
    function tdMeasurement(bytes calldata quote, Region memory region)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(quote[region.body + TD_ATTRIBUTES:region.body + TD_REPORT_DATA]);
    }

    function tdAttributes(bytes calldata quote, Region memory region)
        internal
        pure
        returns (bytes8)
    {
        uint256 offset = region.body + TD_ATTRIBUTES;
        return bytes8(quote[offset:offset + 8]);
    }

    /// @notice Whether a service trust domain is bound, which only a TD 1.5 report can say.
    function hasServiceTd(bytes calldata quote, Region memory region) internal pure returns (bool) {
        if (region.length != region.body + TD_15_LENGTH) return false;
        uint256 offset = region.body + TD_SERVICE_TD;
        return
            bytes32(quote[offset:offset + 32]) != 0 || bytes16(quote[offset + 32:offset + 48]) != 0;
    }

    /* --- an enclave's ---------------------------------------------------------------------- */

    function enclaveAttributes(bytes calldata quote, Region memory region)
        internal
        pure
        returns (bytes16)
    {
        uint256 offset = region.body + ENCLAVE_ATTRIBUTES;
        return bytes16(quote[offset:offset + 16]);
    }

    /// @notice Who an enclave is: its code, its author, and which of the author's products.
    function enclaveIdentity(bytes calldata quote, Region memory region)
        internal
        pure
        returns (bytes32 mrEnclave, bytes32 mrSigner, uint16 isvProdId)
    {
        uint256 body = region.body;
        mrEnclave = bytes32(quote[body + MR_ENCLAVE:body + MR_ENCLAVE + 32]);
        mrSigner = bytes32(quote[body + MR_SIGNER:body + MR_SIGNER + 32]);
        isvProdId = quote.readUint16(body + ISV_PROD_ID);
    }

    function enclaveSvn(bytes calldata quote, Region memory region) internal pure returns (uint16) {
        return quote.readUint16(region.body + ISV_SVN);
    }

    /// @notice Whether the enclave was started with a configuration of its own (Key Separation and
    /// Sharing): a CONFIGID, CONFIGSVN, ISVEXTPRODID or ISVFAMILYID that is not zero.
    function isConfigured(bytes calldata quote, Region memory region) internal pure returns (bool) {
        uint256 body = region.body;
        bytes32 configId = bytes32(quote[body + CONFIG_ID:body + CONFIG_ID + 32])
            | bytes32(quote[body + CONFIG_ID + 32:body + CONFIG_ID + 64]);
        bytes16 ids = bytes16(quote[body + ISV_EXT_PROD_ID:body + ISV_EXT_PROD_ID + 16])
            | bytes16(quote[body + ISV_FAMILY_ID:body + ISV_FAMILY_ID + 16]);
        return configId != 0 || ids != 0 || quote.readUint16(body + CONFIG_SVN) != 0;
    }

    /// @dev 0 when the three do not go together.
    function _bodyLength(uint16 version, uint32 teeType, uint16 bodyType)
        private
        pure
        returns (uint256)
    {
        if (teeType == TEE_SGX) {
            bool isKnown = version == 3 || version == 4 || (version == 5 && bodyType == 1);
            return isKnown ? ENCLAVE_LENGTH : 0;
        }
        if (teeType != TEE_TDX) return 0;
        if (version == 4 || (version == 5 && bodyType == 2)) return TD_10_LENGTH;
        return version == 5 && bodyType == 3 ? TD_15_LENGTH : 0;
    }
}
