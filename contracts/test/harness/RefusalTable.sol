// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../../src/interfaces/IDcapErrors.sol";

/// @notice Every error of the verifier: which say that evidence is no longer good, and which do not.
library RefusalTable {
    /// @notice What Intel says now, or a stricter verifier, of what was verified once.
    function evicting() internal pure returns (bytes4[] memory errors) {
        errors = new bytes4[](26);
        errors[0] = IDcapErrors.PckRevoked.selector;
        errors[1] = IDcapErrors.TcbRevoked.selector;
        errors[2] = IDcapErrors.TcbLevelNotFound.selector;
        errors[3] = IDcapErrors.PceIdMismatch.selector;
        errors[4] = IDcapErrors.CertificateExpired.selector;
        errors[5] = IDcapErrors.IssuerMismatch.selector;
        errors[6] = IDcapErrors.ModuleUnknown.selector;
        errors[7] = IDcapErrors.ModuleSvnRefused.selector;
        errors[8] = IDcapErrors.ModuleSignerRefused.selector;
        errors[9] = IDcapErrors.ModuleAttributesRefused.selector;
        errors[10] = IDcapErrors.QeSvnRefused.selector;
        errors[11] = IDcapErrors.QeDebugRefused.selector;
        errors[12] = IDcapErrors.QeAttributesRefused.selector;
        errors[13] = IDcapErrors.QeMiscSelectRefused.selector;
        errors[14] = IDcapErrors.QeSignerRefused.selector;
        errors[15] = IDcapErrors.QeProductRefused.selector;
        errors[16] = IDcapErrors.EnclaveDebugRefused.selector;
        errors[17] = IDcapErrors.EnclaveNotInitialized.selector;
        errors[18] = IDcapErrors.EnclaveKeysRefused.selector;
        errors[19] = IDcapErrors.TdDebugRefused.selector;
        errors[20] = IDcapErrors.TdReservedAttributesRefused.selector;
        errors[21] = IDcapErrors.TdSeptVeRefused.selector;
        errors[22] = IDcapErrors.TdMigratableRefused.selector;
        errors[23] = IDcapErrors.SeamSignerRefused.selector;
        errors[24] = IDcapErrors.SeamAttributesRefused.selector;
        errors[25] = IDcapErrors.ServiceTdRefused.selector;
    }

    /// @notice Of bytes that anybody can exchange, of collateral that is not there, or of what a
    /// certificate cannot become. CollateralRevoked is in neither: it depends on its argument.
    function others() internal pure returns (bytes4[] memory errors) {
        errors = new bytes4[](29);
        errors[0] = IDcapErrors.QuoteLengthWrong.selector;
        errors[1] = IDcapErrors.CertificationLengthWrong.selector;
        errors[2] = IDcapErrors.QuoteVersionRefused.selector;
        errors[3] = IDcapErrors.TeeTypeRefused.selector;
        errors[4] = IDcapErrors.AttestationKeyTypeRefused.selector;
        errors[5] = IDcapErrors.QeVendorRefused.selector;
        errors[6] = IDcapErrors.BodyRefused.selector;
        errors[7] = IDcapErrors.CertificationTypeRefused.selector;
        errors[8] = IDcapErrors.AuthenticationLengthRefused.selector;
        errors[9] = IDcapErrors.SignatureOutOfRange.selector;
        errors[10] = IDcapErrors.QuoteSignatureInvalid.selector;
        errors[11] = IDcapErrors.QeReportSignatureInvalid.selector;
        errors[12] = IDcapErrors.CertificateSignatureInvalid.selector;
        errors[13] = IDcapErrors.QeReportDataMismatch.selector;
        errors[14] = IDcapErrors.QeReportDataTailNotZero.selector;
        errors[15] = IDcapErrors.PemInvalid.selector;
        errors[16] = IDcapErrors.CertificateMalformed.selector;
        errors[17] = IDcapErrors.CertificateAlgorithmRefused.selector;
        errors[18] = IDcapErrors.CertificateKeyRefused.selector;
        errors[19] = IDcapErrors.CriticalExtensionUnknown.selector;
        errors[20] = IDcapErrors.LeafIsAuthority.selector;
        errors[21] = IDcapErrors.LeafKeyUsageRefused.selector;
        errors[22] = IDcapErrors.LeafNotPck.selector;
        errors[23] = IDcapErrors.CertificateNotYetValid.selector;
        errors[24] = IDcapErrors.CollateralUnknown.selector;
        errors[25] = IDcapErrors.CollateralNotYetValid.selector;
        errors[26] = IDcapErrors.CollateralExpired.selector;
        errors[27] = IDcapErrors.CollateralSignerRevoked.selector;
        errors[28] = IDcapErrors.TcbStatusUnknown.selector;
    }
}
