// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbStatus, Verdict} from "../../src/interfaces/IDcapVerifier.sol";
import {Draft, SimulatedPlatform} from "../harness/SimulatedPlatform.sol";

/// @notice Good quotes of every kind, in both forms. Every refusal in the other files is of a change
/// to one of these.
contract DcapVerifierFormsTest is SimulatedPlatform {
    function setUp() public {
        setUpPlatform();
    }

    function test_verify__each_kind__taken() public view {
        for (uint256 kind = 0; kind < 6; ++kind) {
            Verdict memory verdict = taken(draftOf(kind));
            vm.assertEq(uint256(verdict.status), uint256(TcbStatus.UpToDate), "status");
            vm.assertEq(verdict.validUntil, QE_END, "earliest end");
            vm.assertEq(bytes32(verdict.fmspc), bytes32("SIMDEV"), "FMSPC");
            vm.assertEq(verdict.platform, keccak256("SIMULATED PPID 1"), "platform");
        }
    }
}
