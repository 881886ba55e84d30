// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {TcbStatus, Verdict} from "../interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {VerifierKind} from "../interfaces/registry/RegistryTypes.sol";
import {QuoteTemplate} from "../libraries/QuoteTemplate.sol";
import {ReportData} from "../libraries/ReportData.sol";
import {Region, SignedRegion} from "../libraries/SignedRegion.sol";
import {Terms} from "../libraries/Terms.sol";
import {Signers} from "./Signers.sol";
import {Verification} from "./Verification.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @notice Admission by a full quote, renewal by its attestation key, and recheck.
abstract contract Admissions is Signers, Verification, EIP712 {
    using SignedRegion for bytes;

    uint256 private constant KEPT_SECONDS = 1 days;
    bytes32 private constant ADMIT_TYPE = keccak256(
        "Admit(address signer,uint64 referenceBlockNumber,uint256 deadline,bool keepKey)"
    );

    /// @dev A quote that is being registered, and under which terms.
    struct Quoted {
        Region region;
        Terms terms;
        address signer;
        uint256 number;
        bytes32 blockHash;
    }

    /// @dev Where a registered quote belongs.
    struct Place {
        bytes12 id;
        bytes32 measurement;
        uint8 policyIndex;
    }

    /* --- admission ------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function admit(
        bytes calldata compactQuote,
        uint256 deadline,
        bytes calldata possession,
        bool keepKey
    ) external {
        Quoted memory quoted = _readQuoted(compactQuote, deadline, possession, keepKey);
        Verdict memory verdict = _verifyCompact(compactQuote);
        Place memory place = _registerQuoted(compactQuote, quoted, verdict);
        if (keepKey) _keep(compactQuote, quoted, verdict, place, false);
    }

    /// @inheritdoc ITEERegistry
    function admitRaw(
        bytes calldata quote,
        uint256 deadline,
        bytes calldata possession,
        bool keepKey
    ) external payable {
        Quoted memory quoted = _readQuoted(quote, deadline, possession, keepKey);
        Verdict memory verdict = _verifyRaw(quote, quoted.region);
        _checkAgain(quoted);
        Place memory place = _registerQuoted(quote, quoted, verdict);
        if (keepKey) _keep(quote, quoted, verdict, place, true);
        _refund();
    }

    /// @inheritdoc ITEERegistry
    function reportData(address signer, uint64 number, bytes32 blockHash)
        external
        view
        returns (bytes32 high, bytes32 low)
    {
        return ReportData.encode(signer, number, blockHash);
    }

    /// @inheritdoc ITEERegistry
    function possessionDigest(
        address signer,
        uint64 referenceBlockNumber,
        uint256 deadline,
        bool keepKey
    ) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(ADMIT_TYPE, signer, referenceBlockNumber, deadline, keepKey))
        );
    }

    /* --- renewal --------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    function renew(bytes12 id, address signer, uint64 referenceBlockNumber, uint256 r, uint256 s)
        external
    {
        Terms terms = _terms;
        _requireNotPaused(terms);
        AdmissionRecord memory record = _liveAdmission(id, terms);
        if (block.timestamp >= record.validUntil) {
            revert AdmissionExpired(id, record.validUntil, block.timestamp);
        }
        _requireNewSigner(signer);
        bytes32 blockHash = _recentBlockHash(terms, referenceBlockNumber);
        (bytes32 high, bytes32 low) = ReportData.encode(signer, referenceBlockNumber, blockHash);
        if (!QuoteTemplate.isSigned(record.template, high, low, r, s)) {
            revert RenewalSignatureInvalid(id);
        }
        uint256 validUntil =
            _register(signer, id, record.policyIndex, record.generation, terms, record.validUntil);
        emit SignerRenewed(signer, id, referenceBlockNumber, validUntil);
    }

    /* --- recheck --------------------------------------------------------------------------- */

    /// @inheritdoc ITEERegistry
    /// @dev The quote must have the admission's template and backing, which have been verified
    /// once: so a verdict of "revoked" is about them, whatever order the verifier checks in. Only
    /// a typed error evicts. A verifier that runs out of gas answers without one, and then
    /// this reverts too.
    function recheck(bytes12 id, bytes calldata compactQuote) external {
        _requireSame(id, compactQuote, false);
        try _ownVerifier().verify(compactQuote) returns (Verdict memory verdict) {
            _settle(id, verdict);
        } catch (bytes memory reason) {
            _settleRefusal(id, reason);
        }
    }

    /// @inheritdoc ITEERegistry
    /// @dev Automata's verifier answers with another error, or reverts, in all cases but success.
    function recheckRaw(bytes12 id, bytes calldata quote) external payable {
        _requireSame(id, quote, true);
        if (verifierKind == VerifierKind.Own) {
            try _ownVerifier().verifyRaw(quote) returns (Verdict memory verdict) {
                _settle(id, verdict);
            } catch (bytes memory reason) {
                _settleRefusal(id, reason);
            }
        } else {
            Verdict memory verdict = _verifyRaw(quote, quote.read());
            _requireSame(id, quote, true);
            _settle(id, verdict);
        }
        _refund();
    }

    /* --- steps of a registration by a quote ------------------------------------------------- */

    /// @dev Register the quote's signer; what the quote binds has been checked by the caller.
    function _registerQuoted(bytes calldata quote, Quoted memory quoted, Verdict memory verdict)
        internal
        returns (Place memory place)
    {
        Policy memory policy;
        (place.measurement, policy) = _measure(quote, quoted.region);
        _checkVerdict(verdict, policy);
        if (isPlatformRevoked[verdict.platform]) revert PlatformIsRevoked(verdict.platform);
        place.policyIndex = policy.index;
        place.id = _admissionId(verdict.platform, policy.index);
        uint256 validUntil = _register(
            quoted.signer,
            place.id,
            policy.index,
            _admissions[place.id].generation,
            quoted.terms,
            verdict.validUntil
        );
        emit SignerRegistered(
            quoted.signer,
            place.measurement,
            quoted.number,
            quoted.blockHash,
            keccak256(quote),
            validUntil
        );
    }

    /// @dev Automata's verifier may have called back: what was read before it may have changed.
    function _checkAgain(Quoted memory quoted) internal view {
        quoted.terms = _terms;
        _requireNotPaused(quoted.terms);
        _requireNewSigner(quoted.signer);
    }

    /// @dev All that can be checked of an admission without the verifier.
    function _readQuoted(
        bytes calldata quote,
        uint256 deadline,
        bytes calldata possession,
        bool keepKey
    ) private view returns (Quoted memory quoted) {
        if (block.timestamp > deadline) {
            revert DeadlinePassed(deadline, block.timestamp);
        }
        quoted.terms = _terms;
        _requireNotPaused(quoted.terms);
        quoted.region = quote.read();
        (bytes32 actualHigh, bytes32 actualLow) = quote.reportData(quoted.region);
        (address signer, uint64 number, bytes4 tag) = ReportData.decodeHigh(actualHigh);
        if (tag != ReportData.TAG) revert ReportDataTagUnknown(tag);
        quoted.signer = signer;
        quoted.number = number;
        _requireNewSigner(signer);
        quoted.blockHash = _recentBlockHash(quoted.terms, number);
        (, bytes32 low) = ReportData.encode(signer, number, quoted.blockHash);
        if (actualLow != low) revert ReportDataDigestMismatch(low, actualLow);
        bytes32 digest = possessionDigest(signer, number, deadline, keepKey);
        address possessor = ECDSA.recoverCalldata(digest, possession);
        if (possessor != signer) revert PossessionMismatch(signer, possessor);
    }

    function _checkVerdict(Verdict memory verdict, Policy memory policy) private view {
        if (!_isStatusAllowed(policy, verdict.status)) {
            revert TcbStatusRefused(verdict.status, policy.allowedStatuses);
        }
        if (verdict.validUntil <= block.timestamp) {
            revert QuoteExpired(verdict.validUntil, block.timestamp);
        }
    }

    /* --- admissions ------------------------------------------------------------------------ */

    /// @dev Keep the attestation key of a quote that has just been registered.
    function _keep(
        bytes calldata quote,
        Quoted memory quoted,
        Verdict memory verdict,
        Place memory place,
        bool isRaw
    ) private {
        (uint256 key, uint256 qeReport) = _backing(quote, quoted.region, isRaw);
        address template = QuoteTemplate.store(quote, quoted.region, key, qeReport);
        uint40 validUntil = _keptUntil(verdict);
        AdmissionRecord storage record = _admissions[place.id];
        record.template = template;
        record.validUntil = validUntil;
        record.epoch = quoted.terms.epoch();
        record.policyIndex = place.policyIndex;
        emit AdmissionKept(
            place.id,
            verdict.platform,
            place.measurement,
            verdict.status,
            verdict.fmspc,
            template,
            validUntil
        );
    }

    function _liveAdmission(bytes12 id, Terms terms)
        private
        view
        returns (AdmissionRecord memory record)
    {
        record = _admissions[id];
        if (record.template == address(0)) revert AdmissionUnknown(id);
        if (!_isCurrent(record, terms)) revert AdmissionEnded(id);
    }

    /// @dev The admission that rests on what this quote shows, beside its report data.
    function _requireSame(bytes12 id, bytes calldata quote, bool isRaw) private view {
        AdmissionRecord memory record = _liveAdmission(id, _terms);
        Region memory region = quote.read();
        (uint256 key, uint256 qeReport) = _backing(quote, region, isRaw);
        address located = QuoteTemplate.locate(quote, region, key, qeReport);
        if (located != record.template) revert RecheckOfOtherQuote(record.template, located);
    }

    /// @dev A verdict on a quote of the admission: good enough, or not any more.
    function _settle(bytes12 id, Verdict memory verdict) private {
        AdmissionRecord storage record = _admissions[id];
        uint8 index = record.policyIndex;
        bytes12 actual = _admissionId(verdict.platform, index);
        if (actual != id) revert RecheckOfOtherPlatform(id, actual);
        if (!_isStatusAllowed(_policyOf(_measurements[index]), verdict.status)) {
            _endAdmission(id);
            emit AdmissionEvicted(id, verdict.status, 0);
            return;
        }
        if (verdict.validUntil <= block.timestamp) {
            revert QuoteExpired(verdict.validUntil, block.timestamp);
        }
        uint40 validUntil = _keptUntil(verdict);
        record.validUntil = validUntil;
        emit AdmissionExtended(id, verdict.status, validUntil);
    }

    /// @dev Only a typed revocation counts; any other reason, also none, goes to the sender.
    function _settleRefusal(bytes12 id, bytes memory reason) private {
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes4 selector = bytes4(reason);
        if (reason.length < 4 || !_isRevocation(selector)) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        _endAdmission(id);
        emit AdmissionEvicted(id, TcbStatus.Revoked, selector);
    }

    function _isRevocation(bytes4 selector) private pure returns (bool) {
        return
            selector == IDcapErrors.PckRevoked.selector
                || selector == IDcapErrors.TcbRevoked.selector;
    }

    /// @dev A day from now, unless what vouches for the quote ends before.
    function _keptUntil(Verdict memory verdict) private view returns (uint40) {
        uint256 until = block.timestamp + KEPT_SECONDS;
        // The smaller of the two: at most a day from now.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint40(verdict.validUntil < until ? verdict.validUntil : until);
    }
}
