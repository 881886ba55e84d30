// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Evidence, TcbStatus, Verdict} from "../interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "../interfaces/ITEERegistry.sol";
import {VerifierKind} from "../interfaces/registry/RegistryTypes.sol";
import {AdmissionEntry} from "../libraries/AdmissionEntry.sol";
import {EvidenceRefusals} from "../libraries/EvidenceRefusals.sol";
import {QuoteTemplate} from "../libraries/QuoteTemplate.sol";
import {ReportData} from "../libraries/ReportData.sol";
import {Region, SignedRegion} from "../libraries/SignedRegion.sol";
import {Renewals} from "./Renewals.sol";

/// @notice What becomes of an admission when its evidence is judged again.
/// @dev A quote says by itself which admission it belongs to: the one of the same signed region (but
/// for the report data), attestation key, QE report and PCK certificate. These have been verified
/// once, so a refusal for what Intel says of them is about them, in whatever order the verifier checks.
/// Any quote ends an admission; only a recent one, which the machine itself has made, extends it.
abstract contract Rechecks is Renewals {
    using SignedRegion for bytes;

    /// @inheritdoc ITEERegistry
    function recheck(bytes calldata compactQuote) external {
        try _ownVerifier().verify(compactQuote) returns (Verdict memory verdict) {
            _applyRecheck(compactQuote, verdict, false);
        } catch (bytes memory reason) {
            _applyRefusal(compactQuote, reason, false);
        }
    }

    /// @inheritdoc ITEERegistry
    /// @dev Automata's verifier answers with another error, or reverts, in all cases but success.
    function recheckRaw(bytes calldata quote) external payable {
        uint256 balanceBefore = _balanceBefore();
        if (verifierKind == VerifierKind.Own) {
            try _ownVerifier().verifyRaw(quote) returns (Verdict memory verdict) {
                _applyRecheck(quote, verdict, true);
            } catch (bytes memory reason) {
                _applyRefusal(quote, reason, true);
            }
        } else {
            _applyRecheck(quote, _verifyRaw(quote, quote.read()), true);
        }
        _refund(balanceBefore);
    }

    function _applyRecheck(bytes calldata quote, Verdict memory verdict, bool isRaw) private {
        Evidence memory evidence = Evidence(verdict.evidence, verdict.platform, verdict.fmspc);
        (uint32 number, AdmissionEntry entry) = _admissionBy(quote, evidence, isRaw);
        bytes32 measurement = _measurementOf(entry);
        if (!_isStatusAllowed(_policyOf(measurement), verdict.status)) {
            _evict(number, entry, verdict.status, 0);
            return;
        }
        if (verdict.validUntil <= block.timestamp) {
            revert QuoteExpired(verdict.validUntil, block.timestamp);
        }
        _requireRecent(quote, entry.template());
        _extend(number, entry, verdict, _enrolledUntil(verdict));
    }

    /// @dev Everybody has the quotes of earlier days. If they extended, whoever showed them each day
    /// would hold the places of all evidence that a machine ever had, until there was none for it.
    function _requireRecent(bytes calldata quote, address template) private view {
        (bytes32 high, bytes32 actual) = quote.reportData(quote.read());
        (address signer, uint64 number, bytes4 tag) = ReportData.decodeHigh(high);
        bool isRenewal = tag == ReportData.RENEWAL;
        if (!isRenewal && tag != ReportData.ADMISSION) revert ReportDataTagUnknown(tag);
        bytes32 blockHash = _recentBlockHash(_terms, number);
        (, bytes32 low) = isRenewal
            ? ReportData.ofRenewal(signer, number, blockHash, template)
            : ReportData.ofAdmission(signer, number, blockHash);
        if (actual != low) revert ReportDataDigestMismatch(low, actual);
    }

    /// @dev Only a typed refusal of the evidence counts; any other reason, also none, as when the
    /// verifier ran out of gas, goes to the sender.
    function _applyRefusal(bytes calldata quote, bytes memory reason, bool isRaw) private {
        if (!EvidenceRefusals.isOne(reason)) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
        Evidence memory evidence = _ownVerifier().describe(quote, isRaw);
        (uint32 number, AdmissionEntry entry) = _admissionBy(quote, evidence, isRaw);
        TcbStatus status =
            EvidenceRefusals.isRevocation(reason) ? TcbStatus.Revoked : TcbStatus.Unrecognized;
        // It has four bytes at least.
        // forge-lint: disable-next-line(unsafe-typecast)
        _evict(number, entry, status, bytes4(reason));
    }

    function _admissionBy(bytes calldata quote, Evidence memory evidence, bool isRaw)
        private
        view
        returns (uint32, AdmissionEntry)
    {
        Region memory region = quote.read();
        bytes memory creation = _templateOf(quote, region, isRaw, evidence.platform, evidence.fmspc);
        return _requireAdmission(
            QuoteTemplate.addressOf(creation, evidence.evidence),
            evidence.platform,
            _measurementIn(quote, region)
        );
    }

    function _evict(uint32 number, AdmissionEntry entry, TcbStatus status, bytes4 verifierError)
        private
    {
        _end(number, entry);
        emit AdmissionEvicted(number, _platformOf(number), status, verifierError);
    }
}
