// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof, Statement} from "../../src/interfaces/IMultiProof.sol";
import {MultiProofStub} from "../../src/testing/MultiProofStub.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice The stub for other projects' unit tests takes what a test has said, and says STUB
/// wherever a real proof would be looked at.
contract MultiProofStubTest is TestCase {
    bytes32 private constant VKEY = bytes32(uint256(0x1234));
    bytes private constant RESULT = hex"0a000000";
    bytes private constant MARK = "STUB";
    address private constant SIGNER = address(0xa11ce);

    MultiProofStub private stub;

    function setUp() public {
        vm.chainId(31_337);
        stub = new MultiProofStub();
        stub.STUB_accept(VKEY, RESULT, SIGNER);
    }

    function test_constructor__public_chain__refused() public {
        vm.chainId(1337);
        new MultiProofStub();
        vm.chainId(1);
        vm.expectRevert(
            abi.encodeWithSelector(MultiProofStub.STUB_OnDevelopmentChainsOnly.selector, 1)
        );
        new MultiProofStub();
    }

    function test_verify__accepted_result__its_signers_by_every_call() public view {
        vm.assertEq(stub.verifyProgram(VKEY, RESULT, MARK)[0], SIGNER, "program");
        vm.assertEq(stub.verifyProgramAndProof(VKEY, RESULT, MARK, MARK)[0], SIGNER, "and proof");
        Statement memory said = _statement();
        vm.assertEq(stub.verifyStatement(said, RESULT, MARK)[0], SIGNER, "statement");
        vm.assertEq(stub.verifyStatementAndProof(said, RESULT, MARK, MARK)[0], SIGNER, "with proof");
        stub.verifyTEEProof(bytes.concat(_message()), MARK);
    }

    function test_verify__anything_but_the_mark__refused_by_every_call() public {
        Statement memory said = _statement();
        bytes memory reason =
            abi.encodeWithSelector(MultiProofStub.STUB_BytesExpected.selector, bytes(""));
        vm.expectRevert(reason);
        stub.verifyProgram(VKEY, RESULT, "");
        vm.expectRevert(reason);
        stub.verifyProgramAndProof(VKEY, RESULT, MARK, "");
        vm.expectRevert(reason);
        stub.verifyStatement(said, RESULT, "");
        vm.expectRevert(reason);
        stub.verifyStatementAndProof(said, RESULT, MARK, "");
        bytes memory message = bytes.concat(_message());
        vm.expectRevert(reason);
        stub.verifyTEEProof(message, "");
    }

    function test_verify__refused_or_unknown_result__refused() public {
        stub.STUB_refuse(VKEY, RESULT);
        vm.expectRevert(
            abi.encodeWithSelector(MultiProofStub.STUB_NotAccepted.selector, VKEY, sha256(RESULT))
        );
        stub.verifyProgram(VKEY, RESULT, MARK);
        bytes32 message = _message();
        vm.expectRevert(
            abi.encodeWithSelector(MultiProofStub.STUB_MessageNotAccepted.selector, message)
        );
        stub.verifyTEEProof(bytes.concat(message), MARK);
    }

    /// @dev What MultiProof checks before any signature.
    function test_verify__form_of_message_and_statement__refused_as_by_multiproof() public {
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.MessageLengthWrong.selector, 32, 31));
        stub.verifyTEEProof(new bytes(31), MARK);
        Statement memory said = _statement();
        said.exitCode = 1;
        vm.expectRevert(abi.encodeWithSelector(IMultiProof.ExitCodeRefused.selector, 1));
        stub.verifyStatement(said, RESULT, MARK);
        said = _statement();
        vm.warp(said.expiresAt);
        vm.expectPartialRevert(IMultiProof.StatementExpired.selector);
        stub.verifyStatement(said, RESULT, MARK);
        vm.warp(said.expiresAt - 1);
        said.publicValuesHash = "another";
        vm.expectPartialRevert(IMultiProof.PublicValuesMismatch.selector);
        stub.verifyStatement(said, RESULT, MARK);
    }

    function _statement() private view returns (Statement memory said) {
        said.programVKey = VKEY;
        said.publicValuesHash = sha256(RESULT);
        said.expiresAt = uint64(block.timestamp + 3600);
    }

    function _message() private pure returns (bytes32) {
        return sha256(bytes.concat(_vkHashBytes(), RESULT));
    }

    /// @dev Of a key this small: its low word, as SP1's hash of eight elements of 31 bits has it.
    function _vkHashBytes() private pure returns (bytes memory) {
        return abi.encode(uint256(VKEY));
    }
}
