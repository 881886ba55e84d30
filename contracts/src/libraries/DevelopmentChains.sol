// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Which chain ids are for development, where simulated platforms are allowed.
/// attestor/core/chains.py holds the same list.
library DevelopmentChains {
    uint256 internal constant GETH_DEV = 1337;
    uint256 internal constant ANVIL = 31337;

    function isCurrent() internal view returns (bool) {
        return block.chainid == ANVIL || block.chainid == GETH_DEV;
    }
}
