// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {ByteOrder} from "./ByteOrder.sol";

/// @notice What kind of quote it is, by its first bytes.
/// @param version 3, 4 or 5
/// @param bodyType 1 for an SGX enclave's report, 2 for a TD 1.0 and 3 for a TD 1.5 report
/// @param teeType 0 for SGX, 0x81 for TDX
/// @param body where the body starts in the quote
/// @param signedLength the attestation key signs the first so many bytes: up to the body's end
struct QuoteKind {
    uint256 version;
    uint256 bodyType;
    uint256 teeType;
    uint256 body;
    uint256 signedLength;
}

/// @notice The kinds of quotes that are known: version, TEE type and body type are pinned together.
/// @dev Intel, "Intel SGX ECDSA QuoteLibReference DCAP API", appendix A.3 (version 3), and "Intel
/// TDX DCAP Quoting Library API", appendix A.3 (versions 4 and 5). Integers are little-endian.
library QuoteForm {
    uint256 internal constant SGX_BODY = 1;
    uint256 internal constant TD_10_BODY = 2;
    uint256 internal constant TD_15_BODY = 3;
    uint256 internal constant TDX = 0x81;

    uint256 private constant HEADER_LENGTH = 48;
    uint256 private constant DESCRIPTOR_LENGTH = 6;
    uint256 private constant SGX = 0;
    uint256 private constant ECDSA_P256 = 2;
    bytes16 private constant INTEL_VENDOR = 0x939a7233f79c4ca9940a0db3957f0607;

    /// @notice The kind of `quote`, whose signed region is whole; reverts for an unknown kind.
    function read(bytes calldata quote) internal pure returns (QuoteKind memory kind) {
        uint256 first = HEADER_LENGTH + DESCRIPTOR_LENGTH;
        if (quote.length < first) revert IDcapErrors.QuoteLengthWrong(first, quote.length);
        uint256 word = uint256(bytes32(quote[0:32]));
        kind.version = ByteOrder.swap16(word >> 240);
        if (kind.version < 3 || kind.version > 5) {
            revert IDcapErrors.QuoteVersionRefused(kind.version);
        }
        kind.teeType = ByteOrder.swap32((word >> 192) & 0xffffffff);
        uint256 keyType = ByteOrder.swap16((word >> 224) & 0xffff);
        if (keyType != ECDSA_P256) revert IDcapErrors.AttestationKeyTypeRefused(keyType);
        bytes16 vendor = ByteOrder.toBytes16(word >> 32);
        if (vendor != INTEL_VENDOR) revert IDcapErrors.QeVendorRefused(vendor);
        if (kind.version == 5) _readDescriptor(quote, kind);
        else _deriveBody(kind);
        if (quote.length < kind.signedLength) {
            revert IDcapErrors.QuoteLengthWrong(kind.signedLength, quote.length);
        }
    }

    /// @dev Before version 5 the TEE type says what the body is.
    function _deriveBody(QuoteKind memory kind) private pure {
        if (kind.teeType == SGX) kind.bodyType = SGX_BODY;
        else if (kind.teeType == TDX && kind.version == 4) kind.bodyType = TD_10_BODY;
        else revert IDcapErrors.TeeTypeRefused(kind.version, kind.teeType);
        kind.body = HEADER_LENGTH;
        kind.signedLength = HEADER_LENGTH + _bodyLength(kind.bodyType);
    }

    /// @dev Version 5 says it itself, which must agree with the TEE type.
    function _readDescriptor(bytes calldata quote, QuoteKind memory kind) private pure {
        uint256 descriptor = uint48(bytes6(quote[HEADER_LENGTH:HEADER_LENGTH + DESCRIPTOR_LENGTH]));
        kind.bodyType = ByteOrder.swap16(descriptor >> 32);
        uint256 size = ByteOrder.swap32(descriptor & 0xffffffff);
        uint256 length = _bodyLength(kind.bodyType);
        if (length == 0 || size != length) {
            revert IDcapErrors.BodyRefused(kind.bodyType, size);
        }
        if (kind.teeType != (kind.bodyType == SGX_BODY ? SGX : TDX)) {
            revert IDcapErrors.TeeTypeRefused(5, kind.teeType);
        }
        kind.body = HEADER_LENGTH + DESCRIPTOR_LENGTH;
        kind.signedLength = kind.body + length;
    }

    /// @dev 0 for an unknown type.
    function _bodyLength(uint256 bodyType) private pure returns (uint256) {
        if (bodyType == TD_10_BODY) return 584;
        if (bodyType == TD_15_BODY) return 648;
        if (bodyType == SGX_BODY) return 384;
        return 0;
    }
}
