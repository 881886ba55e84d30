// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";
import {GenuineCollateral} from "../harness/GenuineCollateral.sol";

/// @notice What verification costs as a call from another contract, on a genuine quote. With
/// `--isolate` accounts and slots are cold, as in a transaction of its own; without, they are warm
/// and it is less. The calldata's own price comes on top.
contract DcapVerifierGasTest is GenuineCollateral {
    uint256 private constant TDX_V4_TIME = 1_750_330_571;

    IDcapVerifier private verifier;

    function setUp() public {
        setUpGenuine();
        verifier = deployVerifier(address(store));
        vm.warp(TDX_V4_TIME);
    }

    function test_gas__compact_tdx_version_4() public {
        bytes memory quote = genuine("tdx_v4", TDX_V4_TIME - 1, TDX_V4_TIME + 1);
        quote = compacted(quote, 632, 770);
        verifier.verify(quote);
        vm.assertLt(vm.lastCallGas().gasTotalUsed, 67_500, "verify");
    }

    function test_gas__raw_tdx_version_4() public {
        bytes memory quote = genuine("tdx_v4", TDX_V4_TIME - 1, TDX_V4_TIME + 1);
        verifier.verifyRaw(quote);
        vm.assertLt(vm.lastCallGas().gasTotalUsed, 101_000, "verifyRaw");
    }
}
