// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof} from "./IMultiProof.sol";
import {ISP1Verifier} from "./ISP1Verifier.sol";

/// @title One result, proved twice
/// @notice Public values are taken only if an SP1 proof and a TEE proof of the same program both
/// hold. A forged result needs a fault in SP1's proof system and a broken TEE at once.
/// @dev What either proof leaves open stays open: none names chain, caller or request.
interface IJointProof {
    /// @notice This deployment has no gateway: it takes no joint proof.
    error GatewayMissing();

    /// @notice The gateway's address is not zero and holds no code.
    error GatewayWithoutCode(address gateway);

    /// @notice The MultiProof's address holds no code.
    error MultiProofWithoutCode(address multiProof);

    /// @notice Revert unless both proofs hold for this program and these public values.
    /// @param programVKey the program vkey, bytes32 form
    /// @param publicValues what the program committed, unhashed
    /// @param signature the TEE proof, as `IMultiProof.verifyProgram` takes it
    /// @param proofBytes the SP1 proof, as the gateway takes it
    /// @return signer who signed the TEE proof
    function verifyBoth(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signature,
        bytes calldata proofBytes
    ) external view returns (address signer);

    /// @notice What checks TEE proofs.
    function multiProof() external view returns (IMultiProof);

    /// @notice What checks SP1 proofs; zero if the deployment has none.
    function gateway() external view returns (ISP1Verifier);
}
