// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof, Statement} from "../../src/interfaces/IMultiProof.sol";
import {GatewayDouble} from "../harness/GatewayDouble.sol";
import {MultiProofCase} from "../harness/MultiProofCase.sol";

/// @notice What MultiProof asks of a gateway, without a genuine proof.
contract MultiProofGatewayTest is MultiProofCase {
    bytes private constant PROOF = hex"1234";

    GatewayDouble private gateway;
    IMultiProof private multiProof;
    Statement private statement;
    bytes private signature;
    bytes private statementSignature;

    /// @dev Each test starts from pairs that are taken: the control of every refusal.
    function setUp() public {
        setUpRegistry();
        gateway = new GatewayDouble();
        gateway.take(VKEY, VALUES, PROOF);
        multiProof = deploy(address(gateway), 1);
        signature = signProgram(KEY, VKEY, VALUES);
        statement = Statement(VKEY, sha256(VALUES), 0, sha256("in"), "v6.1.0", 2000);
        statementSignature = signStatement(multiProof, KEY, statement);
        _verifyProgram(VALUES, PROOF);
        _verifyStatement(VALUES, PROOF);
    }

    function test_andProof__proof_the_gateway_refuses__refused(bytes calldata other) public {
        vm.assume(keccak256(other) != keccak256(PROOF));
        vm.expectRevert(GatewayDouble.ProofUnknown.selector);
        _verifyProgram(VALUES, other);
        vm.expectRevert(GatewayDouble.ProofUnknown.selector);
        _verifyStatement(VALUES, other);
    }

    function test_andProof__tee_proof_of_other_values__refused(bytes calldata other) public {
        vm.assume(keccak256(other) != keccak256(VALUES));
        gateway.take(VKEY, other, PROOF);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        _verifyProgram(other, PROOF);
        vm.expectPartialRevert(IMultiProof.PublicValuesMismatch.selector);
        _verifyStatement(other, PROOF);
    }

    function test_andProof__sp1_proof_of_other_values__refused(bytes memory other) public {
        vm.assume(keccak256(other) != keccak256(VALUES));
        signature = signProgram(KEY, VKEY, other);
        vm.expectRevert(GatewayDouble.ProofUnknown.selector);
        _verifyProgram(other, PROOF);
        statement.publicValuesHash = sha256(other);
        statementSignature = signStatement(multiProof, KEY, statement);
        vm.expectRevert(GatewayDouble.ProofUnknown.selector);
        _verifyStatement(other, PROOF);
    }

    /// @dev The SP1 proof is of this program, the TEE proof of another.
    function test_andProof__tee_proof_of_another_program__refused() public {
        signature = signProgram(KEY, VKEY ^ bytes32(uint256(1)), VALUES);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        _verifyProgram(VALUES, PROOF);
    }

    function test_andProof__signer_not_valid__refused() public {
        registry.hold(vm.addr(KEY), false);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        _verifyProgram(VALUES, PROOF);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        _verifyStatement(VALUES, PROOF);
    }

    function test_andProof__without_a_gateway__refused() public {
        multiProof = deploy(address(0), 1);
        statementSignature = signStatement(multiProof, KEY, statement);
        vm.expectRevert(IMultiProof.GatewayMissing.selector);
        _verifyProgram(VALUES, PROOF);
        vm.expectRevert(IMultiProof.GatewayMissing.selector);
        _verifyStatement(VALUES, PROOF);
    }

    function _verifyProgram(bytes memory values, bytes memory sp1) private view {
        multiProof.verifyProgramAndProof(VKEY, values, signature, sp1);
    }

    function _verifyStatement(bytes memory values, bytes memory sp1) private view {
        multiProof.verifyStatementAndProof(statement, values, statementSignature, sp1);
    }
}
