// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {ByteOrder} from "./ByteOrder.sol";
import {CompactQuote, Quote} from "./CompactQuote.sol";
import {PemCertificate} from "./PemCertificate.sol";
import {QuoteForm, QuoteKind} from "./QuoteForm.sol";

/// @notice A quote as platforms make it, without the zero bytes that some pad it with:
///
///     signed region ‖ length u32 ‖ signature (64) ‖ attestation key (64) ‖ evidence
///     evidence = QE report (384) ‖ QE report signature (64) ‖ length u16 ‖ authentication data ‖
///                type u16 (5) ‖ length u32 ‖ PEM chain
///
/// Versions 4 and 5 wrap the evidence once more, as type u16 (6) ‖ length u32 ‖ evidence.
/// @dev Intel, "Intel SGX ECDSA QuoteLibReference DCAP API", appendix A.4. Every length must be
/// exact. Of the chain only the first certificate counts: who signed it is the store's knowledge,
/// so nothing that follows its text is read.
library RawQuote {
    uint256 private constant PAIR = 64;
    uint256 private constant QE_REPORT_LENGTH = 384;
    uint256 private constant AUTHENTICATION_LENGTH = 32;
    uint256 private constant CERTIFICATION_HEADER = 6;
    uint256 private constant EVIDENCE = 6;
    uint256 private constant PEM_CHAIN = 5;

    /// @notice The same quote in the compact form, in memory.
    function read(bytes calldata raw) internal pure returns (Quote memory quote) {
        QuoteKind memory kind = QuoteForm.read(raw);
        uint256 signature = kind.signedLength + 4;
        uint256 evidence = signature + 2 * PAIR;
        if (kind.version != 3) evidence += CERTIFICATION_HEADER;
        uint256 authentication = evidence + QE_REPORT_LENGTH + PAIR + 2;
        uint256 inner = authentication + AUTHENTICATION_LENGTH;
        uint256 chain = inner + CERTIFICATION_HEADER;
        if (raw.length < chain) revert IDcapErrors.QuoteLengthWrong(chain, raw.length);

        uint256 end = signature + ByteOrder.swap32(uint32(bytes4(raw[kind.signedLength:signature])));
        if (end != raw.length) revert IDcapErrors.QuoteLengthWrong(end, raw.length);
        if (kind.version != 3) _checkCertification(raw, evidence, EVIDENCE);
        uint256 length = ByteOrder.swap16(uint16(bytes2(raw[authentication - 2:authentication])));
        if (length != AUTHENTICATION_LENGTH) {
            revert IDcapErrors.AuthenticationLengthRefused(AUTHENTICATION_LENGTH, length);
        }
        _checkCertification(raw, chain, PEM_CHAIN);

        CompactQuote.place(quote, kind, PemCertificate.derLength(raw, chain));
        Memory.put(quote.start, raw[:kind.signedLength]);
        Memory.put(quote.signature, raw[signature:signature + 2 * PAIR]);
        Memory.put(quote.signature + CompactQuote.QE_REPORT, raw[evidence:authentication - 2]);
        Memory.put(quote.signature + CompactQuote.AUTHENTICATION_DATA, raw[authentication:inner]);
        PemCertificate.decode(raw, chain, quote.certificate, quote.certificateLength);
    }

    /// @dev Type and length stand before `start`, and the data must reach to the quote's end.
    function _checkCertification(bytes calldata raw, uint256 start, uint256 expected) private pure {
        uint256 header = uint48(bytes6(raw[start - CERTIFICATION_HEADER:start]));
        uint256 actual = ByteOrder.swap16(header >> 32);
        if (actual != expected) {
            revert IDcapErrors.CertificationTypeRefused(expected, actual);
        }
        uint256 size = ByteOrder.swap32(header & 0xffffffff);
        uint256 rest = raw.length - start;
        if (size != rest) revert IDcapErrors.CertificationLengthWrong(rest, size);
    }
}
