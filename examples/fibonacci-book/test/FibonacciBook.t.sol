// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {FibonacciBook} from "../src/FibonacciBook.sol";
import {Vm} from "./Vm.sol";
import {MultiProofStub} from "attestor-contracts/testing/MultiProofStub.sol";

/// @notice The contract's own logic, without any daemon: the stub says which results hold.
contract FibonacciBookTest {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    bool public constant IS_TEST = true;
    bytes32 private constant VKEY = bytes32(uint256(0x1234));
    bytes private constant RESULT = hex"0a0000003700000059000000"; // fib(10) = 55, fib(11) = 89

    MultiProofStub private stub;
    FibonacciBook private book;

    function setUp() public {
        stub = new MultiProofStub();
        book = new FibonacciBook(stub, VKEY);
    }

    function test_record__result_that_holds__kept() public {
        stub.STUB_accept(VKEY, RESULT, address(0xa11ce));
        book.record(RESULT, "STUB");
        require(book.fibonacci(10) == 55, "fib(10)");
    }

    function test_record__result_of_nobody__refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(MultiProofStub.STUB_NotAccepted.selector, VKEY, sha256(RESULT))
        );
        book.record(RESULT, "STUB");
    }

    function test_record__result_of_another_program__refused() public {
        stub.STUB_accept(bytes32(uint256(0x5678)), RESULT, address(0xa11ce));
        vm.expectPartialRevert(MultiProofStub.STUB_NotAccepted.selector);
        book.record(RESULT, "STUB");
    }

    function test_record__signer_revoked_since__refused() public {
        stub.STUB_accept(VKEY, RESULT, address(0xa11ce));
        book.record(RESULT, "STUB");
        stub.STUB_refuse(VKEY, RESULT);
        vm.expectPartialRevert(MultiProofStub.STUB_NotAccepted.selector);
        book.record(RESULT, "STUB");
    }

    function test_record__result_of_another_length__refused() public {
        stub.STUB_accept(VKEY, hex"0a", address(0xa11ce));
        vm.expectRevert(abi.encodeWithSelector(FibonacciBook.PublicValuesLengthWrong.selector, 1));
        book.record(hex"0a", "STUB");
    }

    /// @dev What looks like a proof is none to a stub, and no stub exists elsewhere.
    function test_stub__anything_but_its_mark_or_on_a_public_chain__refused() public {
        stub.STUB_accept(VKEY, RESULT, address(0xa11ce));
        bytes memory signature = new bytes(65);
        vm.expectRevert(
            abi.encodeWithSelector(MultiProofStub.STUB_BytesExpected.selector, signature)
        );
        book.record(RESULT, signature);
        vm.chainId(1);
        vm.expectRevert(
            abi.encodeWithSelector(MultiProofStub.STUB_OnDevelopmentChainsOnly.selector, 1)
        );
        new MultiProofStub();
    }
}
