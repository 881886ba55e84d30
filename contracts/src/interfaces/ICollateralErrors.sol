// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

/// @title Why collateral is refused
/// @notice One error for each reason, with the place and what was found. Offsets count from the
/// first byte of what was uploaded. The form of certificates and revocation lists has the errors of
/// IDcapErrors: CertificateMalformed, CertificateAlgorithmRefused and their neighbours.
interface ICollateralErrors {
    /* --- the JSON text ---------------------------------------------------------------------- */

    /// @notice Something else than the one thing that may stand here: another type, a space, an
    /// escape, a number with a sign, the end of the text, or bytes after the end.
    error JsonMalformed(uint256 offset);

    /// @notice A key that the format does not have at this place; its first 32 bytes.
    error JsonKeyUnknown(uint256 offset, bytes32 key);

    /// @notice The second value of a key of one object.
    error JsonKeyRepeated(uint256 offset, bytes32 key);

    /// @notice An object that ends at `offset` lacks a key.
    error JsonKeyMissing(uint256 offset);

    /// @notice A number is above the limit of its field.
    error JsonNumberTooLarge(uint256 offset, uint256 limit);

    /// @notice A value is not hex of exactly this many bytes.
    error JsonHexRefused(uint256 offset, uint256 expectedBytes);

    /// @notice A value is not a date as YYYY-MM-DDThh:mm:ssZ.
    error JsonDateRefused(uint256 offset);

    /// @notice The id is none of the two that the format has.
    error JsonIdRefused(uint256 offset);

    /// @notice A version or type of the format that is not known.
    error JsonVersionRefused(uint256 offset, uint256 expected, uint256 actual);

    /// @notice A TCB status that is not known.
    error TcbStatusUnknown(uint256 offset);

    /// @notice Not exactly 16 components.
    error TcbComponentCountWrong(uint256 offset, uint256 count);

    /// @notice No levels, or more than a count of one byte holds.
    error TcbLevelCountRefused(uint256 offset, uint256 count);

    /// @notice The identity of a TDX module is not TDX_01 to TDX_FF, or is there twice.
    error TdxModuleIdRefused(uint256 offset);

    /// @notice TDX components or modules in a TCB info for SGX, or none in one for TDX.
    error TdxFieldsMismatch();

    /* --- who signed ------------------------------------------------------------------------- */

    /// @notice The root certificate is not Intel's, and this is not a development chain.
    error RootNotIntel(bytes32 keyHash);

    /// @notice The root certificate is not of a CA that signs certificates and lists, or does not
    /// identify its own key.
    error RootRefused();

    /// @notice The chain has no P256VERIFY precompile at 0x100 (EIP-7951).
    error P256PrecompileMissing();

    /// @notice The signature does not fit the bytes and the key that should have signed them.
    error SignatureInvalid();

    /// @notice The issuer named is not the one whose key must have signed.
    error IssuerNameMismatch(bytes32 expected, bytes32 actual);

    /// @notice The authority key identifier is not the issuer's.
    error IssuerKeyMismatch(uint256 expected, uint256 actual);

    /// @notice A certificate's common name is none of those that this upload takes.
    error CommonNameRefused(bytes32 commonNameHash);

    /// @notice A certificate's key may not be used for what it is here for.
    error KeyUsageRefused();

    /// @notice A certificate has no key identifier of its own.
    error KeyIdentifierMissing();

    /// @notice The certificate has been revoked by its issuer.
    error CertificateRevoked(uint256 authorityKeyId, uint256 serial);

    /// @notice No certificate of this PCK CA has been uploaded.
    error AuthorityUnknown(uint256 authorityKeyId);

    /// @notice There is no TCB signing certificate, or all have been revoked.
    error TcbSigningMissing();

    /* --- when ------------------------------------------------------------------------------- */

    /// @notice Not valid yet. Times are Unix seconds.
    error CollateralNotYetValid(uint256 notBefore, uint256 timestamp);

    /// @notice No longer valid. Times are Unix seconds.
    error CollateralExpired(uint256 notAfter, uint256 timestamp);

    /// @notice The certificate that signed is not valid now. Times are Unix seconds.
    error SignerExpired(uint256 notAfter, uint256 timestamp);

    /// @notice Not issued later than what is kept. Times are Unix seconds.
    error CollateralNotNewer(uint256 keptIssue, uint256 issue);

    /// @notice The number of a revocation list is below that of the one that is kept.
    error CrlNumberLower(uint256 kept, uint256 number);

    /// @notice An earlier TCB evaluation than the only one that is taken now, or than what is kept.
    error EvaluationNumberLower(uint256 lowest, uint256 number);

    /// @notice The list of TCB evaluations, where it is needed, is missing, or was signed by a
    /// certificate that has been revoked since.
    error EvaluationNumbersMissing(uint256 teeType);

    /// @notice The list of TCB evaluations has ended (Unix seconds): until the next one is here,
    /// nothing is taken but the evaluation that was taken last, and that only when the ended list
    /// names no higher one that is old enough.
    error EvaluationNumbersExpired(uint256 teeType, uint256 notAfter, uint256 timestamp);

    /// @notice The list of TCB evaluations does not have this number.
    error EvaluationNumberUnknown(uint256 teeType, uint256 number);

    /// @notice Only from `takenFrom` on (Unix seconds) is this TCB evaluation taken.
    error EvaluationTooEarly(uint256 number, uint256 takenFrom);
}
