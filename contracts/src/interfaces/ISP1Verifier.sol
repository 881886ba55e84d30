// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

/// @title What verifies SP1 proofs on chain: SP1's gateway, or one circuit's verifier
interface ISP1Verifier {
    /// @notice Revert unless the proof shows that the program committed these public values.
    /// @param programVKey the program vkey, bytes32 form
    /// @param publicValues what the program committed, unhashed
    /// @param proofBytes the circuit's selector (4 bytes), then what that circuit's verifier takes
    function verifyProof(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata proofBytes
    ) external view;
}
