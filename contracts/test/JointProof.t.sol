// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJointProof} from "../src/interfaces/IJointProof.sol";
import {IMultiProof} from "../src/interfaces/IMultiProof.sol";
import {ISP1Groth16Verifier} from "../src/interfaces/ISP1Groth16Verifier.sol";
import {ProgramVKey} from "../src/libraries/ProgramVKey.sol";
import {GenuineProof} from "./harness/GenuineProof.sol";
import {RegistryDouble} from "./harness/RegistryDouble.sol";

/// @notice Both proofs must hold, for the same program and public values.
contract JointProofTest is GenuineProof {
    uint256 private constant KEY = 0x5167;
    RegistryDouble private registry;
    address private multiProof;
    address private gateway;
    IJointProof private joint;
    bytes private signature;

    /// @dev Each test starts from a pair that is taken: the control of every refusal.
    function setUp() public {
        gateway = address(loadGenuine());
        registry = new RegistryDouble();
        registry.hold(vm.addr(KEY), true);
        multiProof = vm.deployCode("MultiProof.sol:MultiProof", abi.encode(registry));
        joint = _deploy(multiProof, gateway);
        signature = _sign(vkey, publicValues);
        vm.assertEq(_verify(publicValues, signature, proof), vm.addr(KEY), "signer");
    }

    function test_verifyBoth__both_hold__costs_less_than_450000() public view {
        _verify(publicValues, signature, proof);
        vm.assertLt(vm.lastCallGas().gasTotalUsed, 450_000, "gas");
    }

    function test_verifyBoth__sp1_proof_changed__refused() public {
        bytes memory bent = proof;
        flip(bent, 99);
        vm.expectRevert(ISP1Groth16Verifier.ProofInvalid.selector);
        _verify(publicValues, signature, bent);
    }

    function test_verifyBoth__signer_not_valid__refused() public {
        registry.hold(vm.addr(KEY), false);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        _verify(publicValues, signature, proof);
    }

    /// @dev The TEE proof holds for the other public values, the SP1 proof does not; and back.
    function test_verifyBoth__proofs_of_different_public_values__refused() public {
        bytes memory other = bytes.concat(publicValues, hex"00");
        bytes memory signed = _sign(vkey, other);
        IMultiProof(multiProof).verifyProgram(vkey, other, signed);
        vm.expectRevert(ISP1Groth16Verifier.ProofInvalid.selector);
        _verify(other, signed, proof);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        _verify(publicValues, signed, proof);
    }

    function test_verifyBoth__without_a_gateway__refused() public {
        joint = _deploy(multiProof, address(0));
        vm.expectRevert(IJointProof.GatewayMissing.selector);
        _verify(publicValues, signature, proof);
    }

    function test_constructor__addresses_without_code__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IJointProof.GatewayWithoutCode.selector, 0x77));
        _deploy(multiProof, address(0x77));
        vm.expectRevert(abi.encodeWithSelector(IJointProof.MultiProofWithoutCode.selector, 0x77));
        _deploy(address(0x77), gateway);
    }

    function _deploy(address proofs, address gateway_) private returns (IJointProof) {
        bytes memory arguments = abi.encode(proofs, gateway_);
        return IJointProof(vm.deployCode("JointProof.sol:JointProof", arguments));
    }

    function _verify(bytes memory values, bytes memory signed, bytes memory sp1)
        private
        view
        returns (address)
    {
        return joint.verifyBoth(vkey, values, signed, sp1);
    }

    function _sign(bytes32 program, bytes memory values) private pure returns (bytes memory) {
        bytes32 message = sha256(bytes.concat(ProgramVKey.toHashBytes(program), values));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, keccak256(bytes.concat(message)));
        return abi.encodePacked(r, s, v);
    }
}
