// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapErrors} from "../interfaces/IDcapErrors.sol";
import {Memory} from "../libraries/Memory.sol";
import {ByteOrder} from "./ByteOrder.sol";

/// @notice An application's enclave, by its report in memory: the body of an SGX quote.
/// @dev Intel, "Intel SGX ECDSA QuoteLibReference DCAP API", appendix A.4; flags: "Intel 64 and
/// IA-32 Architectures Software Developer's Manual", volume 3, ATTRIBUTES.
library Enclave {
    uint256 private constant ATTRIBUTES = 48;
    // In the first byte of the attributes.
    uint256 private constant INITIALIZED = 0x01;
    uint256 private constant DEBUG = 0x02;
    /// @dev The provisioning key and the launch token key, which only Intel's own enclaves use.
    uint256 private constant INTEL_KEYS = 0x10 | 0x20;

    /// @notice Revert unless nobody outside can look into the enclave.
    function check(uint256 body) internal pure {
        uint256 word = Memory.word(body + ATTRIBUTES);
        uint256 flags = word >> 248;
        bytes16 attributes = ByteOrder.toBytes16(word >> 128);
        if (flags & DEBUG != 0) revert IDcapErrors.EnclaveDebugRefused(attributes);
        if (flags & INITIALIZED == 0) revert IDcapErrors.EnclaveNotInitialized(attributes);
        if (flags & INTEL_KEYS != 0) revert IDcapErrors.EnclaveKeysRefused(attributes);
    }
}
