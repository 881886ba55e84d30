// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "../../src/interfaces/IDcapVerifier.sol";

/// @notice Stands in for our verifier: says of every quote what it was told to say.
contract VerifierDouble {
    Verdict private _verdict;
    bytes private _refusal;
    uint256 private _gas;

    function say(Verdict memory verdict) external {
        _verdict = verdict;
        delete _refusal;
    }

    function refuse(bytes memory refusal) external {
        _refusal = refusal;
    }

    /// @notice Use up so much gas before the answer, as a verifier would; at most all there is.
    function spend(uint256 gas_) external {
        _gas = gas_;
    }

    function verify(bytes calldata) external view returns (Verdict memory) {
        return _answer();
    }

    function verifyRaw(bytes calldata) external view returns (Verdict memory) {
        return _answer();
    }

    function _answer() private view returns (Verdict memory) {
        uint256 start = gasleft();
        uint256 spent = _gas;
        bytes memory refusal = _refusal;
        Verdict memory verdict = _verdict;
        while (start - gasleft() < spent) {}
        if (refusal.length != 0) {
            assembly ("memory-safe") {
                revert(add(refusal, 32), mload(refusal))
            }
        }
        return verdict;
    }
}
