// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {QuoteForm, QuoteKind} from "./QuoteForm.sol";

/// @notice A quote in memory, by the addresses of its parts.
/// @param kind what kind of quote it is
/// @param start the signed region
/// @param body the report of the enclave or trust domain
/// @param signature r ‖ s by the attestation key, behind the signed region
/// @param certificate the PCK certificate as DER
/// @param certificateLength its length in bytes
struct Quote {
    QuoteKind kind;
    uint256 start;
    uint256 body;
    uint256 signature;
    uint256 certificate;
    uint256 certificateLength;
}

/// @notice The compact form of a quote, which is also the form that every quote has in memory:
///
///     signed region ‖ signature (64) ‖ attestation key (64) ‖ QE report (384) ‖
///     QE report signature (64) ‖ QE authentication data (32) ‖ PCK certificate as DER
///
/// The offsets count from the signature.
library CompactQuote {
    uint256 internal constant ATTESTATION_KEY = 64;
    uint256 internal constant QE_REPORT = 128;
    uint256 internal constant QE_REPORT_LENGTH = 384;
    uint256 internal constant QE_REPORT_SIGNATURE = 512;
    uint256 internal constant AUTHENTICATION_DATA = 576;
    uint256 internal constant CERTIFICATE = 608;

    /// @notice A compact quote from calldata.
    function read(bytes calldata compact) internal pure returns (Quote memory quote) {
        QuoteKind memory kind = QuoteForm.read(compact);
        uint256 certificate = kind.signedLength + CERTIFICATE;
        if (compact.length <= certificate) {
            revert IDcapErrors.QuoteLengthWrong(certificate + 1, compact.length);
        }
        place(quote, kind, compact.length - certificate);
        Memory.put(quote.start, compact);
    }

    /// @notice Room for a quote of this kind with a certificate of this length, to be filled.
    function place(Quote memory quote, QuoteKind memory kind, uint256 certificateLength)
        internal
        pure
    {
        quote.kind = kind;
        quote.start = Memory.allocate(kind.signedLength + CERTIFICATE + certificateLength);
        quote.body = quote.start + kind.body;
        quote.signature = quote.start + kind.signedLength;
        quote.certificate = quote.signature + CERTIFICATE;
        quote.certificateLength = certificateLength;
    }
}
