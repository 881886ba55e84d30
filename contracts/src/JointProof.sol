// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJointProof} from "./interfaces/IJointProof.sol";
import {IMultiProof} from "./interfaces/IMultiProof.sol";
import {ISP1Verifier} from "./interfaces/ISP1Verifier.sol";

/// @title A TEE proof and an SP1 proof of one result; see IJointProof.
contract JointProof is IJointProof {
    /// @inheritdoc IJointProof
    IMultiProof public immutable multiProof;
    /// @inheritdoc IJointProof
    ISP1Verifier public immutable gateway;

    /// @param gateway_ SP1's gateway on this chain, or zero where there is none
    constructor(IMultiProof multiProof_, ISP1Verifier gateway_) {
        if (address(multiProof_).code.length == 0) {
            revert MultiProofWithoutCode(address(multiProof_));
        }
        if (address(gateway_) != address(0) && address(gateway_).code.length == 0) {
            revert GatewayWithoutCode(address(gateway_));
        }
        multiProof = multiProof_;
        gateway = gateway_;
    }

    /// @inheritdoc IJointProof
    function verifyBoth(
        bytes32 programVKey,
        bytes calldata publicValues,
        bytes calldata signature,
        bytes calldata proofBytes
    ) external view returns (address signer) {
        if (address(gateway) == address(0)) revert GatewayMissing();
        // The cheap check first: it spares a caller with a bad TEE proof the pairing.
        signer = multiProof.verifyProgram(programVKey, publicValues, signature);
        gateway.verifyProof(programVKey, publicValues, proofBytes);
    }
}
