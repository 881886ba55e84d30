// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {LittleEndian} from "./LittleEndian.sol";

/// @notice Where the parts of a quote stand, as offsets from its start.
/// @param body the TD report
/// @param bodyLength 584 (TD 1.0) or 648 (TD 1.5)
/// @param signedLength the attestation key signs the first so many bytes
/// @param signature r ‖ s by the attestation key
/// @param attestationKey x ‖ y
/// @param qeReport the quoting enclave's report, 384 bytes
/// @param qeReportSignature r ‖ s by the PCK key
/// @param authenticationData what the quoting enclave binds beside the key
/// @param authenticationDataLength its length
/// @param chain PEM text, up to the quote's end
struct Parts {
    uint256 body;
    uint256 bodyLength;
    uint256 signedLength;
    uint256 signature;
    uint256 attestationKey;
    uint256 qeReport;
    uint256 qeReportSignature;
    uint256 authenticationData;
    uint256 authenticationDataLength;
    uint256 chain;
}

/// @notice The form of a TDX quote, version 4 or 5, without a byte too many or too few.
/// @dev Intel, "Intel TDX DCAP Quoting Library API", appendix 3 (quote format). Integers are
/// little-endian.
library QuoteLayout {
    using LittleEndian for bytes;

    uint256 internal constant HEADER_LENGTH = 48;
    uint256 internal constant TD_10_LENGTH = 584;
    uint256 internal constant TD_15_LENGTH = 648;
    uint256 internal constant QE_REPORT_LENGTH = 384;

    uint256 private constant KEY_LENGTH = 64;
    uint256 private constant SIGNATURE_LENGTH = 64;
    uint256 private constant BODY_DESCRIPTOR_LENGTH = 6;
    uint256 private constant CERTIFICATION_HEADER_LENGTH = 6;

    uint16 private constant SGX_BODY = 1;
    uint16 private constant TD_10_BODY = 2;
    uint16 private constant TD_15_BODY = 3;
    uint16 private constant PEM_CHAIN = 5;
    uint16 private constant QE_REPORT = 6;
    uint16 private constant ECDSA_P256 = 2;
    uint32 private constant TEE_SGX = 0;
    uint32 private constant TEE_TDX = 0x81;
    bytes16 private constant INTEL_VENDOR = 0x939a7233f79c4ca9940a0db3957f0607;

    /// @notice Where the parts of a quote stand; reverts unless it has exactly this form.
    function read(bytes calldata quote) internal pure returns (Parts memory parts) {
        _requireBytes(quote, HEADER_LENGTH);
        uint16 version = _checkHeader(quote);
        (parts.body, parts.bodyLength) = _body(quote, version);
        parts.signedLength = parts.body + parts.bodyLength;
        _requireBytes(quote, parts.signedLength + 4);
        parts.signature = parts.signedLength + 4;
        uint256 end = parts.signature + quote.readUint32(parts.signedLength);
        if (end != quote.length) revert IDcapErrors.QuoteLengthWrong(end, quote.length);
        parts.attestationKey = parts.signature + SIGNATURE_LENGTH;
        _readCertification(quote, parts);
    }

    function _checkHeader(bytes calldata quote) private pure returns (uint16 version) {
        version = quote.readUint16(0);
        uint32 teeType = quote.readUint32(4);
        if (teeType == TEE_SGX) revert IDcapErrors.SgxQuoteRefused(version);
        if (version != 4 && version != 5) revert IDcapErrors.QuoteVersionRefused(version);
        if (teeType != TEE_TDX) revert IDcapErrors.TeeTypeRefused(teeType);
        uint16 keyType = quote.readUint16(2);
        if (keyType != ECDSA_P256) revert IDcapErrors.AttestationKeyTypeRefused(keyType);
        bytes16 vendor = bytes16(quote[12:28]);
        if (vendor != INTEL_VENDOR) revert IDcapErrors.QeVendorRefused(vendor);
    }

    function _body(bytes calldata quote, uint16 version)
        private
        pure
        returns (uint256 start, uint256 length)
    {
        if (version == 4) return (HEADER_LENGTH, TD_10_LENGTH);
        start = HEADER_LENGTH + BODY_DESCRIPTOR_LENGTH;
        _requireBytes(quote, start);
        uint16 bodyType = quote.readUint16(HEADER_LENGTH);
        uint32 size = quote.readUint32(HEADER_LENGTH + 2);
        if (bodyType == SGX_BODY) revert IDcapErrors.SgxQuoteRefused(version);
        if (bodyType == TD_10_BODY) length = TD_10_LENGTH;
        else if (bodyType == TD_15_BODY) length = TD_15_LENGTH;
        if (length == 0 || size != length) revert IDcapErrors.BodyRefused(bodyType, size);
    }

    /// @dev The QE report certification data (type 6), in which a PEM chain (type 5) stands last.
    function _readCertification(bytes calldata quote, Parts memory parts) private pure {
        uint256 outer = parts.attestationKey + KEY_LENGTH;
        parts.qeReport = outer + CERTIFICATION_HEADER_LENGTH;
        parts.qeReportSignature = parts.qeReport + QE_REPORT_LENGTH;
        parts.authenticationData = parts.qeReportSignature + SIGNATURE_LENGTH + 2;
        _requireBytes(quote, parts.authenticationData);
        _checkCertificationHeader(quote, outer, QE_REPORT);

        parts.authenticationDataLength = quote.readUint16(parts.authenticationData - 2);
        uint256 inner = parts.authenticationData + parts.authenticationDataLength;
        parts.chain = inner + CERTIFICATION_HEADER_LENGTH;
        _requireBytes(quote, parts.chain);
        _checkCertificationHeader(quote, inner, PEM_CHAIN);
    }

    /// @dev Type and size, of data that must reach to the quote's end.
    function _checkCertificationHeader(bytes calldata quote, uint256 offset, uint16 expected)
        private
        pure
    {
        uint16 actual = quote.readUint16(offset);
        if (actual != expected) revert IDcapErrors.CertificationTypeRefused(expected, actual);
        uint256 size = quote.readUint32(offset + 2);
        uint256 rest = quote.length - offset - CERTIFICATION_HEADER_LENGTH;
        if (size != rest) revert IDcapErrors.CertificationLengthWrong(rest, size);
    }

    function _requireBytes(bytes calldata quote, uint256 length) private pure {
        if (quote.length < length) revert IDcapErrors.QuoteLengthWrong(length, quote.length);
    }
}
