// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAutomataVerifier} from "../../src/interfaces/IAutomataVerifier.sol";

/// @notice Reads a trust domain's quote as upstream's SP1TEEProverRegistry does: not payable, any
/// output after success, and the report data where version 1.0 of Automata's verifier puts it.
contract UpstreamRegistryDouble {
    uint256 private constant REPORT_DATA = 13 + 520;

    IAutomataVerifier private immutable _verifier;
    mapping(address signer => bool) public isRegistered;

    constructor(IAutomataVerifier verifier) {
        _verifier = verifier;
    }

    function register(bytes calldata quote) external {
        (bool success, bytes memory output) = _verifier.verifyAndAttestOnChain(quote);
        require(success, "not verified");
        bytes32 high;
        assembly {
            high := mload(add(add(output, 32), REPORT_DATA))
        }
        require(uint256(high) >> 160 == 0, "no address in the report data");
        isRegistered[address(uint160(uint256(high)))] = true;
    }
}
