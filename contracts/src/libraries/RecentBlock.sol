// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Hashes of recent blocks.
library RecentBlock {
    /// @dev EIP-2935: holds the hashes of the last 8191 blocks, where the chain has it.
    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;

    /// @notice The hash of a block before the current one; 0 when the chain does not know it.
    /// @dev BLOCKHASH reaches 256 blocks back, which is as far as the registry ever asks, so on
    /// Ethereum the history contract is not needed. It serves chains whose BLOCKHASH answers 0
    /// for blocks inside of that window.
    function hashOf(uint256 number) internal view returns (bytes32 hash) {
        hash = blockhash(number);
        if (hash != 0 || number >= block.number) return hash;
        (bool success, bytes memory answer) = HISTORY.staticcall(abi.encode(number));
        if (success && answer.length == 32) return abi.decode(answer, (bytes32));
    }
}
