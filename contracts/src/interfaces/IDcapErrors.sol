// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Why a quote is refused
/// @notice One error for each reason, with what was expected and what was found. Certificates are
/// counted as they stand in a quote: 0 is the machine's (PCK), 1 the intermediate CA's, 2 the root's.
interface IDcapErrors {
    /* --- the quote's form ------------------------------------------------------------------ */

    /// @notice The quote is not exactly as long as its own length fields say, or ends before them.
    error QuoteLengthWrong(uint256 expected, uint256 actual);

    /// @notice A nested length field disagrees with the one around it.
    error CertificationLengthWrong(uint256 expected, uint256 actual);

    /// @notice A quote of an SGX enclave, not of a trust domain.
    error SgxQuoteRefused(uint16 version);

    /// @notice Only quote versions 4 and 5 are known.
    error QuoteVersionRefused(uint16 version);

    /// @notice Only TEE type 0x81 (TDX) is taken.
    error TeeTypeRefused(uint32 teeType);

    /// @notice Only attestation key type 2 (ECDSA on P-256) is known.
    error AttestationKeyTypeRefused(uint16 keyType);

    /// @notice The quoting enclave is not of the vendor Intel.
    error QeVendorRefused(bytes16 vendor);

    /// @notice A version 5 body that is neither a TD 1.0 (type 2) nor a TD 1.5 report (type 3), or
    /// has another size than its type.
    error BodyRefused(uint16 bodyType, uint32 size);

    /// @notice Another kind of certification data than a QE report (6) with a PEM chain (5) in it.
    error CertificationTypeRefused(uint16 expected, uint16 actual);

    /* --- signatures ------------------------------------------------------------------------ */

    /// @notice r or s is zero or not below the order of P-256.
    error SignatureOutOfRange(uint256 r, uint256 s);

    /// @notice The attestation key did not sign this header and body.
    error QuoteSignatureInvalid();

    /// @notice The machine's PCK key did not sign this report of the quoting enclave.
    error QeReportSignatureInvalid();

    /// @notice A certificate is not signed by the next one's key; the last is not self-signed.
    error CertificateSignatureInvalid(uint256 index);

    /* --- the quoting enclave --------------------------------------------------------------- */

    /// @notice The quoting enclave vouches for another attestation key or other authentication data.
    error QeReportDataMismatch(bytes32 expected, bytes32 actual);

    /// @notice The second half of the quoting enclave's report data must be zero.
    error QeReportDataTailNotZero(bytes32 tail);

    /// @notice The quoting enclave runs in debug mode.
    error QeDebugRefused(bytes16 attributes);

    /// @notice The quoting enclave is not by the pinned signer.
    error QeSignerRefused(bytes32 expected, bytes32 actual);

    /// @notice The enclave is another product of its signer than the quoting enclave for TDX.
    error QeProductRefused(uint16 expected, uint16 actual);

    /* --- the trust domain ------------------------------------------------------------------ */

    /// @notice A bit of the TUD group is set: the host may look into the trust domain.
    error TdDebugRefused(bytes8 attributes);

    /// @notice A reserved attribute is set, so its meaning is not known.
    error TdReservedAttributesRefused(bytes8 attributes);

    /// @notice SEPT_VE_DISABLE is not set: the host may inject faults on private memory.
    error TdSeptVeRefused(bytes8 attributes);

    /// @notice The trust domain may be moved to another machine.
    error TdMigratableRefused(bytes8 attributes);

    /// @notice The TDX module is not by Intel: its signer must be zero.
    error SeamSignerRefused();

    /// @notice The attributes of the TDX module must be zero.
    error SeamAttributesRefused(bytes8 attributes);

    /// @notice A service trust domain is bound (TD 1.5) and could act on this one.
    error ServiceTdRefused();

    /* --- certificates ---------------------------------------------------------------------- */

    /// @notice The chain is not three PEM certificates; `offset` counts from the chain's start.
    error PemInvalid(uint256 offset);

    /// @notice A character of a certificate's text is not base64; raised by OpenZeppelin's decoder.
    error InvalidBase64Char(bytes1 character);

    /// @notice A certificate is not the DER that a PCK chain holds; `offset` counts within it.
    error CertificateMalformed(uint256 offset);

    /// @notice A certificate is not signed by ecdsa-with-SHA256.
    error CertificateAlgorithmRefused(uint256 offset);

    /// @notice A certificate's key is not an uncompressed point of P-256.
    error CertificateKeyRefused(uint256 offset);

    /// @notice A certificate has a critical extension that the verifier does not know.
    error CriticalExtensionUnknown(uint256 offset);

    /// @notice A certificate is not valid yet. Times are Unix seconds.
    error CertificateNotYetValid(uint256 index, uint64 notBefore, uint256 timestamp);

    /// @notice A certificate is no longer valid. Times are Unix seconds.
    error CertificateExpired(uint256 index, uint64 notAfter, uint256 timestamp);

    /// @notice A certificate names another issuer than the subject of the next one.
    error IssuerMismatch(uint256 index);

    /// @notice The chain ends at another root than the pinned one; its key is (x, y).
    error RootMismatch(uint256 x, uint256 y);

    /// @notice The intermediate certificate may not sign certificates.
    error IntermediateNotAuthority();

    /// @notice The intermediate is none of Intel's two PCK CAs; the hash is of its common name.
    error IntermediateNameRefused(bytes32 commonNameHash);

    /// @notice The first certificate is a CA's.
    error LeafIsAuthority();

    /// @notice The first certificate's key is not for signatures.
    error LeafKeyUsageRefused();

    /// @notice The first certificate has no SGX extension: it is no PCK certificate.
    error LeafNotPck();

    /* --- revocation ------------------------------------------------------------------------ */

    /// @notice The PCK certificate is revoked, since `revokedAt` (Unix seconds).
    error PckRevoked(uint256 serial, uint256 revokedAt);

    /// @notice Intel has revoked the platform's TCB.
    error TcbRevoked();
}
