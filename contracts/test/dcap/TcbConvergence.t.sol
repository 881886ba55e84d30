// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TcbConvergence} from "../../src/dcap/TcbConvergence.sol";
import {TcbStatus} from "../../src/interfaces/IDcapVerifier.sol";
import {TestCase} from "../harness/TestCase.sol";

/// @notice Whole tables of how statuses come together; the numbers are TcbStatus's.
contract TcbConvergenceTest is TestCase {
    function test_converge__all_pairs__by_the_table() public pure {
        uint8[6] memory outOfDate = [4, 4, 5, 5, 4, 5];
        for (uint8 platform = 0; platform < 6; ++platform) {
            vm.assertEq(_converge(platform, 0), platform, "component up to date");
            vm.assertEq(_converge(platform, 4), outOfDate[platform], "component out of date");
        }
    }

    function test_relaunch__all_pairs__by_the_table() public pure {
        // Rows: launched; columns: current, from UpToDate to OutOfDateConfigurationNeeded.
        uint8[6][6] memory table = [
            [0, 0, 0, 0, 0, 0],
            [1, 1, 1, 1, 1, 1],
            [2, 2, 2, 2, 2, 2],
            [3, 3, 3, 3, 3, 3],
            [8, 8, 9, 9, 4, 4],
            [9, 9, 9, 9, 5, 5]
        ];
        for (uint8 launched = 0; launched < 6; ++launched) {
            for (uint8 current = 0; current < 6; ++current) {
                TcbStatus found = TcbConvergence.relaunch(TcbStatus(launched), TcbStatus(current));
                vm.assertEq(uint8(found), table[launched][current], "status");
            }
        }
    }

    function _converge(uint8 platform, uint8 component) private pure returns (uint8) {
        return uint8(TcbConvergence.converge(TcbStatus(platform), TcbStatus(component)));
    }
}
