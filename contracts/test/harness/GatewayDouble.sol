// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Stands in for SP1's gateway: takes exactly the proofs that it was told of.
contract GatewayDouble {
    error ProofUnknown();

    mapping(bytes32 proof => bool) private _known;

    function take(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes)
        external
    {
        _known[keccak256(abi.encode(programVKey, publicValues, proofBytes))] = true;
    }

    function verifyProof(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata proofBytes
    ) external view {
        if (!_known[keccak256(abi.encode(programVKey, publicValues, proofBytes))]) {
            revert ProofUnknown();
        }
    }
}
