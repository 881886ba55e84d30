// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Token} from "./Token.sol";

/// @notice Gives tokens to the accounts of a Merkle tree, once each.
/// @dev The benchmark writes its storage into the genesis: the order of the variables is fixed.
contract Distributor {
    Token public token;
    bytes32 public root;
    mapping(uint256 => uint256) private _claimed;

    event Claimed(uint256 indexed index, address indexed account, uint256 amount);

    error AlreadyClaimed(uint256 index);
    error NotInTree(bytes32 computed);

    /// @notice Claim what leaf `index` of the tree gives to `account`.
    function claim(uint256 index, address account, uint256 amount, bytes32[] calldata proof)
        external
    {
        uint256 word = _claimed[index >> 8];
        uint256 bit = 1 << (index & 255);
        if (word & bit != 0) revert AlreadyClaimed(index);
        bytes32 node = keccak256(abi.encode(index, account, amount));
        for (uint256 level = 0; level < proof.length; ++level) {
            bytes32 sibling = proof[level];
            node = (index >> level) & 1 == 0
                ? keccak256(abi.encode(node, sibling))
                : keccak256(abi.encode(sibling, node));
        }
        if (node != root) revert NotInTree(node);
        _claimed[index >> 8] = word | bit;
        token.transfer(account, amount);
        emit Claimed(index, account, amount);
    }
}
