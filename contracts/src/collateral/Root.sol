// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICollateralStore} from "../interfaces/ICollateralStore.sol";
import {DevelopmentChains} from "../libraries/DevelopmentChains.sol";
import {IntelIdentity} from "../libraries/IntelIdentity.sol";
import {Memory} from "../libraries/Memory.sol";
import {P256} from "../libraries/P256.sol";
import {Certificate, X509} from "../x509/X509.sol";
import {X509Extensions} from "../x509/X509Extensions.sol";

/// @notice The pinned root, and the checks that all uploads share: signature, issuer, validity.
abstract contract Root is ICollateralStore {
    using X509 for Certificate;

    /// @inheritdoc ICollateralStore
    uint256 public immutable rootX;
    /// @inheritdoc ICollateralStore
    uint256 public immutable rootY;
    /// @inheritdoc ICollateralStore
    uint256 public immutable rootKeyId;
    bytes32 internal immutable _rootName;
    uint256 internal immutable _rootNotAfter;

    constructor(bytes memory rootCertificate) {
        if (!P256.isAvailable()) revert P256PrecompileMissing();
        Certificate memory root =
            X509.parse(Memory.contentOf(rootCertificate), rootCertificate.length);
        if (!DevelopmentChains.isCurrent()) {
            bytes32 keyHash = keccak256(abi.encode(root.x, root.y));
            if (keyHash != IntelIdentity.ROOT_KEY_HASH) revert RootNotIntel(keyHash);
        }
        if (!_signsAsAuthority(root) || root.extensions.subjectKeyId == 0) revert RootRefused();
        _checkSignature(root.digest(), root.r, root.s, root.x, root.y);
        _checkWindow(root.notBefore, root.notAfter);
        rootX = root.x;
        rootY = root.y;
        rootKeyId = root.extensions.subjectKeyId;
        _rootName = root.subjectHash();
        _rootNotAfter = root.notAfter;
    }

    function _checkSignature(bytes32 digest, uint256 r, uint256 s, uint256 x, uint256 y)
        internal
        view
    {
        if (!P256.verify(digest, r, s, x, y)) revert SignatureInvalid();
    }

    function _checkIssuer(bytes32 expected, bytes32 actual) internal pure {
        if (expected != actual) revert IssuerNameMismatch(expected, actual);
    }

    function _checkSigner(uint256 notAfter) internal view {
        if (block.timestamp > notAfter) revert SignerExpired(notAfter, block.timestamp);
    }

    function _checkWindow(uint256 notBefore, uint256 notAfter) internal view {
        if (block.timestamp < notBefore) revert CollateralNotYetValid(notBefore, block.timestamp);
        if (block.timestamp > notAfter) revert CollateralExpired(notAfter, block.timestamp);
    }

    function _signsAsAuthority(Certificate memory certificate) internal pure returns (bool) {
        uint256 wanted = X509Extensions.SIGNS_AS_AUTHORITY;
        return certificate.extensions.isAuthority && certificate.extensions.usage & wanted == wanted;
    }
}
