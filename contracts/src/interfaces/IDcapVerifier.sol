// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "./IDcapErrors.sol";

/// @notice How up to date a platform is, by Intel's TCB info; the numbers are Automata's.
enum TcbStatus {
    UpToDate,
    SWHardeningNeeded,
    ConfigurationAndSWHardeningNeeded,
    ConfigurationNeeded,
    OutOfDate,
    OutOfDateConfigurationNeeded,
    Revoked,
    Unrecognized,
    TDRelaunchAdvised,
    TDRelaunchAdvisedConfigurationNeeded
}

/// @notice What a good quote says of the platform that made it.
/// @param status how up to date the platform is; never Revoked, which is refused
/// @param validUntil Unix seconds: the earliest end of anything that vouches for the quote
/// @param fmspc the platform's family, model, stepping, platform type and custom SKU
/// @param platform keccak256 of the PPID of the PCK certificate
struct Verdict {
    TcbStatus status;
    uint64 validUntil;
    bytes6 fmspc;
    bytes32 platform;
}

/// @title Verification of Intel DCAP quotes
interface IDcapVerifier is IDcapErrors {
    /// @notice Verify a quote in compact form: signed region ‖ signature (64) ‖ attestation key (64)
    /// ‖ QE report (384) ‖ QE report signature (64) ‖ QE authentication data (32) ‖ PCK certificate
    /// as DER. A bad quote reverts with an error of IDcapErrors, also one of a revoked TCB.
    function verify(bytes calldata compactQuote) external view returns (Verdict memory);

    /// @notice Verify a quote as a platform delivers it, with its PEM chain.
    function verifyRaw(bytes calldata quote) external view returns (Verdict memory);

    /// @notice Automata's entry, with the output layout of its version 1.1; refunds all value.
    function verifyAndAttestOnChain(bytes calldata quote)
        external
        payable
        returns (bool success, bytes memory output);
}
