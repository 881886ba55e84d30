// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral} from "../interfaces/ICollateralStore.sol";
import {IDcapErrors} from "../interfaces/IDcapErrors.sol";

/// @notice Which refusals of our verifier say that evidence which was good is no longer.
/// @dev The evidence (IDcapVerifier.Evidence) and the signed region have been verified once, and
/// are the same. Then such a refusal can only come from what Intel says now, or from a stricter
/// verifier. All other errors are about bytes that anybody can exchange (lengths, text, the three
/// signatures, the authentication data), or about collateral that the store lacks: they say nothing of the
/// evidence. Each error of IDcapErrors is in one of the two groups; the tests count them.
library EvidenceRefusals {
    /// @notice Whether `reason`, the data of a revert, is such a refusal.
    function isOne(bytes memory reason) internal pure returns (bool) {
        if (reason.length < 4) return false;
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes4 error_ = bytes4(reason);
        return isRevocation(reason) || _isOfPlatform(error_) || _isOfQuotingEnclave(error_)
            || _isOfBody(error_);
    }

    /// @notice Whether it is one by which Intel takes back a certificate or a TCB level.
    function isRevocation(bytes memory reason) internal pure returns (bool) {
        if (reason.length < 4) return false;
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes4 error_ = bytes4(reason);
        if (error_ == IDcapErrors.CollateralRevoked.selector) return _isOfPckCa(reason);
        return
            error_ == IDcapErrors.PckRevoked.selector || error_ == IDcapErrors.TcbRevoked.selector;
    }

    /// @dev Of other revoked collateral there can be new, under another certificate.
    function _isOfPckCa(bytes memory reason) private pure returns (bool isPckCa) {
        if (reason.length < 36) return false;
        uint256 kind;
        assembly ("memory-safe") {
            // The first argument, by the length checked above.
            kind := mload(add(reason, 36))
        }
        return kind == uint256(Collateral.PckCa);
    }

    function _isOfPlatform(bytes4 error_) private pure returns (bool) {
        return error_ == IDcapErrors.TcbLevelNotFound.selector
            || error_ == IDcapErrors.PceIdMismatch.selector
            || error_ == IDcapErrors.CertificateExpired.selector
            || error_ == IDcapErrors.IssuerMismatch.selector
            || error_ == IDcapErrors.ModuleUnknown.selector
            || error_ == IDcapErrors.ModuleSvnRefused.selector
            || error_ == IDcapErrors.ModuleSignerRefused.selector
            || error_ == IDcapErrors.ModuleAttributesRefused.selector;
    }

    function _isOfQuotingEnclave(bytes4 error_) private pure returns (bool) {
        return error_ == IDcapErrors.QeSvnRefused.selector
            || error_ == IDcapErrors.QeDebugRefused.selector
            || error_ == IDcapErrors.QeAttributesRefused.selector
            || error_ == IDcapErrors.QeMiscSelectRefused.selector
            || error_ == IDcapErrors.QeSignerRefused.selector
            || error_ == IDcapErrors.QeProductRefused.selector;
    }

    function _isOfBody(bytes4 error_) private pure returns (bool) {
        return error_ == IDcapErrors.EnclaveDebugRefused.selector
            || error_ == IDcapErrors.EnclaveNotInitialized.selector
            || error_ == IDcapErrors.EnclaveKeysRefused.selector
            || error_ == IDcapErrors.TdDebugRefused.selector
            || error_ == IDcapErrors.TdReservedAttributesRefused.selector
            || error_ == IDcapErrors.TdSeptVeRefused.selector
            || error_ == IDcapErrors.TdMigratableRefused.selector
            || error_ == IDcapErrors.SeamSignerRefused.selector
            || error_ == IDcapErrors.SeamAttributesRefused.selector
            || error_ == IDcapErrors.ServiceTdRefused.selector;
    }
}
