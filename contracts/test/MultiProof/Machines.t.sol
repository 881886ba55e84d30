// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof} from "../../src/interfaces/IMultiProof.sol";
import {MultiProofCase} from "../harness/MultiProofCase.sol";

/// @notice A threshold counts machines, and measurements if it is to, not keys.
contract MultiProofMachinesTest is MultiProofCase {
    bytes32 private constant ONE = keccak256("one");
    bytes32 private constant TWO = keccak256("two");
    bytes32 private constant THREE = keccak256("three");

    /// @dev In ascending order of their addresses.
    uint256[4] private keys = [uint256(0xa1), 0xa2, 0xa3, 0xa4];

    function setUp() public {
        setUpRegistry();
        for (uint256 i = 0; i < keys.length; ++i) {
            for (uint256 j = i + 1; j < keys.length; ++j) {
                if (vm.addr(keys[j]) < vm.addr(keys[i])) (keys[i], keys[j]) = (keys[j], keys[i]);
            }
        }
    }

    function test_threshold__signers_of_one_machine__count_once() public {
        for (uint256 i = 0; i < 4; ++i) {
            _hold(i, ONE, bytes32(i + 1));
        }
        _refuse(3, false, 4, 1);
        _hold(2, TWO, ONE);
        _refuse(3, false, 4, 2);
        _hold(1, THREE, ONE);
        _take(3, false, 4);
    }

    function test_threshold__platform_not_known__does_not_count() public {
        _hold(0, ONE, ONE);
        _hold(1, 0, TWO);
        _hold(2, 0, THREE);
        _refuse(2, false, 3, 1);
        _hold(2, TWO, THREE);
        _take(2, false, 3);
    }

    function test_distinctMeasurements__asked_for__count_once() public {
        _hold(0, ONE, ONE);
        _hold(1, TWO, ONE);
        _hold(2, ONE, TWO);
        _take(2, false, 3);
        _refuse(2, true, 3, 1);
        _hold(2, TWO, TWO);
        _take(2, true, 3);
    }

    /// @dev Of one that is not valid, nothing counts, also where enough others are there.
    function test_threshold__one_not_valid__refused() public {
        _hold(0, ONE, ONE);
        _hold(1, TWO, ONE);
        bytes memory signatures = _signatures(3);
        IMultiProof multiProof = deployOn(address(registry), address(0), 2, false);
        vm.expectRevert(
            abi.encodeWithSelector(IMultiProof.Invalid_TEE_Signer.selector, vm.addr(keys[2]))
        );
        multiProof.verifyProgram(VKEY, VALUES, signatures);
    }

    /// @dev Upstream's form asks for one signer, whatever is known of its machine.
    function test_threshold_1__platform_not_known__taken() public {
        _hold(0, 0, ONE);
        _take(1, false, 1);
    }

    /// @dev Taken exactly when a plain count of what was chosen in order says so.
    function test_threshold__any_machines__as_the_model_says(uint256 seed, uint256 threshold)
        public
    {
        threshold = bound(threshold, 2, 4);
        bool distinct = seed % 2 == 1;
        uint256[4] memory platforms;
        uint256[4] memory measurements;
        uint256 counted;
        for (uint256 i = 0; i < 4; ++i) {
            (platforms[i], measurements[i]) = ((seed >> (4 * i + 1)) % 4, (seed >> (4 * i + 3)) % 4);
            _hold(i, bytes32(platforms[i]), bytes32(measurements[i] + 9));
            bool counts = platforms[i] != 0;
            for (uint256 j = 0; j < i; ++j) {
                // Those that did not count are marked by a platform of 99.
                if (platforms[j] == platforms[i]) counts = false;
                if (distinct && platforms[j] != 99 && measurements[j] == measurements[i]) {
                    counts = false;
                }
            }
            if (counts) ++counted;
            else platforms[i] = 99;
        }
        if (counted >= threshold) _take(threshold, distinct, 4);
        else _refuse(threshold, distinct, 4, counted);
    }

    function _hold(uint256 index, bytes32 platform, bytes32 measurement) private {
        registry.holdOn(vm.addr(keys[index]), platform, measurement);
    }

    function _take(uint256 threshold, bool distinct, uint256 count) private {
        IMultiProof multiProof = deployOn(address(registry), address(0), threshold, distinct);
        vm.assertTrue(multiProof.distinctMeasurements() == distinct, "distinct");
        address[] memory signers = multiProof.verifyProgram(VKEY, VALUES, _signatures(count));
        vm.assertEq(signers.length, count, "signers");
    }

    function _refuse(uint256 threshold, bool distinct, uint256 count, uint256 counted) private {
        IMultiProof multiProof = deployOn(address(registry), address(0), threshold, distinct);
        bytes memory signatures = _signatures(count);
        vm.expectRevert(
            abi.encodeWithSelector(IMultiProof.MachinesTooFew.selector, threshold, counted)
        );
        multiProof.verifyProgram(VKEY, VALUES, signatures);
    }

    function _signatures(uint256 count) private view returns (bytes memory signatures) {
        for (uint256 i = 0; i < count; ++i) {
            signatures = bytes.concat(signatures, signProgram(keys[i], VKEY, VALUES));
        }
    }
}
