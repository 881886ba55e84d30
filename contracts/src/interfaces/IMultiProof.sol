// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {ISP1Verifier} from "./ISP1Verifier.sol";
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

/// @title Results of programs: proved by SP1, and by signers that the registry vouches for
/// @notice `…AndProof` takes a result only if an SP1 proof and a TEE proof of the same program and
/// public values both hold: a forged result needs a fault in SP1's proof system and a broken TEE at
/// once. The other calls check the TEE proof alone.
///
/// A TEE proof is one signature, or more where this deployment asks for them, by distinct signers that
/// are valid at this moment. They stand one after the other, 65 bytes each (r ‖ s ‖ v, v 27 or 28, s
/// in the lower half of the order), in strictly ascending order of their signers' addresses. Every
/// one of them must be good, also those that do not count.
///
/// A `threshold` above 1 counts machines, not keys: signers on one platform count once, and one whose
/// platform the registry does not know does not count. With `distinctMeasurements`, each that counts
/// must have another measurement too. They are gone through in their order, and one that collides with an
/// earlier one is passed over: leave out what you do not need.
///
/// It covers one of two statements:
/// - `…Program…`: keccak256(sha256(vk hash bytes ‖ public values)), the statement of automata's
///   sp1-tee-prover. It names neither chain nor contract nor input, so the same proof holds on every
///   chain whose registry holds the signer, as often as it is shown, and for whatever input led to the
///   public values. A program that needs more has to commit to it.
/// - `…Statement…`: the EIP-712 digest of a `Statement`, domain name "attestor", version "1", the
///   chain's id and this contract: it holds here alone, for one input, until it expires.
/// @dev A proof is refused once its signer is no longer valid, so store what you accept.
interface IMultiProof {
    /* --- errors ---------------------------------------------------------------------------- */

    /// @notice The signature is by somebody whom the registry does not hold valid.
    // forge-lint: disable-next-line(mixed-case-function)
    error Invalid_TEE_Signer(address recovered);

    /// @notice The registry's address holds no code.
    error RegistryWithoutCode(address registry);

    /// @notice The gateway's address is not zero and holds no code.
    error GatewayWithoutCode(address gateway);

    /// @notice This deployment has no gateway: it takes no SP1 proof.
    error GatewayMissing();

    /// @notice At least one signer must be asked for.
    error ThresholdZero();

    /// @notice The signatures are not a whole number of 65 bytes.
    error SignaturesLengthWrong(uint256 length);

    /// @notice Fewer signatures than this deployment asks for.
    error SignaturesTooFew(uint256 threshold, uint256 actual);

    /// @notice The signatures come from fewer machines than this deployment asks for, or with fewer
    /// measurements.
    error MachinesTooFew(uint256 threshold, uint256 actual);

    /// @notice What is signed is no message of upstream's: those have 32 bytes.
    error MessageLengthWrong(uint256 expected, uint256 actual);

    /// @notice The signers are not in strictly ascending order: one signs twice, or out of order.
    error SignersNotAscending(address previous, address current);

    /// @notice A program vkey is a number below 2^248.
    error ProgramVKeyTooLarge(bytes32 programVKey);

    /// @notice A word of the program vkey is not an element of the KoalaBear field.
    error ProgramVKeyWordTooLarge(uint256 index, uint256 word);

    /// @notice The public values are not those that the statement names.
    error PublicValuesMismatch(bytes32 expected, bytes32 actual);

    /// @notice The program did not end well.
    error ExitCodeRefused(uint32 exitCode);

    /// @notice The statement's time is over.
    error StatementExpired(uint64 expiresAt, uint256 timestamp);

    /* --- upstream's statement -------------------------------------------------------------- */

    /// @notice Upstream's check: revert unless enough valid signers signed keccak256 of the message.
    /// @dev Says nothing of what was signed: the caller has to compute the message itself. Prefer
    /// `verifyProgram`.
    /// @param encodedMessageBytes sha256(vk hash bytes ‖ public values): 32 bytes and no others,
    /// because a signer signs other things too
    /// @param signatures as described above; 65 bytes where the threshold is 1
    function verifyTEEProof(bytes calldata encodedMessageBytes, bytes calldata signatures)
        external
        view;

    /// @notice Revert unless enough valid signers signed this program's result.
    /// @param programVKey the program vkey, bytes32 form
    /// @param publicValues what the program committed, unhashed
    /// @param signatures as described above
    /// @return signers who signed, ascending
    function verifyProgram(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signatures
    ) external view returns (address[] memory signers);

    /// @notice Revert unless `verifyProgram` holds, and an SP1 proof of the same result.
    /// @param proofBytes the SP1 proof, as the gateway takes it
    function verifyProgramAndProof(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signatures,
        bytes calldata proofBytes
    ) external view returns (address[] memory signers);

    /* --- the EIP-712 statement ------------------------------------------------------------- */

    /// @notice Revert unless enough valid signers signed the statement, and it holds now.
    /// @param publicValues what the program committed, unhashed
    /// @param signatures as described above
    /// @return signers who signed, ascending
    function verifyStatement(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes calldata signatures
    ) external view returns (address[] memory signers);

    /// @notice Revert unless `verifyStatement` holds, and an SP1 proof of the same result.
    /// @param proofBytes the SP1 proof, as the gateway takes it
    function verifyStatementAndProof(
        Statement calldata statement,
        bytes calldata publicValues,
        bytes calldata signatures,
        bytes calldata proofBytes
    ) external view returns (address[] memory signers);

    /// @notice What is signed: the EIP-712 digest for this chain and contract.
    function digestOf(Statement calldata statement) external view returns (bytes32);

    /* --- the deployment -------------------------------------------------------------------- */

    /// @notice Which registry is asked.
    function teeProverRegistry() external view returns (ITEERegistry);

    /// @notice What checks SP1 proofs; zero if the deployment has none.
    function gateway() external view returns (ISP1Verifier);

    /// @notice From how many machines a TEE proof must come.
    function threshold() external view returns (uint256);

    /// @notice Whether these must have distinct measurements as well.
    function distinctMeasurements() external view returns (bool);
}
