// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {ISP1Verifier} from "./ISP1Verifier.sol";

/// @title The verifier of one SP1 v6 Groth16 circuit
/// @notice proofBytes is selector (4) ‖ exit code (32) ‖ vk root (32) ‖ nonce (32) ‖ A (64) ‖ B (128)
/// ‖ C (64), 356 bytes; B in the order of EIP-197. The circuit's public inputs are program vkey,
/// sha256(public values) without its three highest bits, exit code, vk root and nonce.
/// @dev For development chains, where SP1's gateway is not; the constructor refuses all others.
interface ISP1Groth16Verifier is ISP1Verifier {
    /// @notice It can be deployed on development chains alone; others have SP1's own gateway.
    error DevelopmentChainsOnly(uint256 chainId);

    /// @notice The proof has another length than this circuit's.
    error ProofLengthWrong(uint256 expected, uint256 actual);

    /// @notice The proof is for another circuit.
    error SelectorWrong(bytes4 expected, bytes4 actual);

    /// @notice The program did not end well.
    error ExitCodeRefused(uint256 exitCode);

    /// @notice The proof was made under another set of recursion keys.
    error VkRootWrong(bytes32 expected, bytes32 actual);

    /// @notice A public input is not below the order of BN254; 0 is the program vkey, 4 the nonce.
    error PublicInputTooLarge(uint256 index, uint256 value);

    /// @notice A word of the proof is not below BN254's field modulus.
    error CoordinateTooLarge(uint256 index, uint256 value);

    /// @notice A point of the proof is off its curve, or outside of its group.
    error PointInvalid();

    /// @notice All parts are well-formed, and the pairing equation does not hold.
    error ProofInvalid();

    /// @notice The verifier hash; its first four bytes are the selector.
    function verifierHash() external view returns (bytes32);

    /// @notice The root of the recursion keys that proofs must name.
    function vkRoot() external view returns (bytes32);

    /// @notice The key: alpha (2 words), beta, gamma and delta negated (4 each, order of EIP-197),
    /// and the six points of the public inputs (12).
    function verifyingKey() external view returns (uint256[26] memory);
}
