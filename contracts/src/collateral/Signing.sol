// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, Held, ICollateralStore} from "../interfaces/ICollateralStore.sol";
import {Certificate, X509} from "../x509/X509.sol";
import {X509Extensions} from "../x509/X509Extensions.sol";
import {Certificates} from "./Certificates.sol";

/// @notice The TCB signing certificate, and the epoch in which its signatures count.
abstract contract Signing is Certificates {
    using X509 for Certificate;

    /// @dev The certificate in use. `notAfter` is 0 when there is none.
    struct SigningKey {
        uint256 x;
        uint256 y;
        uint256 serial;
        bytes32 digest;
        uint40 notBefore;
        uint40 notAfter;
    }

    bytes32 private constant TCB_SIGNING = keccak256("Intel SGX TCB Signing");

    /// @inheritdoc ICollateralStore
    uint16 public signingEpoch;
    SigningKey private _signing;
    /// @dev Serial numbers of all signing certificates that were in use in the current epoch.
    uint256[] private _signingSerials;

    /// @inheritdoc ICollateralStore
    function uploadTcbSigning(bytes calldata der) external {
        (Certificate memory certificate, bytes32 name) = _certifiedByRoot(der);
        if (name != TCB_SIGNING) revert CommonNameRefused(name);
        bool signsData = certificate.extensions.usage & X509Extensions.DIGITAL_SIGNATURE != 0;
        if (certificate.extensions.isAuthority || !signsData) revert KeyUsageRefused();
        if (_signing.notAfter != 0) {
            _checkNewer(_signing.serial, _signing.notBefore, certificate.notBefore);
        }
        bytes32 digest = certificate.digest();
        // Times are below 2^40, as all of years of four digits are.
        // forge-lint: disable-start(unsafe-typecast)
        _signing = SigningKey({
            x: certificate.x,
            y: certificate.y,
            serial: certificate.serial,
            digest: digest,
            notBefore: uint40(certificate.notBefore),
            notAfter: uint40(certificate.notAfter)
        });
        // forge-lint: disable-end(unsafe-typecast)
        _signingSerials.push(certificate.serial);
        emit CollateralStored(
            Collateral.TcbSigning, 0, certificate.notBefore, certificate.notAfter, digest
        );
    }

    /// @dev What the root has revoked ends the certificate in use, and what this epoch's have signed.
    function _endRevokedSigning() internal {
        mapping(uint256 serial => uint256) storage revokedAt = _revokedAt[rootKeyId];
        if (revokedAt[_signing.serial] != 0) delete _signing;
        for (uint256 i = 0; i < _signingSerials.length; ++i) {
            if (revokedAt[_signingSerials[i]] == 0) continue;
            _raiseEpoch();
            break;
        }
    }

    /// @dev sha256 of what the TCB signing certificate in use signed.
    function _checkTcbSigned(bytes calldata json, bytes32 r, bytes32 s)
        internal
        view
        returns (bytes32 digest)
    {
        if (_signing.notAfter == 0) revert TcbSigningMissing();
        _checkSigner(_signing.notAfter);
        digest = sha256(json);
        _checkSignature(digest, uint256(r), uint256(s), _signing.x, _signing.y);
    }

    function _signingNotAfter() internal view returns (uint256) {
        return _signing.notAfter;
    }

    function _heldSigning() internal view returns (Held memory) {
        return Held(
            _signing.notBefore,
            _signing.notAfter,
            _signing.serial,
            _signing.digest,
            _signing.notAfter != 0
        );
    }

    function _raiseEpoch() private {
        ++signingEpoch;
        emit SigningEpochRaised(signingEpoch);
        delete _signingSerials;
        if (_signing.notAfter != 0) _signingSerials.push(_signing.serial);
    }
}
