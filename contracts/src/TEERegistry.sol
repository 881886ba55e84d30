// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "./interfaces/IDcapVerifier.sol";
import {ITEERegistry} from "./interfaces/ITEERegistry.sol";
import {UpstreamReportData, VerifierKind} from "./interfaces/registry/RegistryTypes.sol";
import {P256} from "./libraries/P256.sol";
import {ReportData} from "./libraries/ReportData.sol";
import {Region, SignedRegion} from "./libraries/SignedRegion.sol";
import {Rechecks} from "./registry/Rechecks.sol";
import {Settings} from "./registry/Settings.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Which signers are vouched for by a quote of an Intel TEE; see ITEERegistry.
/// @dev The parts, each on top of the one before: registry/Settings (terms, owner, guardian),
/// Measurements (policy), AdmissionTable (admissions, platforms), Signers (entries, validity),
/// Verification (verifier), Registrations, Renewals, Rechecks.
contract TEERegistry is Rechecks {
    using SignedRegion for bytes;

    /// @param kind how the verifier is spoken to
    /// @param guardian_ who may take away beside the owner; zero for nobody
    constructor(address verifier_, VerifierKind kind, address owner_, address guardian_)
        Settings(verifier_, kind, owner_, guardian_)
        EIP712("attestor", "1")
    {
        // Renewals ask it, whoever verifies the quotes.
        if (!P256.isAvailable()) revert P256PrecompileMissing();
    }

    /// @inheritdoc ITEERegistry
    function register(UpstreamReportData calldata data, bytes calldata quote) external payable {
        uint256 balanceBefore = _balanceBefore();
        Quoted memory quoted;
        quoted.isRaw = true;
        quoted.terms = _terms;
        quoted.region = quote.read();
        quoted.signer = data.proverAddress;
        quoted.number = data.referenceBlockNumber;
        _requireNotPaused(quoted.terms);
        quoted.bucket = _requireNewSigner(quoted.signer);
        quoted.blockHash = _recentBlockHash(quoted.terms, quoted.number);
        if (quoted.blockHash != data.referenceBlockHash) {
            revert ReferenceBlockHashMismatch(
                quoted.number, quoted.blockHash, data.referenceBlockHash
            );
        }
        _checkReportData(data, quote, quoted.region);
        Verdict memory verdict = _verifyRaw(quote, quoted.region);
        _recheckAfterCallback(quoted);
        _registerQuoted(quote, quoted, verdict);
        _refund(balanceBefore);
    }

    function _checkReportData(
        UpstreamReportData calldata data,
        bytes calldata quote,
        Region memory region
    ) private pure {
        (bytes32 actualHigh, bytes32 actualLow) = quote.reportData(region);
        (bytes32 high, bytes32 low) = ReportData.encodeUpstream(
            data.proverAddress, data.referenceBlockNumber, data.referenceBlockHash
        );
        if (actualHigh != high) revert ReportDataSignerMismatch(high, actualHigh);
        if (actualLow != low) revert ReportDataDigestMismatch(low, actualLow);
    }
}
