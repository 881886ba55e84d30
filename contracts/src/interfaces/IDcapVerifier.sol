// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {ICollateralStore} from "./ICollateralStore.sol";
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
/// @param status how up to date the platform is; never Revoked or Unrecognized, which are refused
/// @param validUntil Unix seconds: the earliest end of anything that vouches for the quote
/// @param fmspc the platform's family, model, stepping, platform type and custom SKU
/// @param platform keccak256 of the PPID of the PCK certificate
/// @param evidence see Evidence
struct Verdict {
    TcbStatus status;
    uint64 validUntil;
    bytes6 fmspc;
    bytes32 platform;
    bytes32 evidence;
}

/// @notice What a quote says of the platform that made it, before anything of it is verified.
/// @param evidence what the verdict on an attestation key rests on beside Intel's collateral:
/// keccak256(keccak256(QE report) ‖ keccak256(signed part of the PCK certificate)). The same for every
/// encoding of a quote, raw or compact, and whichever of two signatures that hold it carries
/// @param platform as in Verdict
/// @param fmspc as in Verdict
struct Evidence {
    bytes32 evidence;
    bytes32 platform;
    bytes6 fmspc;
}

/// @title Verification of Intel DCAP quotes, whole and on chain
/// @notice A quote that passes was signed by an attestation key; Intel's quoting enclave vouches for
/// that key, on a machine whose PCK certificate is signed by one of the store's PCK CAs and not
/// revoked; no debugger and no host can look into what the quote is of; and the verdict says how
/// far the machine is patched, by the TCB info and QE identity of the store. Which statuses and
/// which measurements are good enough is the caller's policy.
/// @dev Known kinds: version 3 SGX, version 4 SGX and TDX, version 5 SGX, TD 1.0 and TD 1.5. Every
/// call judges at the block's time; nothing is remembered. A signature has a twin with s and order
/// - s, and both are taken, because genuine quotes have either: so a quote's bytes, like PEM text,
/// are not its identity, and no key against replay may come from their hash.
interface IDcapVerifier is IDcapErrors {
    /// @notice The chain has no P256VERIFY precompile at 0x100 (EIP-7951).
    error P256PrecompileMissing();

    /// @notice The refund of the value sent to `verifyAndAttestOnChain` failed.
    error RefundFailed(address recipient, uint256 value);

    /// @notice Verification ended without a reason: it ran out of gas.
    error VerificationOutOfGas();

    /// @notice Verify a quote in compact form: signed region ‖ signature (64) ‖ attestation key (64)
    /// ‖ QE report (384) ‖ QE report signature (64) ‖ QE authentication data (32) ‖ PCK certificate
    /// as DER (the rest). The signed region is the quote's own: header, in version 5 the body's
    /// descriptor, and body.
    /// @return verdict on the platform; a bad quote reverts with an error of IDcapErrors, also one
    /// of a revoked TCB
    function verify(bytes calldata compactQuote) external view returns (Verdict memory verdict);

    /// @notice Verify a quote as a platform makes it, without the zero bytes that some pad it with.
    /// Of its PEM chain the first certificate is read, the machine's, and must be strictly encoded.
    /// What follows is ignored: the CAs are those of the store.
    function verifyRaw(bytes calldata quote) external view returns (Verdict memory verdict);

    /// @notice What a quote says of its platform, unverified: to compare it with what a verdict said.
    /// @param isRaw whether it is as a platform makes it (`verifyRaw`), or compact (`verify`)
    function describe(bytes calldata quote, bool isRaw) external view returns (Evidence memory);

    /// @notice Automata's entry, for contracts that were made for it: `verifyRaw`, for nothing.
    /// @dev All value goes back to tx.origin, as it does there: callers need not be able to
    /// receive. Reverts only when it fails itself, never for a bad quote.
    /// @return success whether the quote is good
    /// @return output for a good quote: version u16 ‖ body type u16 ‖ status u8 ‖ FMSPC (6) ‖ body,
    /// Automata's layout of version 1.1, without advisory IDs; otherwise the error of IDcapErrors
    function verifyAndAttestOnChain(bytes calldata quote)
        external
        payable
        returns (bool success, bytes memory output);

    /// @notice Where the collateral comes from.
    function store() external view returns (ICollateralStore);
}
