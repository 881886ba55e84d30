// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof, Statement} from "../../src/interfaces/IMultiProof.sol";
import {ISP1Groth16Verifier} from "../../src/interfaces/ISP1Groth16Verifier.sol";
import {GenuineProof} from "../harness/GenuineProof.sol";
import {MultiProofCase} from "../harness/MultiProofCase.sol";

/// @notice SP1's published proof beside TEE proofs: both must hold, for one result.
contract MultiProofGenuineProofTest is GenuineProof, MultiProofCase {
    address private gateway;
    IMultiProof private multiProof;
    bytes private signature;

    /// @dev Each test starts from a pair that is taken: the control of every refusal.
    function setUp() public {
        gateway = address(loadGenuine());
        setUpRegistry();
        multiProof = deploy(gateway, 1);
        signature = signProgram(KEY, vkey, publicValues);
        vm.assertEq(_verify(publicValues, signature, proof)[0], vm.addr(KEY), "signer");
    }

    /// @dev What the TEE proof adds to the gateway's cost, a cold registry double included.
    function test_verifyProgramAndProof__both_hold__tee_leg_under_25000() public {
        vm.cool(address(registry));
        vm.cool(gateway);
        _verify(publicValues, signature, proof);
        uint256 both = vm.lastCallGas().gasTotalUsed;
        vm.cool(gateway);
        ISP1Groth16Verifier(gateway).verifyProof(vkey, publicValues, proof);
        vm.assertLt(both - vm.lastCallGas().gasTotalUsed, 25_000, "gas");
    }

    function test_verifyStatementAndProof__both_hold__taken() public view {
        Statement memory statement = Statement({
            programVKey: vkey,
            publicValuesHash: sha256(publicValues),
            exitCode: 0,
            stdinHash: sha256("in"),
            circuitVersion: "v6.0.0",
            expiresAt: uint64(block.timestamp + 1)
        });
        bytes memory signed = signStatement(multiProof, KEY, statement);
        address[] memory signers =
            multiProof.verifyStatementAndProof(statement, publicValues, signed, proof);
        vm.assertEq(signers[0], vm.addr(KEY), "signer");
    }

    function test_verifyProgramAndProof__sp1_proof_changed__refused() public {
        bytes memory bent = proof;
        flip(bent, 99);
        vm.expectRevert(ISP1Groth16Verifier.ProofInvalid.selector);
        _verify(publicValues, signature, bent);
    }

    /// @dev The TEE proof holds for the other public values, the SP1 proof does not; and back.
    function test_verifyProgramAndProof__proofs_of_different_values__refused() public {
        bytes memory other = bytes.concat(publicValues, hex"00");
        bytes memory signed = signProgram(KEY, vkey, other);
        multiProof.verifyProgram(vkey, other, signed);
        vm.expectRevert(ISP1Groth16Verifier.ProofInvalid.selector);
        _verify(other, signed, proof);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        _verify(publicValues, signed, proof);
    }

    function _verify(bytes memory values, bytes memory signed, bytes memory sp1)
        private
        view
        returns (address[] memory)
    {
        return multiProof.verifyProgramAndProof(vkey, values, signed, sp1);
    }
}
