// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {DerWalk} from "../x509/DerWalk.sol";
import {Certificate, X509} from "../x509/X509.sol";
import {Extensions, X509Extensions} from "../x509/X509Extensions.sol";
import {SgxExtension} from "./SgxExtension.sol";

/// @notice What a PCK certificate says.
/// @param certificate what every certificate says
/// @param platform keccak256 of the PPID
/// @param components the 16 SGX TCB component SVNs, the first in the highest byte
/// @param pceSvn the SVN of the provisioning certification enclave
/// @param pceId its identity
/// @param fmspc family, model, stepping, platform type and custom SKU: 6 bytes
struct Pck {
    Certificate certificate;
    bytes32 platform;
    uint256 components;
    uint256 pceSvn;
    uint256 pceId;
    uint256 fmspc;
}

/// @notice PCK certificates in memory: they must say who signed them, that their key signs data and
/// no certificates, and which machine it is.
/// @dev Intel, "SGX PCK Certificate and Certificate Revocation List Profile Specification", 1.3.
/// Proves nothing: the signature is the caller's.
library PckCertificate {
    /// @notice The certificate whose DER is these `length` bytes.
    function parse(uint256 origin, uint256 length) internal pure returns (Pck memory pck) {
        pck.certificate = X509.parse(origin, length);
        Extensions memory extensions = pck.certificate.extensions;
        uint256 present = extensions.present;
        if (present & X509Extensions.SGX == 0) revert IDcapErrors.LeafNotPck();
        if (present & X509Extensions.AUTHORITY_KEY == 0) {
            DerWalk.malformed(pck.certificate.tbsEnd, origin);
        }
        if (extensions.isAuthority) revert IDcapErrors.LeafIsAuthority();
        if (extensions.usage & X509Extensions.DIGITAL_SIGNATURE == 0) {
            revert IDcapErrors.LeafKeyUsageRefused();
        }
        SgxExtension.read(pck, extensions.sgx, extensions.sgxEnd);
    }
}
