// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Collateral, Held, ICollateralStore} from "../interfaces/ICollateralStore.sol";
import {P256} from "../libraries/P256.sol";
import {Certificate, X509} from "../x509/X509.sol";
import {X509Extensions} from "../x509/X509Extensions.sol";
import {Certificates} from "./Certificates.sol";

/// @notice The TCB signing certificates that stand, and the epoch in which signatures count.
/// @dev Intel issues the next before the one before has ended. Both sign as long as they are valid:
/// whoever uploads the next one early would else stop what is still signed by the one before.
abstract contract Signing is Certificates {
    using X509 for Certificate;

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
    /// @dev Those that are not revoked, in the order in which they were issued.
    SigningKey[] private _signers;
    /// @dev Serial numbers of all signing certificates that stood in the current epoch.
    uint256[] private _signingSerials;

    /// @inheritdoc ICollateralStore
    function uploadTcbSigning(bytes calldata der) external {
        (Certificate memory certificate, bytes32 name) = _certifiedByRoot(der);
        if (name != TCB_SIGNING) revert CommonNameRefused(name);
        bool signsData = certificate.extensions.usage & X509Extensions.DIGITAL_SIGNATURE != 0;
        if (certificate.extensions.isAuthority || !signsData) revert KeyUsageRefused();
        if (_heldSigning(certificate.serial).usable) {
            revert CollateralNotNewer(certificate.notBefore, certificate.notBefore);
        }
        bytes32 digest = certificate.digest();
        // Times are below 2^40, as all of years of four digits are.
        // forge-lint: disable-start(unsafe-typecast)
        _insert(
            SigningKey({
                x: certificate.x,
                y: certificate.y,
                serial: certificate.serial,
                digest: digest,
                notBefore: uint40(certificate.notBefore),
                notAfter: uint40(certificate.notAfter)
            })
        );
        // forge-lint: disable-end(unsafe-typecast)
        _signingSerials.push(certificate.serial);
        emit CollateralStored(
            Collateral.TcbSigning,
            certificate.serial,
            certificate.notBefore,
            certificate.notAfter,
            digest
        );
    }

    /// @dev What the root has revoked stands no more, and ends what this epoch's have signed.
    function _endRevokedSigning() internal {
        mapping(uint256 serial => uint256) storage revokedAt = _revokedAt[rootKeyId];
        uint256 count = _signingSerials.length;
        for (uint256 i = 0; i < count; ++i) {
            if (revokedAt[_signingSerials[i]] == 0) continue;
            _removeRevoked();
            _raiseEpoch();
            break;
        }
    }

    /// @dev Of what a TCB signing certificate that stands has signed: its sha256, and when the
    /// certificate ends.
    function _checkTcbSigned(bytes calldata json, bytes32 r, bytes32 s)
        internal
        view
        returns (bytes32 digest, uint256 signerEnd)
    {
        uint256 count = _signers.length;
        if (count == 0) revert TcbSigningMissing();
        digest = sha256(json);
        for (uint256 i = count; i != 0; --i) {
            SigningKey storage signer = _signers[i - 1];
            if (!P256.verify(digest, uint256(r), uint256(s), signer.x, signer.y)) continue;
            signerEnd = signer.notAfter;
            if (block.timestamp <= signerEnd) return (digest, signerEnd);
        }
        if (signerEnd == 0) revert SignatureInvalid();
        revert SignerExpired(signerEnd, block.timestamp);
    }

    /// @dev The certificate with this serial number, if it stands; with 0 the one issued last.
    function _heldSigning(uint256 serial) internal view returns (Held memory piece) {
        for (uint256 i = _signers.length; i != 0; --i) {
            SigningKey storage signer = _signers[i - 1];
            if (serial != 0 && signer.serial != serial) continue;
            return Held(signer.notBefore, signer.notAfter, signer.serial, signer.digest, true);
        }
    }

    function _insert(SigningKey memory signer) private {
        _signers.push(signer);
        for (uint256 i = _signers.length - 1; i != 0; --i) {
            if (_signers[i - 1].notBefore <= signer.notBefore) break;
            _signers[i] = _signers[i - 1];
            _signers[i - 1] = signer;
        }
    }

    function _removeRevoked() private {
        mapping(uint256 serial => uint256) storage revokedAt = _revokedAt[rootKeyId];
        uint256 count = _signers.length;
        uint256 kept = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (revokedAt[_signers[i].serial] != 0) continue;
            if (kept != i) _signers[kept] = _signers[i];
            ++kept;
        }
        for (uint256 i = kept; i < count; ++i) {
            _signers.pop();
        }
    }

    function _raiseEpoch() private {
        ++signingEpoch;
        emit SigningEpochRaised(signingEpoch);
        delete _signingSerials;
        uint256 count = _signers.length;
        for (uint256 i = 0; i < count; ++i) {
            _signingSerials.push(_signers[i].serial);
        }
    }
}
