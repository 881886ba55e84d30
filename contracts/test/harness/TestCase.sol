// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";
import {Vm} from "./Vm.sol";

/// @notice Base of all contract tests: the cheatcodes and what they lack.
abstract contract TestCase {
    /// @dev The address at which forge answers cheatcodes.
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant P256_ORDER =
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 internal constant SECP256K1_ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @notice forge tells tests from other contracts by it.
    bool public constant IS_TEST = true;

    /// @notice The verifier from its artifact, which spares each test from compiling it in.
    function deployVerifier(address store) internal returns (IDcapVerifier) {
        return IDcapVerifier(vm.deployCode("DcapVerifier.sol:DcapVerifier", abi.encode(store)));
    }

    /// @notice A number from `lowest` to `highest`, both included, from any fuzzed one.
    function bound(uint256 value, uint256 lowest, uint256 highest) internal pure returns (uint256) {
        uint256 size = highest - lowest + 1;
        return size == 0 ? value : lowest + value % size;
    }

    /// @notice Which error a revert is.
    function selectorOf(bytes memory reason) internal pure returns (bytes4) {
        if (reason.length < 4) return 0;
        // The first four bytes are the selector.
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes4(reason);
    }

    /// @notice Flip the lowest bit of one byte, in place.
    function flip(bytes memory data, uint256 offset) internal pure {
        data[offset] = data[offset] ^ 0x01;
    }

    /// @notice Write bytes over others, in place.
    function overwrite(bytes memory data, uint256 offset, bytes memory with) internal pure {
        for (uint256 i = 0; i < with.length; ++i) {
            data[offset + i] = with[i];
        }
    }

    /// @notice A copy of some of the bytes.
    function slice(bytes memory data, uint256 start, uint256 end)
        internal
        pure
        returns (bytes memory part)
    {
        part = new bytes(end - start);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = data[start + i];
        }
    }
}
