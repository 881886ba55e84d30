// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITEERegistry} from "../../src/interfaces/ITEERegistry.sol";
import {RegistryCase} from "../harness/RegistryCase.sol";
import {RegistryActor} from "./RegistryActor.sol";

/// @notice What holds after any sequence of registrations, time, policy and settings.
contract TEERegistryInvariantsTest is RegistryCase {
    RegistryActor private actor;

    function setUp() public override {
        super.setUp();
        actor = new RegistryActor(registry, OWNER);
        rollTo(BLOCK);
    }

    /// @dev forge calls only this contract's functions, in random order.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actor);
    }

    /// @dev The actor keeps its own, plain account of who must be valid.
    function invariant_signer__valid__exactly_when_the_model_says() public view {
        for (uint256 i = 0; i < actor.SIGNERS(); ++i) {
            address signer = actor.signerAt(i);
            bool expected = actor.mustBeValid(signer);
            vm.assertTrue(registry.verifyAttestedProver(signer) == expected, "valid");
        }
    }

    function invariant_signer__registered__at_most_once() public view {
        for (uint256 i = 0; i < actor.SIGNERS(); ++i) {
            vm.assertLt(actor.registrations(actor.signerAt(i)), 2, "registrations");
        }
    }

    function invariant_validity__never_longer_than_a_day() public view {
        for (uint256 i = 0; i < actor.SIGNERS(); ++i) {
            ITEERegistry.Registration memory record = registry.registration(actor.signerAt(i));
            vm.assertLt(record.validUntil, uint256(record.attestedAt) + 86_401, "validity");
        }
    }

    /// @dev Otherwise the others could hold because nothing ever happened.
    function test_actor__registers__and_all_effects_are_seen() public {
        actor.register(0, 1, 0);
        address signer = actor.signerAt(0);
        vm.assertTrue(actor.mustBeValid(signer), "model");
        assertStatus(signer, ITEERegistry.SignerStatus.Valid);
        actor.toggleMeasurement(0);
        vm.assertFalse(actor.mustBeValid(signer), "model after removal");
        assertStatus(signer, ITEERegistry.SignerStatus.MeasurementRemoved);
    }
}
