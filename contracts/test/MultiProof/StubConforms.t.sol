// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof, Statement} from "../../src/interfaces/IMultiProof.sol";
import {MultiProofStub} from "../../src/testing/MultiProofStub.sol";
import {MultiProofCase} from "../harness/MultiProofCase.sol";

/// @notice The stub and MultiProof are asked the same: where MultiProof answers or refuses before any
/// signature, the stub does so with the same bytes; where nobody signed, both refuse.
contract MultiProofStubConformsTest is MultiProofCase {
    uint256 private constant OTHER_KEY = 0x0714;
    /// @dev Of a key's words of 31 bits the lowest 24: always elements of SP1's field.
    bytes32 private constant EIGHT_ELEMENTS =
        0x0001fffffe03fffffc07fffff80ffffff01fffffe03fffffc07fffff80ffffff;
    bytes private constant MARK = "STUB";

    IMultiProof private multiProof;
    MultiProofStub private stub;

    function setUp() public {
        vm.warp(1000);
        vm.chainId(31_337);
        setUpRegistry();
        registry.hold(vm.addr(OTHER_KEY), true);
        multiProof = deploy(address(0), 1);
        stub = new MultiProofStub();
        stub.STUB_accept(VKEY, VALUES, vm.addr(KEY));
    }

    function testFuzz_verifyStatement__any_statement__same_answer_or_refusal(
        uint32 exitCode,
        uint64 expiresAt,
        uint8 faults
    ) public view {
        Statement memory said;
        said.programVKey = faults & 1 == 0 ? VKEY : bytes32(uint256(8));
        said.publicValuesHash = faults & 2 == 0 ? sha256(VALUES) : sha256("other");
        said.exitCode = faults & 4 == 0 ? 0 : exitCode;
        said.expiresAt = faults & 8 == 0 ? 2000 : expiresAt;
        // What nobody signed, MultiProof knows by a key that its registry does not hold.
        uint256 key = faults & 1 == 0 ? KEY : 0xbad;
        bytes memory signature = signStatement(multiProof, key, said);
        _same(
            abi.encodeCall(IMultiProof.verifyStatement, (said, VALUES, signature)),
            abi.encodeCall(IMultiProof.verifyStatement, (said, VALUES, MARK))
        );
    }

    function testFuzz_verifyTEEProof__any_length__same_refusal(bytes calldata message) public view {
        vm.assume(message.length != 32);
        _same(
            abi.encodeCall(IMultiProof.verifyTEEProof, (message, "")),
            abi.encodeCall(IMultiProof.verifyTEEProof, (message, ""))
        );
    }

    function testFuzz_verifyProgram__any_result__same_answer_or_refusal(
        bytes32 vkey,
        bytes calldata values,
        bool held
    ) public {
        vm.assume(keccak256(values) != keccak256(VALUES));
        // Of what is no key, the next test.
        vkey &= EIGHT_ELEMENTS;
        if (held) stub.STUB_accept(vkey, values, vm.addr(KEY));
        bytes memory signature = signProgram(held ? KEY : 0xbad, vkey, values);
        _same(
            abi.encodeCall(IMultiProof.verifyProgram, (vkey, values, signature)),
            abi.encodeCall(IMultiProof.verifyProgram, (vkey, values, MARK))
        );
    }

    function testFuzz_verifyProgram__more_than_a_key_holds__same_refusal(uint8 high) public view {
        bytes32 vkey = bytes32((uint256(high) << 248) | (1 << 255));
        _same(
            abi.encodeCall(IMultiProof.verifyProgram, (vkey, VALUES, new bytes(65))),
            abi.encodeCall(IMultiProof.verifyProgram, (vkey, VALUES, MARK))
        );
    }

    function test_verifyProgram__two_signers__each_once_in_multiproofs_order() public {
        (uint256 low, uint256 high) =
            vm.addr(KEY) < vm.addr(OTHER_KEY) ? (KEY, OTHER_KEY) : (OTHER_KEY, KEY);
        bytes memory signatures =
            bytes.concat(signProgram(low, VKEY, VALUES), signProgram(high, VKEY, VALUES));
        stub.STUB_refuse(VKEY, VALUES);
        stub.STUB_accept(VKEY, VALUES, vm.addr(high));
        stub.STUB_accept(VKEY, VALUES, vm.addr(low));
        stub.STUB_accept(VKEY, VALUES, vm.addr(high));
        _same(
            abi.encodeCall(IMultiProof.verifyProgram, (VKEY, VALUES, signatures)),
            abi.encodeCall(IMultiProof.verifyProgram, (VKEY, VALUES, MARK))
        );
    }

    function test_accept__address_of_nobody__refused() public {
        vm.expectRevert(MultiProofStub.STUB_SignerIsZero.selector);
        stub.STUB_accept(VKEY, VALUES, address(0));
    }

    /// @dev A selector is of the interface by the compiler; that the deployed one has it, by asking.
    function test_settings__of_the_stub__are_those_of_one_signer_without_gateway() public view {
        vm.assertEq(stub.threshold(), multiProof.threshold(), "threshold");
        vm.assertEq(address(stub.gateway()), address(multiProof.gateway()), "gateway");
        vm.assertFalse(stub.distinctMeasurements(), "machines");
    }

    function _same(bytes memory real, bytes memory stubbed) private view {
        (bool holds, bytes memory answer) = address(multiProof).staticcall(real);
        (bool held, bytes memory told) = address(stub).staticcall(stubbed);
        vm.assertTrue(held == holds, "whether it holds");
        // The selector is what comes first in a revert.
        // forge-lint: disable-start(unsafe-typecast)
        if (!holds && bytes4(answer) == IMultiProof.Invalid_TEE_Signer.selector) {
            vm.assertTrue(bytes4(told) == MultiProofStub.STUB_NotAccepted.selector, "of nobody");
        } else {
            vm.assertEq(told, answer, "answer");
        }
        // forge-lint: disable-end(unsafe-typecast)
    }
}
