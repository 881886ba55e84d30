// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {P256} from "./P256.sol";
import {Pem} from "./Pem.sol";
import {Certificate, X509} from "./X509.sol";

/// @notice The certificate chain of a machine: PCK certificate, PCK CA, root.
/// @dev Intel, "SGX PCK Certificate and Certificate Revocation List Profile Specification".
/// Revocation is not looked at: see IDcapVerifier.
library PckChain {
    bytes32 private constant PLATFORM_CA = keccak256("Intel SGX PCK Platform CA");
    bytes32 private constant PROCESSOR_CA = keccak256("Intel SGX PCK Processor CA");

    uint256 private constant LEAF = 0;
    uint256 private constant INTERMEDIATE = 1;
    uint256 private constant ROOT = 2;

    /// @notice The machine's PCK key from PEM text, and until when all of the chain is valid.
    /// @param text three certificates, and possibly a NUL after them
    /// @param rootX the pinned root's key, first coordinate
    /// @param rootY the pinned root's key, second coordinate
    function verify(bytes calldata text, uint256 rootX, uint256 rootY)
        internal
        view
        returns (uint256 x, uint256 y, uint64 validUntil)
    {
        (Certificate memory leaf, Certificate memory intermediate, Certificate memory root) =
            _parse(text);
        if (root.x != rootX || root.y != rootY) revert IDcapErrors.RootMismatch(root.x, root.y);
        _checkIssued(ROOT, root, root);
        _checkIssued(INTERMEDIATE, intermediate, root);
        _checkIssued(LEAF, leaf, intermediate);
        _checkLeaf(leaf);
        validUntil = _min(leaf.notAfter, _min(intermediate.notAfter, root.notAfter));
        return (leaf.x, leaf.y, validUntil);
    }

    function _parse(bytes calldata text)
        private
        view
        returns (Certificate memory leaf, Certificate memory intermediate, Certificate memory root)
    {
        bytes memory der;
        uint256 position;
        (der, position) = Pem.decode(text, 0);
        leaf = X509.parse(der);
        (der, position) = Pem.decode(text, position);
        intermediate = X509.parse(der);
        _checkIntermediate(intermediate, X509.commonNameHash(der, intermediate.subject));
        (der, position) = Pem.decode(text, position);
        root = X509.parse(der);
        _requireEnd(text, position);
    }

    /// @dev Genuine quotes end the text with a NUL, as a C string.
    function _requireEnd(bytes calldata text, uint256 position) private pure {
        if (position + 1 == text.length && text[position] == 0) return;
        if (position != text.length) revert IDcapErrors.PemInvalid(position);
    }

    /// @dev Valid now, named after its issuer, and signed by it.
    function _checkIssued(uint256 index, Certificate memory subject, Certificate memory issuer)
        private
        view
    {
        if (block.timestamp < subject.notBefore) {
            revert IDcapErrors.CertificateNotYetValid(index, subject.notBefore, block.timestamp);
        }
        if (block.timestamp > subject.notAfter) {
            revert IDcapErrors.CertificateExpired(index, subject.notAfter, block.timestamp);
        }
        if (subject.issuerHash != issuer.subjectHash) revert IDcapErrors.IssuerMismatch(index);
        if (!P256.verify(subject.tbsDigest, subject.r, subject.s, issuer.x, issuer.y)) {
            revert IDcapErrors.CertificateSignatureInvalid(index);
        }
    }

    function _checkIntermediate(Certificate memory intermediate, bytes32 nameHash) private pure {
        if (nameHash != PLATFORM_CA && nameHash != PROCESSOR_CA) {
            revert IDcapErrors.IntermediateNameRefused(nameHash);
        }
        if (!intermediate.extensions.isAuthority || !intermediate.extensions.signsCertificates) {
            revert IDcapErrors.IntermediateNotAuthority();
        }
    }

    function _checkLeaf(Certificate memory leaf) private pure {
        if (leaf.extensions.isAuthority) revert IDcapErrors.LeafIsAuthority();
        if (!leaf.extensions.signsData) revert IDcapErrors.LeafKeyUsageRefused();
        if (!leaf.extensions.isPck) revert IDcapErrors.LeafNotPck();
    }

    function _min(uint64 a, uint64 b) private pure returns (uint64) {
        return a < b ? a : b;
    }
}
