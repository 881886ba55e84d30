// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "./ITEERegistry.sol";

/// @notice What signers say of a run, as an EIP-712 struct.
/// @param programVKey the program vkey, bytes32 form
/// @param publicValuesHash sha256 of what the program committed
/// @param exitCode how the program ended; only 0 is taken
/// @param stdinHash the job's `stdin_sha256`
/// @param circuitVersion SP1's circuit, as "v6.1.0"; the caller compares it
/// @param expiresAt Unix seconds from which on the statement is refused
struct Statement {
    bytes32 programVKey;
    bytes32 publicValuesHash;
    uint32 exitCode;
    bytes32 stdinHash;
    string circuitVersion;
    uint64 expiresAt;
}

/// @title Statements that are bound to a chain and a contract
/// @notice The digest is EIP-712's; the domain is name "attestor", version "1", the chain's id and
/// this contract. So a statement holds here alone, for one input, and until it expires.
/// @dev The signer process of this version does not sign this form yet: it signs upstream's, which
/// IMultiProof checks. This is the form for signers that do.
interface IStatementProof {
    /// @notice The registry's address holds no code.
    error RegistryWithoutCode(address registry);

    /// @notice At least one signer must be asked for.
    error ThresholdZero();

    /// @notice The public values are not those that the statement names.
    error PublicValuesMismatch(bytes32 expected, bytes32 actual);

    /// @notice The program did not end well.
    error ExitCodeRefused(uint32 exitCode);

    /// @notice The statement's time is over.
    error StatementExpired(uint64 expiresAt, uint256 timestamp);

    /// @notice Fewer signatures than this deployment asks for.
    error SignaturesTooFew(uint256 threshold, uint256 actual);

    /// @notice The signers are not in strictly ascending order: one signs twice, or out of order.
    error SignersNotAscending(address previous, address current);

    /// @notice A signature is by somebody whom the registry does not hold valid.
    error SignerRefused(address recovered);

    /// @notice Revert unless enough valid signers signed the statement, and it holds now.
    /// @param publicValues what the program committed, unhashed
    /// @param signatures r ‖ s ‖ v each, sorted by signer; every one must be good, also those beyond
    /// the threshold
    function verifyStatement(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes[] calldata signatures
    ) external view;

    /// @notice What is signed: the EIP-712 digest for this chain and contract.
    function digestOf(Statement calldata statement) external view returns (bytes32);

    /// @notice Which signers are valid.
    function registry() external view returns (ITEERegistry);

    /// @notice How many distinct signers a statement needs.
    function threshold() external view returns (uint256);
}
