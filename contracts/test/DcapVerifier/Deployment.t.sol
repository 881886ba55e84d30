// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice What the verifier is deployed with.
contract DcapVerifierDeploymentTest is TestCase {
    function test_constructor__any_store__kept() public {
        vm.assertEq(address(deployVerifier(address(5)).store()), address(5), "store");
    }

    /// @dev As on a chain before Osaka: a call of 0x100 succeeds and returns nothing.
    function test_constructor__no_precompile__refused() public {
        vm.mockCall(address(0x100), "", "");
        vm.expectRevert(IDcapVerifier.P256PrecompileMissing.selector);
        deployVerifier(address(5));
    }
}
