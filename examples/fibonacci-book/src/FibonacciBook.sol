// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

import {IMultiProof} from "attestor-contracts/interfaces/IMultiProof.sol";

/// @notice Keeps Fibonacci numbers that a program has computed, once a TEE vouches for the run.
contract FibonacciBook {
    IMultiProof public immutable multiProof;
    /// @notice Which program's results are taken: a proof of another one proves nothing here.
    bytes32 public immutable programVKey;

    mapping(uint32 n => uint32) public fibonacci;

    error PublicValuesLengthWrong(uint256 length);

    constructor(IMultiProof multiProof_, bytes32 programVKey_) {
        multiProof = multiProof_;
        programVKey = programVKey_;
    }

    /// @param publicValues what the program committed: n, fib(n) and fib(n + 1), little-endian u32 each
    /// @param signatures the proof, as the service gives it
    function record(bytes calldata publicValues, bytes calldata signatures) external {
        // Reverts unless enough signers, valid at this moment, signed just this.
        multiProof.verifyProgram(programVKey, publicValues, signatures);
        if (publicValues.length != 12) revert PublicValuesLengthWrong(publicValues.length);
        fibonacci[_uint32(publicValues, 0)] = _uint32(publicValues, 4);
    }

    function _uint32(bytes calldata data, uint256 offset) private pure returns (uint32 value) {
        for (uint256 i = 4; i > 0; --i) {
            value = (value << 8) | uint8(data[offset + i - 1]);
        }
    }
}
