// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralStore} from "../interfaces/ICollateralStore.sol";
import {Memory} from "../libraries/Memory.sol";
import {Certificate, X509} from "../x509/X509.sol";
import {Root} from "./Root.sol";

/// @notice Which certificates stand: signed by the root, valid now, and not revoked.
abstract contract Certificates is Root {
    using X509 for Certificate;

    /// @dev When the CRL was issued that was the first to name the certificate; 0 for none.
    mapping(uint256 authorityKeyId => mapping(uint256 serial => uint256)) internal _revokedAt;

    /// @inheritdoc ICollateralStore
    function isRevoked(uint256 authorityKeyId, uint256 serial) external view returns (bool) {
        return _revokedAt[authorityKeyId][serial] != 0;
    }

    /// @dev What the root has signed, is valid now and not revoked; and its common name's hash.
    function _certifiedByRoot(bytes calldata der)
        internal
        view
        returns (Certificate memory certificate, bytes32 name)
    {
        certificate = X509.parse(Memory.copy(der), der.length);
        _checkIssuer(_rootName, certificate.issuerHash);
        uint256 issuerKeyId = certificate.extensions.authorityKeyId;
        if (issuerKeyId != rootKeyId) revert IssuerKeyMismatch(rootKeyId, issuerKeyId);
        _checkSignature(certificate.digest(), certificate.r, certificate.s, rootX, rootY);
        _checkWindow(certificate.notBefore, certificate.notAfter);
        _checkNotRevoked(certificate.serial);
        name = certificate.commonNameHash();
    }

    /// @dev A certificate that stands is replaced by a later one only.
    function _checkNewer(uint256 keptSerial, uint256 kept, uint256 issue) internal view {
        if (_revokedAt[rootKeyId][keptSerial] == 0 && issue <= kept) {
            revert CollateralNotNewer(kept, issue);
        }
    }

    function _checkNotRevoked(uint256 serial) internal view {
        if (_revokedAt[rootKeyId][serial] != 0) revert CertificateRevoked(rootKeyId, serial);
    }
}
