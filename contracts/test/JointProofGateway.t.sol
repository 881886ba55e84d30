// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IJointProof} from "../src/interfaces/IJointProof.sol";
import {IMultiProof} from "../src/interfaces/IMultiProof.sol";
import {ProgramVKey} from "../src/libraries/ProgramVKey.sol";
import {GatewayDouble} from "./harness/GatewayDouble.sol";
import {RegistryDouble} from "./harness/RegistryDouble.sol";
import {TestCase} from "./harness/TestCase.sol";

/// @notice What JointProof asks of a gateway, without a genuine proof.
contract JointProofGatewayTest is TestCase {
    uint256 private constant KEY = 0x5167;
    bytes32 private constant VKEY =
        0x00e60860c07bfc6e4c480286c0ddbb879674eb47f84b4ef041cf858b17aa0ed1;
    bytes private constant VALUES = hex"f4010000f404000086070000";
    bytes private constant PROOF = hex"1234";

    RegistryDouble private registry;
    GatewayDouble private gateway;
    IJointProof private joint;
    bytes private signature;

    /// @dev Each test starts from a pair that is taken: the control of every refusal.
    function setUp() public {
        registry = new RegistryDouble();
        registry.hold(vm.addr(KEY), true);
        gateway = new GatewayDouble();
        gateway.take(VKEY, VALUES, PROOF);
        address multiProof = vm.deployCode("MultiProof.sol:MultiProof", abi.encode(registry));
        bytes memory arguments = abi.encode(multiProof, gateway);
        joint = IJointProof(vm.deployCode("JointProof.sol:JointProof", arguments));
        signature = _sign(VALUES);
        vm.assertEq(joint.verifyBoth(VKEY, VALUES, signature, PROOF), vm.addr(KEY), "signer");
    }

    function test_verifyBoth__proof_the_gateway_refuses__refused(bytes calldata other) public {
        vm.assume(keccak256(other) != keccak256(PROOF));
        vm.expectRevert(GatewayDouble.ProofUnknown.selector);
        joint.verifyBoth(VKEY, VALUES, signature, other);
    }

    function test_verifyBoth__tee_proof_of_other_values__refused(bytes calldata other) public {
        vm.assume(keccak256(other) != keccak256(VALUES));
        gateway.take(VKEY, other, PROOF);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        joint.verifyBoth(VKEY, other, signature, PROOF);
    }

    function test_verifyBoth__sp1_proof_of_other_values__refused(bytes memory other) public {
        vm.assume(keccak256(other) != keccak256(VALUES));
        bytes memory signed = _sign(other);
        vm.expectRevert(GatewayDouble.ProofUnknown.selector);
        joint.verifyBoth(VKEY, other, signed, PROOF);
    }

    function test_verifyBoth__signer_not_valid__refused() public {
        registry.hold(vm.addr(KEY), false);
        vm.expectPartialRevert(IMultiProof.Invalid_TEE_Signer.selector);
        joint.verifyBoth(VKEY, VALUES, signature, PROOF);
    }

    function _sign(bytes memory values) private pure returns (bytes memory) {
        bytes32 message = sha256(bytes.concat(ProgramVKey.toHashBytes(VKEY), values));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, keccak256(bytes.concat(message)));
        return abi.encodePacked(r, s, v);
    }
}
