// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier, VerifiedQuote} from "./interfaces/IDcapVerifier.sol";
import {DevelopmentChains} from "./libraries/DevelopmentChains.sol";
import {IntelIdentity} from "./libraries/IntelIdentity.sol";
import {P256} from "./libraries/P256.sol";
import {PckChain} from "./libraries/PckChain.sol";
import {QeReport} from "./libraries/QeReport.sol";
import {Parts, QuoteLayout} from "./libraries/QuoteLayout.sol";
import {TdReport} from "./libraries/TdReport.sol";

/// @title Verification of Intel TDX quotes by the P-256 precompile; see IDcapVerifier.
contract DcapVerifier is IDcapVerifier {
    /// @inheritdoc IDcapVerifier
    uint256 public immutable rootX;
    /// @inheritdoc IDcapVerifier
    uint256 public immutable rootY;
    /// @inheritdoc IDcapVerifier
    bytes32 public immutable qeMrSigner;

    /// @param rootX_ the root CA's public key: Intel's, or any on a development chain
    /// @param rootY_ its second coordinate
    /// @param qeMrSigner_ the quoting enclave's signer: Intel's, or any on a development chain
    constructor(uint256 rootX_, uint256 rootY_, bytes32 qeMrSigner_) {
        if (!DevelopmentChains.isCurrent()) {
            bytes32 keyHash = keccak256(abi.encode(rootX_, rootY_));
            if (keyHash != IntelIdentity.ROOT_KEY_HASH) revert RootNotIntel(keyHash);
            if (qeMrSigner_ != IntelIdentity.QE_MR_SIGNER) revert QeSignerNotIntel(qeMrSigner_);
        }
        if (!P256.isAvailable()) revert P256PrecompileMissing();
        rootX = rootX_;
        rootY = rootY_;
        qeMrSigner = qeMrSigner_;
    }

    /// @inheritdoc IDcapVerifier
    function verify(bytes calldata quote) external view returns (VerifiedQuote memory verified) {
        Parts memory parts = QuoteLayout.read(quote);
        bytes calldata body = quote[parts.body:parts.signedLength];
        TdReport.check(body);
        _checkQuoteSignature(quote, parts);
        verified.validUntil = _checkQuotingEnclave(quote, parts);
        verified.measurement = TdReport.measurement(body);
        (verified.reportDataHigh, verified.reportDataLow) = TdReport.reportData(body);
    }

    /// @dev The attestation key signed header and body.
    function _checkQuoteSignature(bytes calldata quote, Parts memory parts) private view {
        (uint256 r, uint256 s) = _pair(quote, parts.signature);
        (uint256 x, uint256 y) = _pair(quote, parts.attestationKey);
        if (!P256.verify(sha256(quote[:parts.signedLength]), r, s, x, y)) {
            revert QuoteSignatureInvalid();
        }
    }

    /// @dev The quoting enclave vouches for the attestation key, the machine's PCK key for the
    /// quoting enclave, and the root for the PCK key.
    function _checkQuotingEnclave(bytes calldata quote, Parts memory parts)
        private
        view
        returns (uint64 validUntil)
    {
        bytes calldata report = quote[parts.qeReport:parts.qeReportSignature];
        QeReport.checkIdentity(report, qeMrSigner);
        QeReport.checkBinding(
            report,
            quote[parts.attestationKey:parts.attestationKey + 64],
            quote[parts.authenticationData:parts.authenticationData + parts.authenticationDataLength
            ]
        );
        uint256 x;
        uint256 y;
        (x, y, validUntil) = PckChain.verify(quote[parts.chain:], rootX, rootY);
        (uint256 r, uint256 s) = _pair(quote, parts.qeReportSignature);
        if (!P256.verify(sha256(report), r, s, x, y)) revert QeReportSignatureInvalid();
    }

    /// @dev Two big-endian numbers of 32 bytes: r and s, or x and y.
    function _pair(bytes calldata quote, uint256 offset) private pure returns (uint256, uint256) {
        return abi.decode(quote[offset:offset + 64], (uint256, uint256));
    }
}
