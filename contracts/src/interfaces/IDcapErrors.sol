// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {Collateral} from "./ICollateralStore.sol";

/// @title Why a quote is refused
/// @notice One error for each reason, with what was expected and what was found. All times are Unix
/// seconds.
interface IDcapErrors {
    /* --- the quote's form ------------------------------------------------------------------ */

    /// @notice The quote is not exactly as long as it says itself, or ends too early.
    error QuoteLengthWrong(uint256 expected, uint256 actual);

    /// @notice A nested length field disagrees with the one around it.
    error CertificationLengthWrong(uint256 expected, uint256 actual);

    /// @notice Only quote versions 3, 4 and 5 are known.
    error QuoteVersionRefused(uint256 version);

    /// @notice Neither SGX (0) nor TDX (0x81), or not one that this version or body can have.
    error TeeTypeRefused(uint256 version, uint256 teeType);

    /// @notice Only attestation key type 2 (ECDSA on P-256) is known.
    error AttestationKeyTypeRefused(uint256 keyType);

    /// @notice The quoting enclave is not of the vendor Intel.
    error QeVendorRefused(bytes16 vendor);

    /// @notice A version 5 body that is neither an SGX enclave's report (type 1) nor a TD 1.0 (2)
    /// nor a TD 1.5 report (3), or has another size than its type.
    error BodyRefused(uint256 bodyType, uint256 size);

    /// @notice Another kind of certification data than a QE report (6) with a PEM chain (5) in it.
    error CertificationTypeRefused(uint256 expected, uint256 actual);

    /// @notice Intel's quoting enclave binds 32 bytes beside the attestation key, always.
    error AuthenticationLengthRefused(uint256 expected, uint256 actual);

    /* --- signatures ------------------------------------------------------------------------ */

    /// @notice r or s is zero or not below the order of P-256.
    error SignatureOutOfRange(uint256 r, uint256 s);

    /// @notice The attestation key did not sign this header and body.
    error QuoteSignatureInvalid();

    /// @notice The machine's PCK key did not sign this report of the quoting enclave.
    error QeReportSignatureInvalid();

    /// @notice The PCK CA did not sign this PCK certificate.
    error CertificateSignatureInvalid();

    /* --- the quoting enclave --------------------------------------------------------------- */

    /// @notice The quoting enclave vouches for another attestation key or other authentication data.
    error QeReportDataMismatch(bytes32 expected, bytes32 actual);

    /// @notice The second half of the quoting enclave's report data must be zero.
    error QeReportDataTailNotZero(bytes32 tail);

    /// @notice The quoting enclave runs in debug mode.
    error QeDebugRefused(bytes16 attributes);

    /// @notice The quoting enclave has other attributes; both are masked by Intel's mask.
    error QeAttributesRefused(bytes16 expected, bytes16 actual);

    /// @notice The quoting enclave has another MISCSELECT; both are masked by Intel's mask.
    error QeMiscSelectRefused(bytes4 expected, bytes4 actual);

    /// @notice The quoting enclave is not by Intel's signer.
    error QeSignerRefused(bytes32 expected, bytes32 actual);

    /// @notice The enclave is another product of its signer than the quoting enclave for this TEE.
    error QeProductRefused(uint256 expected, uint256 actual);

    /// @notice The quoting enclave is older than every level that Intel lists.
    error QeSvnRefused(uint256 svn);

    /* --- the enclave or trust domain ------------------------------------------------------- */

    /// @notice The enclave runs in debug mode: the host may look into it.
    error EnclaveDebugRefused(bytes16 attributes);

    /// @notice The enclave was not initialised, so its measurement was not closed.
    error EnclaveNotInitialized(bytes16 attributes);

    /// @notice The enclave has keys that only Intel's own enclaves use.
    error EnclaveKeysRefused(bytes16 attributes);

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

    /* --- the PCK certificate ------------------------------------------------------------------ */

    /// @notice The chain does not begin with a PEM certificate; `offset` counts from the quote's
    /// start.
    error PemInvalid(uint256 offset);

    /// @notice A certificate is not the DER that it should be; `offset` counts within it.
    error CertificateMalformed(uint256 offset);

    /// @notice A certificate is not signed by ecdsa-with-SHA256.
    error CertificateAlgorithmRefused(uint256 offset);

    /// @notice A certificate's key is not an uncompressed point of P-256.
    error CertificateKeyRefused(uint256 offset);

    /// @notice A certificate has a critical extension that the verifier does not know.
    error CriticalExtensionUnknown(uint256 offset);

    /// @notice The PCK certificate is a CA's.
    error LeafIsAuthority();

    /// @notice The PCK certificate's key is not for signatures.
    error LeafKeyUsageRefused();

    /// @notice The certificate has no SGX extension: it is no PCK certificate.
    error LeafNotPck();

    /// @notice The PCK certificate is not valid yet.
    error CertificateNotYetValid(uint256 notBefore, uint256 timestamp);

    /// @notice The PCK certificate is no longer valid.
    error CertificateExpired(uint256 notAfter, uint256 timestamp);

    /// @notice The PCK certificate names another issuer than the PCK CA with the key identifier that
    /// it names; both are keccak256 of the name in DER.
    error IssuerMismatch(bytes32 expected, bytes32 actual);

    /// @notice Its issuer has revoked the PCK certificate.
    error PckRevoked(uint256 authorityKeyId, uint256 serial, uint256 revokedAt);

    /* --- collateral -------------------------------------------------------------------------- */

    /// @notice The store has no such collateral; for the key see `Collateral`.
    error CollateralUnknown(Collateral kind, uint256 key);

    /// @notice The collateral is not valid yet.
    error CollateralNotYetValid(Collateral kind, uint256 notBefore, uint256 timestamp);

    /// @notice The collateral is no longer valid. For a PCK CA that may be its certificate or one of
    /// the revocation lists that go with it.
    error CollateralExpired(Collateral kind, uint256 notAfter, uint256 timestamp);

    /// @notice The PCK CA is revoked.
    error CollateralRevoked(Collateral kind, uint256 key);

    /// @notice The certificate that signed the collateral has been revoked since: it was signed in
    /// another epoch than the current one.
    error CollateralSignerRevoked(Collateral kind, uint256 signedIn, uint256 current);

    /* --- the platform's TCB ------------------------------------------------------------------ */

    /// @notice The PCK certificate is of another PCE than the TCB info.
    error PceIdMismatch(uint256 expected, uint256 actual);

    /// @notice The platform is older than every level that Intel lists; TDX components are zero for
    /// SGX.
    error TcbLevelNotFound(bytes16 components, bytes16 tdxComponents, uint256 pceSvn);

    /// @notice The level of the platform, of its TDX module or of its quoting enclave is revoked.
    error TcbRevoked();

    /// @notice A level has a status that it cannot have.
    error TcbStatusUnknown(uint256 status);

    /// @notice Intel lists no TDX module of this major version.
    error ModuleUnknown(uint256 version);

    /// @notice The TDX module is older than every level that Intel lists for its major version.
    error ModuleSvnRefused(uint256 version, uint256 svn);

    /// @notice The TDX module is by another signer; both are keccak256 of the 48 bytes.
    error ModuleSignerRefused(bytes32 expected, bytes32 actual);

    /// @notice The TDX module has other attributes; both are masked by Intel's mask.
    error ModuleAttributesRefused(bytes8 expected, bytes8 actual);
}
