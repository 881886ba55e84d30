// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Stands in for the registry: holds exactly the signers valid that it was told of.
contract RegistryDouble {
    struct Attestation {
        bool isValid;
        bytes32 platform;
        bytes32 measurement;
    }

    mapping(address signer => Attestation) public attestationOf;

    /// @notice On a machine of its own, with a measurement of its own.
    function hold(address signer, bool isValid) external {
        bytes32 own = keccak256(abi.encode(signer));
        attestationOf[signer] = Attestation(isValid, own, own);
    }

    function holdOn(address signer, bytes32 platform, bytes32 measurement) external {
        attestationOf[signer] = Attestation(true, platform, measurement);
    }

    function verifyAttestedProver(address signer) external view returns (bool) {
        return attestationOf[signer].isValid;
    }
}
