// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

/// @notice The entry of Automata's DCAP verifier that a registry needs.
/// @dev Its fee is a share of the gas; what is left of the value goes to tx.origin.
interface IAutomataVerifier {
    /// @return success whether the quote is good; `output` is a short reason otherwise
    /// @return output see AutomataOutput
    function verifyAndAttestOnChain(bytes calldata quote)
        external
        payable
        returns (bool success, bytes memory output);
}
