// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.24;

/// @notice The cheatcodes of forge that these tests use; forge-std has them all.
interface Vm {
    function envOr(string calldata name, address standard) external view returns (address);
    function envBytes(string calldata name) external view returns (bytes memory);
    function envBytes32(string calldata name) external view returns (bytes32);
    function expectRevert(bytes calldata reason) external;
    function expectPartialRevert(bytes4 selector) external;
    function skip(bool skipTest) external;
    function chainId(uint256 id) external;
}
