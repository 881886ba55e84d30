// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Verdict} from "../../src/interfaces/IDcapVerifier.sol";

/// @notice Stands in for our verifier: says of every quote what it was told to say.
contract VerifierDouble {
    Verdict private _verdict;
    bytes private _refusal;
    bool private _burns;

    function say(Verdict memory verdict) external {
        _verdict = verdict;
        delete _refusal;
    }

    function refuse(bytes memory refusal) external {
        _refusal = refusal;
    }

    /// @notice Use up all gas before the answer, whatever it is.
    function burn() external {
        _burns = true;
    }

    function verify(bytes calldata) external view returns (Verdict memory) {
        return _answer();
    }

    function verifyRaw(bytes calldata) external view returns (Verdict memory) {
        return _answer();
    }

    function _answer() private view returns (Verdict memory) {
        while (_burns) {}
        bytes memory refusal = _refusal;
        if (refusal.length != 0) {
            assembly ("memory-safe") {
                revert(add(refusal, 32), mload(refusal))
            }
        }
        return _verdict;
    }
}
