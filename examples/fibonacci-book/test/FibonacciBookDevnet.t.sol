// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {FibonacciBook} from "../src/FibonacciBook.sol";
import {Vm} from "./Vm.sol";
import {IMultiProof} from "attestor-contracts/interfaces/IMultiProof.sol";

/// @notice The same contract on a fork of a devnet, with its MultiProof and a proof of its service:
///
///     forge test --fork-url <rpc_url of devnet.json> --match-contract Devnet
///
/// MULTIPROOF, PROGRAM_VKEY, PUBLIC_VALUES and SIGNATURES are set as docs/integrate.md says; without
/// them this is skipped.
contract FibonacciBookDevnetTest {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    bool public constant IS_TEST = true;

    function test_record__proof_of_the_devnets_service__kept() public {
        FibonacciBook book = _deploy();
        bytes memory publicValues = vm.envBytes("PUBLIC_VALUES");
        book.record(publicValues, vm.envBytes("SIGNATURES"));
        require(book.fibonacci(10) == 55, "fib(10)");
    }

    function test_record__one_bit_changed__refused() public {
        FibonacciBook book = _deploy();
        bytes memory publicValues = vm.envBytes("PUBLIC_VALUES");
        publicValues[4] ^= 0x01;
        bytes memory signatures = vm.envBytes("SIGNATURES");
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        book.record(publicValues, signatures);
    }

    function _deploy() private returns (FibonacciBook) {
        address multiProof = vm.envOr("MULTIPROOF", address(0));
        vm.skip(multiProof == address(0));
        return new FibonacciBook(IMultiProof(multiProof), vm.envBytes32("PROGRAM_VKEY"));
    }
}
