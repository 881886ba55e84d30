// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Stands in for the registry: holds exactly the signers valid that it was told of.
contract RegistryDouble {
    mapping(address signer => bool) public verifyAttestedProver;

    function hold(address signer, bool isValid) external {
        verifyAttestedProver[signer] = isValid;
    }
}
