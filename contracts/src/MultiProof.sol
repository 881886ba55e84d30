// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof} from "./interfaces/IMultiProof.sol";
import {ITEERegistry} from "./interfaces/ITEERegistry.sol";
import {ProgramVKey} from "./libraries/ProgramVKey.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Proofs by signers that the registry vouches for; see IMultiProof.
contract MultiProof is IMultiProof {
    /// @inheritdoc IMultiProof
    ITEERegistry public immutable teeProverRegistry;

    constructor(ITEERegistry registry) {
        if (address(registry).code.length == 0) revert RegistryWithoutCode(address(registry));
        teeProverRegistry = registry;
    }

    /// @inheritdoc IMultiProof
    function verifyTEEProof(bytes calldata encodedMessageBytes, bytes calldata signature)
        external
        view
    {
        _requireValidSigner(keccak256(encodedMessageBytes), signature);
    }

    /// @inheritdoc IMultiProof
    function verifyProgram(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signature
    ) external view returns (address signer) {
        bytes32 vkHashBytes = ProgramVKey.toHashBytes(programVKey);
        bytes32 message = sha256(bytes.concat(vkHashBytes, publicValues));
        return _requireValidSigner(keccak256(bytes.concat(message)), signature);
    }

    /// @dev ECDSA refuses signatures that are not 65 bytes, have s in the upper half, or recover
    /// to no key, so a statement has one signature by one key.
    function _requireValidSigner(bytes32 digest, bytes calldata signature)
        private
        view
        returns (address signer)
    {
        signer = ECDSA.recoverCalldata(digest, signature);
        if (!teeProverRegistry.verifyAttestedProver(signer)) revert Invalid_TEE_Signer(signer);
    }
}
