// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAutomataLayoutV10} from "./interfaces/IAutomataLayoutV10.sol";
import {IAutomataVerifier} from "./interfaces/IAutomataVerifier.sol";
import {IDcapVerifier} from "./interfaces/IDcapVerifier.sol";

/// @title Our verifier, with the output of Automata's version 1.0; see IAutomataLayoutV10.
contract AutomataLayoutV10 is IAutomataLayoutV10 {
    // Both headers begin with the quote's version (2), and end with status (1) and FMSPC (6):
    //   1.0: version ‖ TEE type (4), as it stands in the quote ‖ status ‖ FMSPC ‖ body
    //   1.1: version ‖ body type (2) ‖ status ‖ FMSPC ‖ body
    uint256 private constant BODY_TYPE_END = 4;
    // slither-disable-start unused-state
    uint256 private constant TEE_TYPE = 4;
    uint256 private constant TEE_TYPE_END = 8;
    // slither-disable-end unused-state

    /// @inheritdoc IAutomataLayoutV10
    IDcapVerifier public immutable verifier;

    /// @param verifier_ a DcapVerifier
    constructor(IDcapVerifier verifier_) {
        if (address(verifier_).code.length == 0) revert VerifierWithoutCode(address(verifier_));
        verifier = verifier_;
    }

    /// @inheritdoc IAutomataVerifier
    function verifyAndAttestOnChain(bytes calldata quote)
        external
        payable
        returns (bool success, bytes memory output)
    {
        (success, output) = verifier.verifyAndAttestOnChain{value: msg.value}(quote);
        if (success) output = _convert(quote, output);
    }

    /// @dev The output of version 1.1 for this quote, in the layout of version 1.0.
    function _convert(bytes calldata quote, bytes memory output)
        private
        pure
        returns (bytes memory)
    {
        bytes2 version = bytes2(bytes.concat(output[0], output[1]));
        // What follows the body type moves to the front, over the length of what stood there.
        assembly ("memory-safe") {
            // Inside of output: its new first word holds the length that is left.
            let length := sub(mload(output), BODY_TYPE_END)
            output := add(output, BODY_TYPE_END)
            mstore(output, length)
        }
        return bytes.concat(version, quote[TEE_TYPE:TEE_TYPE_END], output);
    }
}
