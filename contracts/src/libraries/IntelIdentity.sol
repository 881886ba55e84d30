// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What Intel's own platform is known by.
library IntelIdentity {
    /// @notice keccak256(x ‖ y) of the key of "Intel SGX Root CA", valid to the end of 2049.
    bytes32 internal constant ROOT_KEY_HASH =
        0x89f72d7c488e5b53a77c23ebcb36970ef7eb5bcf6658e9b8292cfbe4703a8473;
}
