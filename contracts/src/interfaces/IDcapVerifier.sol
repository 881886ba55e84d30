// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "./IDcapErrors.sol";

/// @notice What a good quote says.
/// @param measurement the identity of what runs: keccak256 of the 400 bytes of the TD report from
/// tdAttributes to rtmr3 (attributes, xfam, mrTd, mrConfigId, mrOwner, mrOwnerConfig, rtmr0..3)
/// @param reportDataHigh the first 32 bytes of the report data
/// @param reportDataLow the last 32 bytes of the report data
/// @param validUntil Unix seconds: the earliest end of the certificates that vouch for the quote
struct VerifiedQuote {
    bytes32 measurement;
    bytes32 reportDataHigh;
    bytes32 reportDataLow;
    uint64 validUntil;
}

/// @title Verification of Intel TDX quotes
/// @notice A quote that passes was signed by an attestation key; that key is vouched for by Intel's
/// quoting enclave for TDX on a machine whose PCK certificate leads to the pinned root; and the
/// trust domain is not in debug mode, not migratable, and runs on Intel's TDX module.
/// @dev NOT covered in this version: certificate revocation lists are not read, and TCB levels are
/// not evaluated, because both need collateral that somebody uploads. So a quote of a machine with
/// an outdated microcode, or with a revoked PCK certificate, passes here. The attestor checks both
/// off chain before it sends a quote, but that binds only an honest sender. A store of collateral
/// can be added beside the pinned root; the certificates are already verified by a library.
interface IDcapVerifier is IDcapErrors {
    /// @notice The root is not Intel's, and this is not a development chain.
    error RootNotIntel(bytes32 keyHash);

    /// @notice The quoting enclave's signer is not Intel's, and this is not a development chain.
    error QeSignerNotIntel(bytes32 mrSigner);

    /// @notice The chain has no P256VERIFY precompile at 0x100 (EIP-7951).
    error P256PrecompileMissing();

    /// @notice Verify a TDX quote of version 4 or 5 at the current block's time.
    /// @param quote exactly the quote, without the zero bytes that platforms pad it with
    /// @return verified what the quote says; a bad quote reverts with an error of IDcapErrors
    function verify(bytes calldata quote) external view returns (VerifiedQuote memory verified);

    /// @notice The pinned root's public key, first coordinate.
    function rootX() external view returns (uint256);

    /// @notice The pinned root's public key, second coordinate.
    function rootY() external view returns (uint256);

    /// @notice The pinned signer of the quoting enclave (MRSIGNER).
    function qeMrSigner() external view returns (bytes32);
}
