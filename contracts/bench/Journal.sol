// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice An append-only tree of SHA-256 hashes, as the deposits of validators are kept in.
/// @dev The benchmark writes its storage into the genesis: the order of the variables is fixed.
contract Journal {
    uint256 private constant DEPTH = 32;

    uint256 public count;
    bytes32[DEPTH] private _branch;
    bytes32 public root;

    event Appended(uint256 indexed index, bytes32 leaf, bytes32 root);

    /// @notice Append an entry, and compute the root of the whole tree.
    function append(bytes calldata entry) external {
        bytes32 leaf = sha256(entry);
        uint256 index = count++;
        _insert(leaf, index + 1);
        root = _root(index + 1);
        emit Appended(index, leaf, root);
    }

    function _insert(bytes32 node, uint256 size) private {
        for (uint256 level = 0; level < DEPTH; ++level) {
            if (size & 1 == 1) {
                _branch[level] = node;
                return;
            }
            node = sha256(abi.encodePacked(_branch[level], node));
            size >>= 1;
        }
    }

    function _root(uint256 size) private view returns (bytes32 node) {
        bytes32 empty;
        for (uint256 level = 0; level < DEPTH; ++level) {
            node = size & 1 == 1
                ? sha256(abi.encodePacked(_branch[level], node))
                : sha256(abi.encodePacked(node, empty));
            empty = sha256(abi.encodePacked(empty, empty));
            size >>= 1;
        }
    }
}
