// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VerifiedQuote} from "../../src/interfaces/IDcapVerifier.sol";

/// @notice Stands in for the verifier: a "quote" is the encoding of what it is to say.
contract VerifierDouble {
    function verify(bytes calldata quote) external pure returns (VerifiedQuote memory) {
        return abi.decode(quote, (VerifiedQuote));
    }
}
