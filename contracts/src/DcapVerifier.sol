// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AutomataEncoding} from "./dcap/AutomataEncoding.sol";
import {CollateralCheck} from "./dcap/CollateralCheck.sol";
import {CompactQuote, Quote} from "./dcap/CompactQuote.sol";
import {Enclave} from "./dcap/Enclave.sol";
import {Pck, PckCertificate} from "./dcap/PckCertificate.sol";
import {QuoteForm} from "./dcap/QuoteForm.sol";
import {QuotingEnclave} from "./dcap/QuotingEnclave.sol";
import {RawQuote} from "./dcap/RawQuote.sol";
import {TcbEvaluation} from "./dcap/TcbEvaluation.sol";
import {TrustDomain} from "./dcap/TrustDomain.sol";
import {Collateral, ICollateralStore} from "./interfaces/ICollateralStore.sol";
import {Evidence, IDcapVerifier, TcbStatus, Verdict} from "./interfaces/IDcapVerifier.sol";
import {Memory} from "./libraries/Memory.sol";
import {P256} from "./libraries/P256.sol";
import {Certificate, X509} from "./x509/X509.sol";

/// @title Verification of Intel DCAP quotes by the P-256 precompile; see IDcapVerifier.
contract DcapVerifier is IDcapVerifier {
    /// @inheritdoc IDcapVerifier
    ICollateralStore public immutable store;

    /// @param store_ the collateral, under its own pinned root
    constructor(ICollateralStore store_) {
        if (!P256.isAvailable()) revert P256PrecompileMissing();
        store = store_;
    }

    /// @inheritdoc IDcapVerifier
    function verify(bytes calldata compactQuote) external view returns (Verdict memory) {
        return _verify(CompactQuote.read(compactQuote));
    }

    /// @inheritdoc IDcapVerifier
    function verifyRaw(bytes calldata quote) external view returns (Verdict memory) {
        return _verify(RawQuote.read(quote));
    }

    /// @inheritdoc IDcapVerifier
    function describe(bytes calldata quote, bool isRaw) external pure returns (Evidence memory) {
        Quote memory parts = isRaw ? RawQuote.read(quote) : CompactQuote.read(quote);
        Pck memory pck = PckCertificate.parse(parts.certificate, parts.certificateLength);
        return Evidence(_evidenceOf(parts, pck), pck.platform, _toFmspc(pck));
    }

    /// @inheritdoc IDcapVerifier
    function verifyAndAttestOnChain(bytes calldata quote)
        external
        payable
        returns (bool success, bytes memory output)
    {
        try this.verifyRaw(quote) returns (Verdict memory verdict) {
            success = true;
            output = AutomataEncoding.encode(quote, verdict);
        } catch (bytes memory reason) {
            // Every refusal has an error; without one, nothing is known of the quote.
            if (reason.length == 0) revert VerificationOutOfGas();
            output = reason;
        }
        if (msg.value != 0) {
            (bool isRefunded,) = tx.origin.call{value: msg.value}("");
            if (!isRefunded) revert RefundFailed(tx.origin, msg.value);
        }
    }

    function _verify(Quote memory quote) private view returns (Verdict memory verdict) {
        _checkBody(quote);
        _checkSignature(quote);
        Pck memory pck = PckCertificate.parse(quote.certificate, quote.certificateLength);
        uint256 report = _checkQuotingEnclave(quote, pck);
        uint256 key = (quote.kind.teeType << 48) | pck.fmspc;
        (uint256 ca, uint256 revokedAt, uint256 tcb, uint256 qe) =
            store.load(pck.certificate.extensions.authorityKeyId, pck.certificate.serial, key);
        uint256 until = _checkCertificate(pck.certificate, ca, revokedAt);
        until = CollateralCheck.checkWindow(tcb, Collateral.TcbInfo, key, until);
        CollateralCheck.checkEpoch(tcb, Collateral.TcbInfo, ca);
        until = CollateralCheck.checkWindow(qe, Collateral.QeIdentity, quote.kind.teeType, until);
        CollateralCheck.checkEpoch(qe, Collateral.QeIdentity, ca);

        uint256 identity = CollateralCheck.data(qe);
        QuotingEnclave.checkIdentity(report, identity);
        TcbStatus enclave = QuotingEnclave.status(report, identity);
        verdict.status = TcbEvaluation.evaluate(quote, pck, CollateralCheck.data(tcb), enclave);
        // A record's end has 40 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        verdict.validUntil = uint64(until);
        verdict.fmspc = _toFmspc(pck);
        verdict.platform = pck.platform;
        verdict.evidence = _evidenceOf(quote, pck);
    }

    /// @dev Of the signatures nothing is in it: each has a twin that holds as well.
    function _evidenceOf(Quote memory quote, Pck memory pck) private pure returns (bytes32) {
        uint256 report = quote.signature + CompactQuote.QE_REPORT;
        bytes32 reportHash = Memory.hash(report, CompactQuote.QE_REPORT_LENGTH);
        uint256 tbs = pck.certificate.tbs;
        return keccak256(abi.encode(reportHash, Memory.hash(tbs, pck.certificate.tbsEnd - tbs)));
    }

    /// @dev An FMSPC has 48 bits.
    function _toFmspc(Pck memory pck) private pure returns (bytes6) {
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes6(uint48(pck.fmspc));
    }

    /// @dev What the quote is of must not be open to anyone outside.
    function _checkBody(Quote memory quote) private pure {
        uint256 bodyType = quote.kind.bodyType;
        if (bodyType == QuoteForm.SGX_BODY) Enclave.check(quote.body);
        else TrustDomain.check(quote.body, bodyType == QuoteForm.TD_15_BODY);
    }

    /// @dev The attestation key signed header and body.
    function _checkSignature(Quote memory quote) private view {
        uint256 key = quote.signature + CompactQuote.ATTESTATION_KEY;
        bytes32 digest = Memory.sha2(quote.start, quote.kind.signedLength);
        if (!_isSigned(digest, quote.signature, Memory.word(key), Memory.word(key + 32))) {
            revert QuoteSignatureInvalid();
        }
    }

    /// @dev The quoting enclave vouches for the attestation key, and the PCK for the enclave.
    function _checkQuotingEnclave(Quote memory quote, Pck memory pck)
        private
        view
        returns (uint256 report)
    {
        uint256 from = quote.signature;
        report = from + CompactQuote.QE_REPORT;
        uint256 signature = from + CompactQuote.QE_REPORT_SIGNATURE;
        bytes32 digest = Memory.sha2(report, signature - report);
        if (!_isSigned(digest, signature, pck.certificate.x, pck.certificate.y)) {
            revert QeReportSignatureInvalid();
        }
        QuotingEnclave.checkBinding(
            report, from + CompactQuote.ATTESTATION_KEY, from + CompactQuote.AUTHENTICATION_DATA
        );
    }

    /// @dev A PCK CA of the store signed the certificate and has not revoked it; both are valid now.
    /// Gives back the earlier of their ends. A revocation is for good, so it is one also where the
    /// list that named it has ended.
    function _checkCertificate(Certificate memory pck, uint256 ca, uint256 revokedAt)
        private
        view
        returns (uint256 until)
    {
        uint256 authorityKeyId = pck.extensions.authorityKeyId;
        if (block.timestamp < pck.notBefore) {
            revert CertificateNotYetValid(pck.notBefore, block.timestamp);
        }
        until = pck.notAfter;
        if (block.timestamp > until) revert CertificateExpired(until, block.timestamp);
        if (revokedAt != 0) revert PckRevoked(authorityKeyId, pck.serial, revokedAt);
        until = CollateralCheck.checkWindow(ca, Collateral.PckCa, authorityKeyId, until);
        uint256 data = CollateralCheck.data(ca);
        bytes32 issuer = bytes32(Memory.word(data + 64));
        if (issuer != pck.issuerHash) revert IssuerMismatch(issuer, pck.issuerHash);
        bytes32 digest = X509.digest(pck);
        (uint256 x, uint256 y) = (Memory.word(data), Memory.word(data + 32));
        if (!P256.verify(digest, pck.r, pck.s, x, y)) revert CertificateSignatureInvalid();
    }

    /// @dev Whether the 64 bytes at `signature`, r ‖ s, are the key's over `digest`.
    function _isSigned(bytes32 digest, uint256 signature, uint256 x, uint256 y)
        private
        view
        returns (bool)
    {
        unchecked {
            return P256.verify(digest, Memory.word(signature), Memory.word(signature + 32), x, y);
        }
    }
}
