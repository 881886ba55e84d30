// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMultiProof} from "../../src/interfaces/IMultiProof.sol";
import {MultiProofCase} from "../harness/MultiProofCase.sol";

/// @notice From how many signers a proof must come, in every form.
contract MultiProofSignersTest is MultiProofCase {
    IMultiProof private multiProof;
    uint256 private low;
    uint256 private high;

    /// @dev Each test starts from a pair that is taken: the control of every refusal.
    function setUp() public {
        setUpRegistry();
        (low, high) = vm.addr(1) < vm.addr(2) ? (1, 2) : (2, 1);
        registry.hold(vm.addr(1), true);
        registry.hold(vm.addr(2), true);
        multiProof = deploy(address(0), 2);
        address[] memory signers = _verify(_pair(low, high));
        vm.assertEq(signers.length, 2, "count");
        vm.assertEq(signers[0], vm.addr(low), "first");
        vm.assertEq(signers[1], vm.addr(high), "second");
    }

    function test_signers__fewer_than_the_threshold__refused() public {
        bytes4 selector = IMultiProof.SignaturesTooFew.selector;
        bytes memory one = _sign(low);
        vm.expectRevert(abi.encodeWithSelector(selector, 2, 1));
        _verify(one);
        vm.expectRevert(abi.encodeWithSelector(selector, 2, 0));
        _verify("");
    }

    function test_signers__one_twice__refused() public {
        bytes memory signatures = _pair(low, low);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMultiProof.SignersNotAscending.selector, vm.addr(low), vm.addr(low)
            )
        );
        _verify(signatures);
    }

    function test_signers__out_of_order__refused() public {
        bytes memory signatures = _pair(high, low);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMultiProof.SignersNotAscending.selector, vm.addr(high), vm.addr(low)
            )
        );
        _verify(signatures);
    }

    function test_signers__one_not_valid__refused() public {
        registry.hold(vm.addr(high), false);
        bytes memory signatures = _pair(low, high);
        vm.expectRevert(
            abi.encodeWithSelector(IMultiProof.Invalid_TEE_Signer.selector, vm.addr(high))
        );
        _verify(signatures);
    }

    function test_signers__bad_one_beyond_the_threshold__refused() public {
        multiProof = deploy(address(0), 1);
        bytes memory signatures = _pair(low, high);
        _verify(signatures);
        registry.hold(vm.addr(high), false);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        _verify(signatures);
    }

    function test_verifyTEEProof__threshold_2__wants_two() public {
        bytes memory message = bytes.concat(keccak256("message"));
        bytes32 digest = keccak256(message);
        bytes memory both = bytes.concat(sign(low, digest), sign(high, digest));
        multiProof.verifyTEEProof(message, both);
        bytes memory one = sign(low, digest);
        vm.expectPartialRevert(IMultiProof.SignaturesTooFew.selector);
        multiProof.verifyTEEProof(message, one);
    }

    /// @dev As many valid, distinct signers as asked for, in order, whoever they are: taken.
    function test_signers__any_distinct_keys_in_order__taken(uint256 seed, uint256 count) public {
        count = bound(count, 1, 3);
        multiProof = deploy(address(0), count);
        bytes memory signatures;
        address previous;
        for (uint256 key = bound(seed, 1, 1 << 128); count > 0; ++key) {
            address signer = vm.addr(key);
            if (signer <= previous) continue;
            registry.hold(signer, true);
            signatures = bytes.concat(signatures, _sign(key));
            previous = signer;
            --count;
        }
        vm.assertEq(_verify(signatures).length, multiProof.threshold(), "count");
    }

    function _verify(bytes memory signatures) private view returns (address[] memory) {
        return multiProof.verifyProgram(VKEY, VALUES, signatures);
    }

    function _pair(uint256 first, uint256 second) private pure returns (bytes memory) {
        return bytes.concat(_sign(first), _sign(second));
    }

    function _sign(uint256 key) private pure returns (bytes memory) {
        return signProgram(key, VKEY, VALUES);
    }
}
