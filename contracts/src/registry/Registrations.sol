// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "../interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {VerifierKind} from "../interfaces/registry/RegistryTypes.sol";
import {AdmissionEntry} from "../libraries/AdmissionEntry.sol";
import {QuoteTemplate} from "../libraries/QuoteTemplate.sol";
import {ReportData} from "../libraries/ReportData.sol";
import {Region, SignedRegion} from "../libraries/SignedRegion.sol";
import {SignerEntry} from "../libraries/SignerEntry.sol";
import {Terms} from "../libraries/Terms.sol";
import {Signers} from "./Signers.sol";
import {Verification} from "./Verification.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @notice Registration by a full quote.
abstract contract Registrations is Signers, Verification, EIP712 {
    using SignedRegion for bytes;

    /// @dev A quote that is being registered, under which terms, and what stands in its bucket.
    struct Quoted {
        Region region;
        Terms terms;
        SignerEntry bucket;
        address signer;
        uint256 number;
        bytes32 blockHash;
        bool isRaw;
        bool keepsKey;
        Possession possession;
    }

    /// @dev What the signer has signed of its own admission; upstream's call asks for none.
    struct Possession {
        bool isAsked;
        uint256 deadline;
        bytes signature;
    }

    uint256 private constant ENROLMENT_PERIOD = 1 days;
    bytes32 private constant ADMIT_TYPE = keccak256(
        "Admit(address signer,uint64 referenceBlockNumber,address template,uint256 deadline,bool keepKey)"
    );

    /* --- admission ------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function admit(
        bytes calldata compactQuote,
        uint256 deadline,
        bytes calldata possession,
        bool keepKey
    ) external {
        Quoted memory quoted = _readQuoted(compactQuote, deadline, possession, keepKey);
        _registerQuoted(compactQuote, quoted, _verifyCompact(compactQuote));
    }

    /// @inheritdoc ITEERegistry
    function admitRaw(
        bytes calldata quote,
        uint256 deadline,
        bytes calldata possession,
        bool keepKey
    ) external payable {
        uint256 balanceBefore = _balanceBefore();
        Quoted memory quoted = _readQuoted(quote, deadline, possession, keepKey);
        quoted.isRaw = true;
        Verdict memory verdict = _verifyRaw(quote, quoted.region);
        _recheckAfterCallback(quoted);
        _registerQuoted(quote, quoted, verdict);
        _refund(balanceBefore);
    }

    /// @inheritdoc ITEERegistry
    function reportData(address signer, uint64 number, bytes32 blockHash)
        external
        view
        returns (bytes32 high, bytes32 low)
    {
        return ReportData.ofAdmission(signer, number, blockHash);
    }

    /// @inheritdoc ITEERegistry
    function possessionDigest(
        address signer,
        uint64 referenceBlockNumber,
        address template,
        uint256 deadline,
        bool keepKey
    ) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(ADMIT_TYPE, signer, referenceBlockNumber, template, deadline, keepKey)
            )
        );
    }

    /* --- steps of a registration by a quote ------------------------------------------------- */

    /// @dev Register the quote's signer; what the quote binds has been checked by the caller.
    function _registerQuoted(bytes calldata quote, Quoted memory quoted, Verdict memory verdict)
        internal
    {
        (bytes32 measurement, Policy memory policy) = _measure(quote, quoted.region);
        _checkVerdict(verdict, policy);
        bytes memory creation =
            _templateOf(quote, quoted.region, quoted.isRaw, verdict.platform, verdict.fmspc);
        AdmissionKey memory key = AdmissionKey({
            template: QuoteTemplate.addressOf(creation, verdict.evidence),
            platform: verdict.platform,
            measurement: measurement,
            policyIndex: policy.index,
            isIdentified: verifierKind == VerifierKind.Own
        });
        if (quoted.possession.isAsked) _requirePossession(quoted, key.template);
        uint40 validUntil = _validUntil(quoted.terms, verdict.validUntil);
        uint40 enrolledUntil = _enrolledUntil(verdict);
        (uint32 number, AdmissionEntry entry) = _vouch(
            key,
            verdict,
            quoted.terms,
            quoted.keepsKey ? enrolledUntil : validUntil,
            quoted.keepsKey
        );
        _enter(quoted.signer, quoted.bucket, validUntil, number, entry);
        _emitRegistered(quote, quoted, verdict, key, number, validUntil);
        if (quoted.keepsKey) _enrolKey(creation, verdict, key, number, entry.validUntil());
        else if (entry.isEnrolled()) _emitExtended(number, entry);
    }

    /// @dev Automata's verifier may have called back: what was read before it may have changed.
    function _recheckAfterCallback(Quoted memory quoted) internal view {
        quoted.terms = _terms;
        _requireNotPaused(quoted.terms);
        quoted.bucket = _requireNewSigner(quoted.signer);
    }

    /// @dev The creation code of the template of a quote, which names its admission.
    function _templateOf(
        bytes calldata quote,
        Region memory region,
        bool isRaw,
        bytes32 platform,
        bytes6 fmspc
    ) internal pure returns (bytes memory) {
        (uint256 key,) = _attestation(quote, region, isRaw);
        return QuoteTemplate.creationOf(quote, region, key, platform, fmspc);
    }

    /// @dev A day from now, unless what vouches for the quote ends before.
    function _enrolledUntil(Verdict memory verdict) internal view returns (uint40) {
        uint256 until = block.timestamp + ENROLMENT_PERIOD;
        // The smaller of the two: at most a day from now.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(verdict.validUntil < until ? verdict.validUntil : until);
    }

    /// @dev All of an admission that can be checked without the verifier, but for the possession,
    /// whose place is behind it.
    function _readQuoted(
        bytes calldata quote,
        uint256 deadline,
        bytes calldata possession,
        bool keepKey
    ) private view returns (Quoted memory quoted) {
        if (block.timestamp > deadline) {
            revert DeadlinePassed(deadline, block.timestamp);
        }
        quoted.keepsKey = keepKey;
        quoted.possession = Possession(true, deadline, possession);
        quoted.terms = _terms;
        _requireNotPaused(quoted.terms);
        quoted.region = quote.read();
        (bytes32 actualHigh, bytes32 actualLow) = quote.reportData(quoted.region);
        (address signer, uint64 number, bytes4 tag) = ReportData.decodeHigh(actualHigh);
        if (tag != ReportData.ADMISSION) revert ReportDataTagUnknown(tag);
        quoted.signer = signer;
        quoted.number = number;
        quoted.bucket = _requireNewSigner(signer);
        quoted.blockHash = _recentBlockHash(quoted.terms, number);
        (, bytes32 low) = ReportData.ofAdmission(signer, number, quoted.blockHash);
        if (actualLow != low) revert ReportDataDigestMismatch(low, actualLow);
    }

    /// @dev The signer has named the evidence, so that nobody registers it by a copy with another
    /// certificate of the same key. What the evidence is, the verdict tells.
    function _requirePossession(Quoted memory quoted, address template) private view {
        Possession memory possession = quoted.possession;
        bytes32 digest = possessionDigest(
            quoted.signer,
            // It came from report data as 64 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint64(quoted.number),
            template,
            possession.deadline,
            quoted.keepsKey
        );
        address possessor = ECDSA.recover(digest, possession.signature);
        if (possessor != quoted.signer) {
            revert PossessionMismatch(quoted.signer, possessor, template);
        }
    }

    function _checkVerdict(Verdict memory verdict, Policy memory policy) private view {
        if (!_isStatusAllowed(policy, verdict.status)) {
            revert TcbStatusRefused(verdict.status, policy.allowedStatuses);
        }
        if (verdict.validUntil <= block.timestamp) {
            revert QuoteExpired(verdict.validUntil, block.timestamp);
        }
        if (isPlatformRevoked(verdict.platform)) revert PlatformIsRevoked(verdict.platform);
    }

    /// @dev Renewals under it, by a key that was enrolled before, are taken for longer.
    function _emitExtended(uint32 number, AdmissionEntry entry) private {
        emit AdmissionExtended(number, _platformOf(number), entry.status(), entry.validUntil());
    }

    /// @dev Keep the attestation key of a quote that has just been registered.
    function _enrolKey(
        bytes memory creation,
        Verdict memory verdict,
        AdmissionKey memory key,
        uint32 number,
        uint40 validUntil
    ) private {
        QuoteTemplate.store(key.template, creation, verdict.evidence);
        emit AdmissionKept(
            number,
            verdict.platform,
            key.measurement,
            verdict.status,
            verdict.fmspc,
            key.template,
            validUntil
        );
    }

    function _emitRegistered(
        bytes calldata quote,
        Quoted memory quoted,
        Verdict memory verdict,
        AdmissionKey memory key,
        uint32 number,
        uint40 validUntil
    ) private {
        emit SignerRegistered(
            quoted.signer,
            verdict.platform,
            key.measurement,
            number,
            verdict.fmspc,
            verdict.status,
            quoted.number,
            quoted.blockHash,
            keccak256(quote[:quoted.region.length]),
            validUntil
        );
    }
}
