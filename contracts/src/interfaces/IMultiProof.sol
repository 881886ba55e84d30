// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "./ITEERegistry.sol";

/// @title Proofs by signers that the registry vouches for
/// @notice A proof is a signature over
/// keccak256(sha256(vk hash bytes ‖ public values)), the statement of automata's sp1-tee-prover.
/// @dev What a caller gets: a signer that is valid at this moment says that the program, run to
/// exit code 0, committed these public values. What a caller does not get: the statement names
/// neither chain nor contract nor request, so the same proof holds on every chain whose registry
/// holds the signer, as often as it is shown, and for whatever input led to the public values. A
/// program that needs more has to commit to it: the chain, a nonce, its input. And it ends: a proof
/// is refused once its signer is no longer valid, so store what you accept.
interface IMultiProof {
    /// @notice The signature is by somebody whom the registry does not hold valid.
    // forge-lint: disable-next-line(mixed-case-function)
    error Invalid_TEE_Signer(address recovered);

    /// @notice The registry's address holds no code.
    error RegistryWithoutCode(address registry);

    /// @notice A program vkey is a number below 2^248.
    error ProgramVKeyTooLarge(bytes32 programVKey);

    /// @notice A word of the program vkey is not an element of the KoalaBear field.
    error ProgramVKeyWordTooLarge(uint256 index, uint256 word);

    /// @notice Upstream's check: revert unless a valid signer signed keccak256(encodedMessageBytes).
    /// @dev Says nothing of what was signed: the caller has to compute the message itself. Prefer
    /// `verifyProgram`.
    /// @param encodedMessageBytes sha256(vk hash bytes ‖ public values), 32 bytes, for a proof
    /// @param signature r ‖ s ‖ v, 65 bytes, v 27 or 28, s in the lower half of the order
    function verifyTEEProof(bytes calldata encodedMessageBytes, bytes calldata signature)
        external
        view;

    /// @notice Revert unless a valid signer signed this program's result.
    /// @param programVKey the program's key in the bytes32 form of SP1's verifier contracts
    /// @param publicValues what the program committed
    /// @param signature r ‖ s ‖ v, 65 bytes, v 27 or 28, s in the lower half of the order
    /// @return signer who signed
    function verifyProgram(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signature
    ) external view returns (address signer);

    /// @notice Which registry is asked.
    function teeProverRegistry() external view returns (ITEERegistry);
}
