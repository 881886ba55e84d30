// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Stands in for Automata's verifier, honest or hostile: takes its fee, calls back if told
/// to, gives the rest back, and answers what it was told to answer.
contract AutomataDouble {
    bool private _success;
    bytes private _output;
    bytes private _refusal;
    bool private _reverts;
    uint256 private _fee;
    bool private _refundsSender;
    bytes private _callback;
    bytes public callbackReason;
    bool public callbackSucceeded;

    function say(bool success, bytes memory output) external {
        (_success, _output, _reverts) = (success, output, false);
    }

    function refuse(bytes memory refusal) external {
        (_refusal, _reverts) = (refusal, true);
    }

    function charge(uint256 fee, bool refundsSender) external {
        (_fee, _refundsSender) = (fee, refundsSender);
    }

    function callBack(bytes memory callback) external {
        _callback = callback;
    }

    function verifyAndAttestOnChain(bytes calldata)
        external
        payable
        returns (bool success, bytes memory output)
    {
        if (_callback.length != 0) {
            (callbackSucceeded, callbackReason) = msg.sender.call(_callback);
        }
        bytes memory refusal = _refusal;
        if (_reverts) {
            assembly ("memory-safe") {
                revert(add(refusal, 32), mload(refusal))
            }
        }
        require(msg.value >= _fee, "Insufficient_Funds");
        // As Automata's: what is left goes to the origin, not to the caller.
        address to = _refundsSender ? msg.sender : tx.origin;
        if (msg.value > _fee) {
            (bool sent,) = to.call{value: msg.value - _fee}("");
            require(sent, "refund failed");
        }
        return (_success, _output);
    }
}
