// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof, Statement} from "../../src/interfaces/IMultiProof.sol";
import {MultiProofCase} from "../harness/MultiProofCase.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Which EIP-712 statements are taken.
contract MultiProofStatementTest is MultiProofCase {
    IMultiProof private multiProof;
    Statement private statement;
    bytes private signature;

    /// @dev Each test starts from a statement that is taken: the control of every refusal.
    function setUp() public {
        vm.warp(1000);
        setUpRegistry();
        multiProof = deploy(address(0), 1);
        statement = Statement(VKEY, sha256(VALUES), 0, sha256("in"), "v6.1.0", 2000);
        signature = signStatement(multiProof, KEY, statement);
        vm.assertEq(_verify()[0], vm.addr(KEY), "signer");
    }

    function test_verifyStatement__any_field_changed__refused() public {
        Statement memory original = statement;
        statement.programVKey = bytes32(uint256(8));
        _refuse(IMultiProof.Invalid_TEE_Signer.selector);
        statement = original;
        statement.stdinHash = sha256("out");
        _refuse(IMultiProof.Invalid_TEE_Signer.selector);
        statement = original;
        statement.circuitVersion = "v6.0.0";
        _refuse(IMultiProof.Invalid_TEE_Signer.selector);
        statement = original;
        statement.expiresAt = 2001;
        _refuse(IMultiProof.Invalid_TEE_Signer.selector);
        statement = original;
        _verify();
    }

    function test_verifyStatement__other_public_values__refused() public {
        statement.publicValuesHash = sha256("other");
        _refuse(IMultiProof.PublicValuesMismatch.selector);
    }

    function test_verifyStatement__exit_code_1__refused_though_signed() public {
        statement.exitCode = 1;
        signature = signStatement(multiProof, KEY, statement);
        _refuse(IMultiProof.ExitCodeRefused.selector);
    }

    function test_verifyStatement__expiry__is_the_first_second_refused() public {
        vm.warp(1999);
        _verify();
        vm.warp(2000);
        _refuse(IMultiProof.StatementExpired.selector);
    }

    function test_verifyStatement__for_another_contract__refused() public {
        signature = signStatement(deploy(address(0), 1), KEY, statement);
        _refuse(IMultiProof.Invalid_TEE_Signer.selector);
    }

    function test_verifyStatement__on_another_chain__refused() public {
        vm.chainId(5);
        _refuse(IMultiProof.Invalid_TEE_Signer.selector);
    }

    function test_verifyStatement__signer_not_valid__refused() public {
        registry.hold(vm.addr(KEY), false);
        _refuse(IMultiProof.Invalid_TEE_Signer.selector);
    }

    function test_verifyStatement__high_s_twin__refused() public {
        signature = highTwin(signature);
        _refuse(ECDSA.ECDSAInvalidSignatureS.selector);
    }

    function test_verifyStatement__upstreams_statement_signed__refused() public {
        signature = signProgram(KEY, VKEY, VALUES);
        _refuse(IMultiProof.Invalid_TEE_Signer.selector);
    }

    function _refuse(bytes4 reason) private {
        vm.expectPartialRevert(reason);
        this.verify();
    }

    function verify() external view {
        _verify();
    }

    function _verify() private view returns (address[] memory) {
        return multiProof.verifyStatement(statement, VALUES, signature);
    }
}
