// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {TcbStatus} from "../IDcapVerifier.sol";
import {VerifierKind} from "./RegistryTypes.sol";

/// @title Why the registry refuses
interface IRegistryErrors {
    /* --- the signer ------------------------------------------------------------------------ */

    /// @notice The zero address cannot be a signer.
    error SignerZero();
    /// @notice A signer is registered once.
    error SignerAlreadyRegistered(address signer, uint64 attestedAt);
    /// @notice The signer has been revoked.
    error SignerIsRevoked(address signer);
    /// @notice The possession signature is by another key than the quoted signer's, or it names other
    /// evidence than the quote's, which is `template`, or another deadline, block or choice.
    error PossessionMismatch(address expected, address actual, address template);
    /// @notice The admission was to be sent until `deadline`, Unix seconds.
    error DeadlinePassed(uint256 deadline, uint256 timestamp);

    /* --- freshness ------------------------------------------------------------------------- */

    /// @notice The reference block is the current one or in the future.
    error ReferenceBlockNotPast(uint256 number, uint256 current);
    /// @notice The reference block is `maxDiff` or more blocks old.
    error ReferenceBlockTooOld(uint256 number, uint256 current, uint256 maxDiff);
    /// @notice The reference block has another hash on this chain (zero: not known to it).
    error ReferenceBlockHashMismatch(uint256 number, bytes32 expected, bytes32 actual);
    /// @notice The chain does not know the hash of the reference block.
    error ReferenceBlockUnknown(uint256 number);

    /* --- report data ----------------------------------------------------------------------- */

    /// @notice The quote was made for another signer.
    error ReportDataSignerMismatch(bytes32 expected, bytes32 actual);
    /// @notice The quote was made for another reference block, chain or registry.
    error ReportDataDigestMismatch(bytes32 expected, bytes32 actual);
    /// @notice The report data is not of the layout that ReportData.sol defines, or is a renewal's.
    error ReportDataTagUnknown(bytes4 tag);

    /* --- policy ---------------------------------------------------------------------------- */

    /// @notice What was quoted is not allowed.
    error MeasurementNotAllowed(bytes32 measurement);
    /// @notice The measurement is allowed already.
    error MeasurementAlreadyAllowed(bytes32 measurement);
    /// @notice So many measurements were allowed since the last epoch that none is free.
    error MeasurementsExhausted(uint256 limit);
    /// @notice None, or one that can never be allowed: Revoked, Unrecognized, unknown.
    error StatusesRefused(uint16 statuses);
    /// @notice The platform is not as up to date as the measurement's policy asks.
    error TcbStatusRefused(TcbStatus status, uint16 allowedStatuses);
    /// @notice A trust domain or an enclave in debug mode; its attributes.
    error DebugRefused(bytes16 attributes);
    /// @notice A trust domain that can be moved, or into which the host may inject faults.
    error TrustDomainAttributesRefused(bytes8 attributes);
    /// @notice A service trust domain is bound and could act on this one.
    error ServiceTrustDomainRefused();
    /// @notice The enclave's attributes are none that its policy allows, or never allowed ones.
    error EnclaveAttributesRefused(bytes16 attributes);
    /// @notice The enclave was started with a CONFIGID, CONFIGSVN, ISVEXTPRODID or ISVFAMILYID.
    error EnclaveConfigurationRefused();
    /// @notice The enclave's security version is below the policy's.
    error EnclaveSvnTooLow(uint16 minimum, uint16 actual);
    /// @notice The platform has been revoked.
    error PlatformIsRevoked(bytes32 platform);
    /// @notice The platform is not revoked.
    error PlatformNotRevoked(bytes32 platform);
    /// @notice What vouches for the quote ends now.
    error QuoteExpired(uint64 validUntil, uint256 timestamp);

    /* --- admissions ------------------------------------------------------------------------ */

    /// @notice There is no admission of this number, or no attestation key is enrolled by it.
    error AdmissionUnknown(uint32 admission);
    /// @notice The admission was ended: by evidence, by a revocation, with its measurement or epoch.
    error AdmissionEnded(uint32 admission);
    /// @notice The admission's time is over. Times are Unix seconds.
    error AdmissionExpired(uint32 admission, uint64 validUntil, uint256 timestamp);
    /// @notice A renewal would be valid until `validUntil` alone, when the admission ends, and must be
    /// until `needed`: seven eighths of attestValiditySeconds. Times are Unix seconds.
    error AdmissionEndsSoon(uint32 admission, uint256 validUntil, uint256 needed);
    /// @notice The enrolled attestation key did not sign for this signer and block, as a renewal under
    /// this admission.
    error RenewalSignatureInvalid(uint32 admission);
    /// @notice Nothing was registered on what this quote shows; `template` names it.
    error EvidenceUnknown(address template);
    /// @notice Every place where this admission could stand is taken by one that still counts.
    error AdmissionPlacesTaken(address template);
    /// @notice The admission was ended and made again so often, some 255 times, that its generation would
    /// begin anew while earlier signers could be valid. It can be made from `until` on, Unix seconds.
    error AdmissionEndedTooOften(uint32 admission, uint256 until);

    /* --- the verifier ---------------------------------------------------------------------- */

    /// @notice The chain has no P256VERIFY precompile at 0x100 (EIP-7951).
    error P256PrecompileMissing();
    /// @notice The verifier's address holds no code.
    error VerifierWithoutCode(address verifier);
    /// @notice Only our own verifier takes compact quotes.
    error CompactQuoteRefused(VerifierKind kind);
    /// @notice Automata's verifier answers that the quote is bad, with its reason.
    error AutomataRefused(bytes reason);
    /// @notice Automata's verifier reverted, which for a bad signature it does without a reason.
    error AutomataReverted(bytes reason);
    /// @notice The quote ends before its QE report and the signature of it.
    error QuoteTooShort(uint256 minimum, uint256 actual);
    /// @notice The verifier called back into the registry.
    error Reentered();
    /// @notice Only the verifier may send value, while it verifies.
    error ValueRefused();
    /// @notice The sender does not take back what is left of its value.
    error RefundFailed(address to, uint256 amount);

    /* --- settings -------------------------------------------------------------------------- */

    /// @notice A setting is outside of its bounds.
    error SettingOutOfBounds(uint256 value, uint256 minimum, uint256 maximum);
    /// @notice Registrations are paused.
    error RegistrationsPaused();
    /// @notice Registrations are not paused.
    error RegistrationsNotPaused();
    /// @notice Only the owner and the guardian may take away.
    error NotOwnerNorGuardian(address sender);
    /// @notice Without an owner nobody could allow or restore.
    error OwnershipNotRenounceable();
}
